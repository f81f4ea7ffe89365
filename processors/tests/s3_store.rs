//! The S3 store through the real SDK, against an S3 server on this machine.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use hyper_util::rt::TokioIo;
use processors::object_store::{Body, CACHE_CONTROL};
use processors::{ObjectStore, S3Store};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;

/// A server over that directory, with one bucket; its configuration for a client.
async fn server(root: &Path) -> aws_sdk_s3::Config {
    std::fs::create_dir_all(root.join("media")).unwrap();
    let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
    builder.set_auth(SimpleAuth::from_single("access", "secret"));
    let service = builder.build();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let http = hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
                let _ = http.serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    let tls =
        aws_smithy_http_client::tls::Provider::Rustls(aws_smithy_http_client::tls::rustls_provider::CryptoMode::Ring);
    aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().tls_provider(tls).build_https())
        .region(Region::new("us-east-1"))
        .endpoint_url(format!("http://{address}"))
        .force_path_style(true)
        .credentials_provider(Credentials::new("access", "secret", None, None, "test"))
        .build()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_is_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let config = server(&dir.path().join("s3")).await;
    let (client, store) = (Client::from_conf(config.clone()), S3Store::new(config));
    let content: Vec<u8> = (0..300_000u32).flat_map(u32::to_le_bytes).collect();
    let file = dir.path().join("film");
    std::fs::write(&file, &content).unwrap();

    store.put_new("media", "a/b c/film+1.mp4", Body::File(&file), "video/mp4").await.unwrap();
    store.put_new("media", "a/thumb.webp", Body::Bytes(b"picture".to_vec()), "image/webp").await.unwrap();

    let facts = store.head("media", "a/b c/film+1.mp4").await.unwrap().unwrap();
    assert_eq!(facts.bytes, content.len() as u64);
    assert!(!facts.etag.is_empty() && !facts.etag.contains('"'), "{}", facts.etag);
    let to = dir.path().join("copy");
    assert_eq!(
        store.download("media", "a/b c/film+1.mp4", &facts.etag, &to).await.unwrap(),
        Some(content.len() as u64)
    );
    assert_eq!(std::fs::read(&to).unwrap(), content);
    let first = store.first_bytes("media", "a/b c/film+1.mp4", 1000).await.unwrap().unwrap();
    assert_eq!(first, content.get(..1000).unwrap());
    assert_eq!(store.first_bytes("media", "a/thumb.webp", 65_536).await.unwrap().unwrap(), b"picture");

    let put = client.head_object().bucket("media").key("a/thumb.webp").send().await.unwrap();
    assert_eq!((put.content_type(), put.cache_control()), (Some("image/webp"), Some(CACHE_CONTROL)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_no_error() {
    let dir = tempfile::tempdir().unwrap();
    let store = S3Store::new(server(dir.path()).await);
    let to = dir.path().join("copy");
    assert_eq!(store.head("media", "nothing").await.unwrap(), None);
    assert_eq!(store.first_bytes("media", "nothing", 10).await.unwrap(), None);
    assert_eq!(store.download("media", "nothing", "e", &to).await.unwrap(), None);
    assert!(!to.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_seen_is_an_error_and_not_missing() {
    let dir = tempfile::tempdir().unwrap();
    let wrong = Credentials::new("access", "not-the-secret", None, None, "test");
    let config = server(dir.path()).await.to_builder().credentials_provider(wrong).build();
    let (store, to) = (S3Store::new(config), dir.path().join("copy"));
    assert!(store.head("media", "x").await.is_err());
    assert!(store.first_bytes("media", "x", 10).await.is_err());
    assert!(store.download("media", "x", "e", &to).await.is_err());
    let error = store.put_new("media", "x", Body::Bytes(b"y".to_vec()), "text/plain").await.unwrap_err().to_string();
    assert!(error.starts_with("PUT media/x: ") && !error.contains("not-the-secret"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_object_has_no_first_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let store = S3Store::new(server(dir.path()).await);
    store.put_new("media", "empty", Body::Bytes(Vec::new()), "application/octet-stream").await.unwrap();
    let facts = store.head("media", "empty").await.unwrap().unwrap();
    assert_eq!(facts.bytes, 0);
    assert_eq!(store.first_bytes("media", "empty", 10).await.unwrap(), Some(Vec::new()));
    let to = dir.path().join("copy");
    assert_eq!(store.download("media", "empty", &facts.etag, &to).await.unwrap(), Some(0));
}
