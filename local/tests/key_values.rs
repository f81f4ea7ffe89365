//! The local `KeyValueStore`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::os::unix::fs::PermissionsExt as _;

use edge_auth::pass::{PassStore, Unavailable};
use local::edge::{KeyValueDirectory, KeyValueError, KeyValues, StoreFailure};
use tempfile::TempDir;

fn store() -> (TempDir, KeyValueDirectory) {
    let directory = tempfile::tempdir().unwrap();
    let store = KeyValueDirectory::open(&directory.path().join("a/store")).unwrap();
    (directory, store)
}

#[test]
fn what_is_put_is_there_until_it_is_deleted() {
    let (_directory, store) = store();
    let longest = "ж".repeat(256);
    let odd = ["ring", "../lock", "/etc/passwd", "lock", "new", "a\0b", "s:Ж-語-🎬", " ", &longest];
    for (n, key) in odd.iter().enumerate() {
        assert_eq!(store.get(key).unwrap(), None);
        store.put(key, "old").unwrap();
        store.put(key, &format!("{n}")).unwrap();
    }
    let mut sorted = odd.map(str::to_owned);
    sorted.sort();
    assert_eq!(store.keys().unwrap(), sorted);
    for (n, key) in odd.iter().enumerate() {
        assert_eq!((store.get(key).unwrap(), store.exists(key).unwrap()), (Some(format!("{n}")), true));
        store.delete(key).unwrap();
        store.delete(key).unwrap();
        assert!(!store.exists(key).unwrap());
    }
    assert!(store.keys().unwrap().is_empty());
}

#[test]
fn another_that_has_it_open_sees_a_change_and_writers_take_turns() {
    let (directory, store) = store();
    let other = KeyValueDirectory::open(&directory.path().join("a/store")).unwrap();
    store.put("n", "0").unwrap();
    let count = |store: &KeyValueDirectory| {
        for _ in 0..50 {
            let mut writer = store.writer().unwrap();
            let n: usize = store.get("n").unwrap().unwrap().parse().unwrap();
            writer.put("n", &(n + 1).to_string()).unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| count(&other));
        count(&store);
    });
    assert_eq!(other.get("n").unwrap().as_deref(), Some("100"));
}

#[test]
fn its_files_are_the_owners_alone() {
    let (directory, store) = store();
    store.put("ring", "x").unwrap();
    let root = directory.path().join("a/store");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&root), 0o700);
    for entry in std::fs::read_dir(&root).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn cloudfronts_limits() {
    let (_directory, store) = store();
    store.put("k", &"v".repeat(1024)).unwrap();
    for (key, value, says) in [
        ("", "v", "a key has 0 bytes; a KeyValueStore takes 1 to 512"),
        (&*"k".repeat(513), "v", "a key has 513 bytes"),
        ("k", &*"v".repeat(1025), "a value has 1025 bytes; a KeyValueStore takes 1024 at most"),
    ] {
        assert!(store.put(key, value).unwrap_err().to_string().starts_with(says));
    }
    assert!(matches!(store.get(""), Err(KeyValueError::Key(0))));
    assert!(matches!(store.delete(&"k".repeat(513)), Err(KeyValueError::Key(513))));
    assert_eq!(store.get("k").unwrap().map(|value| value.len()), Some(1024));
}

#[test]
fn missing_is_not_failed() {
    let (directory, store) = store();
    let root = directory.path().join("a/store");
    let (away, as_function): (_, &dyn KeyValues) = (directory.path().join("away"), &store);
    store.put("ring", "no ring").unwrap();
    assert_eq!(as_function.get("c:none"), Ok(None));
    assert_eq!(PassStore::exists(&store, "c:none"), Ok(false));
    assert_eq!(store.ring(), Err(Unavailable));

    // The file of another key, and one that is none.
    let file = std::fs::read_dir(&root).unwrap().map(|e| e.unwrap().path()).find(|p| !p.ends_with("lock")).unwrap();
    for content in ["{\"Key\":\"other\",\"Value\":\"x\"}", "{\"Key\":\"ring\"", ""] {
        std::fs::write(&file, content).unwrap();
        assert!(matches!(store.get("ring"), Err(KeyValueError::Broken { .. })), "{content}");
        assert_eq!(as_function.get("ring"), Err(StoreFailure));
    }

    std::fs::rename(&root, &away).unwrap();
    assert_eq!(as_function.get("c:none"), Err(StoreFailure));
    assert_eq!(PassStore::exists(&store, "c:none"), Err(Unavailable));
    assert!(store.put("k", "v").unwrap_err().to_string().contains("a/store: No such file"));
    std::fs::write(&root, "a file in its place").unwrap();
    assert_eq!(as_function.get("c:none"), Err(StoreFailure));
    assert!(KeyValueDirectory::open(&root).is_err());
    std::fs::remove_file(&root).unwrap();
    std::fs::rename(&away, &root).unwrap();
    assert_eq!(as_function.get("c:none"), Ok(None));
}
