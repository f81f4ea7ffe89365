//! Films moved by `mp4-front` within this S3, to it and from it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod changes;
mod failures;
mod proxy;
#[path = "../../../processors/mp4/tests/support/mod.rs"]
mod support;
mod ways;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::primitives::ByteStream;
use local::objects::{ObjectCreated, Objects, ObjectsConfig, client};
use mp4_front::Limits;
use mp4_front::faststart::PartRules;
use mp4_front::s3::{ObjectUri, Options};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use proxy::{Asked, Fate, Proxy};
use support::atoms::{atom, cut, shift_places};
use support::corpus;

const RAW: &str = "stagedoor-raw";
const MEDIA: &str = "stagedoor-media";
const MIB: u64 = 1 << 20;

/// A store with two buckets, and a way there that never fails.
struct Store {
    address: SocketAddr,
    direct: Client,
    folder: tempfile::TempDir,
    _created: mpsc::UnboundedReceiver<ObjectCreated>,
}

impl Store {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = ObjectsConfig {
            root: folder.path().join("objects"),
            access_key: "AKID".to_owned(),
            secret_key: "the secret".to_owned(),
            buckets: vec![RAW.to_owned(), MEDIA.to_owned()],
            allow_origins: Vec::new(),
        };
        let (sender, created) = mpsc::unbounded_channel();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(Objects::open(config, sender).unwrap().serve(listener));
        Self { address, direct: quick(address, "the secret"), folder, _created: created }
    }

    /// A way there with a rule for each request.
    async fn through(&self, rule: impl Fn(Asked) -> Fate + Send + Sync + 'static) -> (Proxy, Client) {
        let proxy = Proxy::start(self.address, rule).await;
        let client = quick(proxy.address, "the secret");
        (proxy, client)
    }

    async fn put(&self, uri: &ObjectUri, bytes: &[u8]) {
        put(&self.direct, uri, bytes).await;
    }

    async fn bytes(&self, uri: &ObjectUri) -> Vec<u8> {
        let got = self.direct.get_object().bucket(&uri.bucket).key(&uri.key).send().await.unwrap();
        got.body.collect().await.unwrap().to_vec()
    }

    /// Whether there is nothing: no object, and no upload under way in any bucket.
    async fn assert_nothing_at(&self, uri: &ObjectUri) {
        let head = self.direct.head_object().bucket(&uri.bucket).key(&uri.key).send().await;
        assert!(head.is_err_and(|error| error.into_service_error().is_not_found()), "{uri} is there");
        self.assert_no_uploads().await;
    }

    async fn assert_no_uploads(&self) {
        for bucket in [RAW, MEDIA] {
            let list = self.direct.list_multipart_uploads().bucket(bucket).send().await.unwrap();
            assert_eq!(list.uploads().len(), 0, "{bucket}");
        }
    }
}

async fn put(client: &Client, uri: &ObjectUri, bytes: &[u8]) {
    let put = client.put_object().bucket(&uri.bucket).key(&uri.key).body(ByteStream::from(bytes.to_vec()));
    put.content_type("video/mp4").send().await.unwrap();
}

/// A client that tries again without long pauses.
fn quick(address: SocketAddr, secret: &str) -> Client {
    let client = client(&format!("http://{address}"), "AKID", secret);
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(5));
    Client::from_conf(client.config().to_builder().retry_config(retries).build())
}

fn uri(bucket: &str, key: &str) -> ObjectUri {
    ObjectUri { bucket: bucket.to_owned(), key: key.to_owned() }
}

/// A film with its index behind, and so many MiB of other bytes before the media data.
fn film(mebibytes: usize) -> Vec<u8> {
    let bytes = corpus::bytes("plain.mp4");
    let padding: Vec<u8> = (0..mebibytes * (1 << 18)).flat_map(|n| u32::try_from(n).unwrap().to_le_bytes()).collect();
    let free = atom(b"free", &padding);
    let mut moov = cut(&bytes, "moov").to_vec();
    // Without the small box that ffmpeg leaves between.
    let before = cut(&bytes, "free").len();
    shift_places(&mut moov, |place| place + (free.len() - before) as u64);
    [cut(&bytes, "ftyp"), &free, cut(&bytes, "mdat"), &moov].concat()
}

/// What the executor for local files makes of it.
fn expected(film: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before.mp4"), folder.path().join("after.mp4"));
    std::fs::write(&before, film).unwrap();
    mp4_front::faststart::file(&before, &after, Limits::default()).unwrap();
    assert_same_packets(&before, &after);
    std::fs::read(&after).unwrap()
}

fn assert_same_packets(before: &Path, after: &Path) {
    assert_eq!(support::framecrc(before, &[]), support::framecrc(after, &[]));
}

/// Copies of 10 MiB, so that a film of some MiB has several.
fn options() -> Options {
    Options { rules: PartRules { copy: 10 * MIB, ..PartRules::default() }, ..Options::default() }
}
