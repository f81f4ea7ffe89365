//! Addresses of catalogs, and files that many open at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use catalog::{Address, CatalogError, SqliteCatalog};

#[test]
fn many_processes_may_open_a_new_file_at_once() {
    for _ in 0..20 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("catalog.sqlite");
        let barrier = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    barrier.wait();
                    SqliteCatalog::open(&path).map(|_| ()).unwrap();
                });
            }
        });
    }
}

#[tokio::test]
async fn other_addresses_are_refused() {
    for address in ["", "sqlite:", "dynamodb:", "dynamodb:a/b", "/tmp/catalog.sqlite", "postgres:x"] {
        match catalog::open(address).await {
            Err(CatalogError::Address(named)) => assert_eq!(named, address),
            Err(other) => panic!("{address:?}: {other}"),
            Ok(_) => panic!("{address:?} was opened"),
        }
    }
    assert_eq!("dynamodb:stagedoor".parse::<Address>().unwrap(), Address::DynamoDb("stagedoor".to_owned()));
    let missing = catalog::open("sqlite:/nonexistent/folder/catalog.sqlite").await;
    assert!(matches!(missing, Err(CatalogError::Store(_))));
}
