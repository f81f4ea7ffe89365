//! The object store, driven by the AWS SDK, and by bytes on a socket where a browser would speak.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use local::objects::{ObjectCreated, Objects, ObjectsConfig, client};
use processors::object_store::Body;
use processors::{ObjectStore, S3Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

const RAW: &str = "stagedoor-raw";
const MEDIA: &str = "stagedoor-media";
const ORIGIN: &str = "http://localhost:8080";
const PART: usize = 5 * 1024 * 1024;

struct Store {
    address: SocketAddr,
    client: Client,
    created: mpsc::UnboundedReceiver<ObjectCreated>,
    folder: tempfile::TempDir,
    server: tokio::task::JoinHandle<()>,
}

impl Store {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = ObjectsConfig {
            root: folder.path().join("objects"),
            access_key: "AKID".to_owned(),
            secret_key: "the secret".to_owned(),
            buckets: vec![RAW.to_owned(), MEDIA.to_owned()],
            allow_origins: vec![ORIGIN.to_owned()],
        };
        let (sender, created) = mpsc::unbounded_channel();
        let objects = Objects::open(config, sender).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(objects.serve(listener));
        Self { address, client: client(&format!("http://{address}"), "AKID", "the secret"), created, folder, server }
    }

    /// Events so far. They are sent before the answer, so none can be late.
    fn events(&mut self) -> Vec<ObjectCreated> {
        std::iter::from_fn(|| self.created.try_recv().ok()).collect()
    }

    async fn put(&self, key: &str, body: &[u8]) -> String {
        let put = self.client.put_object().bucket(RAW).key(key).body(ByteStream::from(body.to_vec()));
        put.send().await.unwrap().e_tag.unwrap()
    }

    async fn bytes(&self, key: &str) -> Vec<u8> {
        let got = self.client.get_object().bucket(RAW).key(key).send().await.unwrap();
        got.body.collect().await.unwrap().to_vec()
    }

    /// Sends these bytes as they are; the answer's status, lower-case head and body.
    async fn raw(&self, head: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let host = self.address;
        let head = format!("{head}\r\nHost: {host}\r\nConnection: close\r\n\r\n").replace("\r\n\r\n\r\n", "\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase();
        (head[9..12].parse().unwrap(), head, answer[end + 4..].to_vec())
    }

    async fn presigned_put(&self, key: &str) -> String {
        let hour = PresigningConfig::expires_in(Duration::from_hours(1)).unwrap();
        let put = self.client.put_object().bucket(RAW).key(key).content_type("image/jpeg");
        let url = put.presigned(hour).await.unwrap().uri().to_owned();
        url.strip_prefix(&format!("http://{}", self.address)).unwrap().to_owned()
    }
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    error.as_service_error().and_then(|e| e.code()).unwrap_or("no answer").to_owned()
}

fn status<E>(error: &SdkError<E>) -> u16 {
    error.raw_response().unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_comes_back_and_is_announced() {
    let mut store = Store::open().await;
    let put = store.client.put_object().bucket(RAW).key("in/a.jpg").body(ByteStream::from_static(b"0123456789"));
    let put = put.content_type("image/jpeg").cache_control("private, max-age=60").metadata("owner", "ada");
    let etag = put.send().await.unwrap().e_tag.unwrap();
    let expected = ObjectCreated {
        bucket: RAW.to_owned(),
        key: "in/a.jpg".to_owned(),
        bytes: 10,
        etag: etag.trim_matches('"').to_owned(),
    };
    assert_eq!(store.events(), [expected]);

    let got = store.client.get_object().bucket(RAW).key("in/a.jpg").send().await.unwrap();
    assert_eq!(got.content_type(), Some("image/jpeg"));
    assert_eq!(got.cache_control(), Some("private, max-age=60"));
    assert_eq!(got.metadata().unwrap()["owner"], "ada");
    assert_eq!(got.e_tag(), Some(&*etag));
    assert_eq!(got.accept_ranges(), Some("bytes"));
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"0123456789");

    let part = store.client.get_object().bucket(RAW).key("in/a.jpg").range("bytes=3-5").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 3-5/10"));
    assert_eq!(part.body.collect().await.unwrap().to_vec(), b"345");
    let beyond = store.client.get_object().bucket(RAW).key("in/a.jpg").range("bytes=10-").send().await.unwrap_err();
    assert_eq!(status(&beyond), 416);

    store.client.delete_object().bucket(RAW).key("in/a.jpg").send().await.unwrap();
    let gone = store.client.get_object().bucket(RAW).key("in/a.jpg").send().await.unwrap_err();
    assert_eq!(code(&gone), "NoSuchKey");
    assert_eq!(store.events(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn unusual_keys_are_keys_and_impossible_ones_are_refused() {
    let mut store = Store::open().await;
    let keys = ["a b+c.jpg", "Übung/日本.png", "100%25?x=1&y#z.mp4", "quote\"'<>;,=.jpg", "..a/b..", "~!@$^*()[]{}|\\"];
    for key in keys {
        store.put(key, key.as_bytes()).await;
        assert_eq!(store.bytes(key).await, key.as_bytes());
        assert_eq!(store.events()[0].key, key);
    }
    let listed = store.client.list_objects_v2().bucket(RAW).send().await.unwrap();
    let mut expected = keys.to_vec();
    expected.sort_unstable();
    assert_eq!(listed.contents().iter().map(|o| o.key().unwrap()).collect::<Vec<_>>(), expected);

    for key in ["../stagedoor-media/x", "a//b", "a/./b", "dir/", "/etc/passwd", "a b+c.jpg/below", "Übung"] {
        let put = store.client.put_object().bucket(RAW).key(key).body(ByteStream::from_static(b""));
        let refused = put.send().await.unwrap_err();
        assert_eq!((status(&refused), &*code(&refused)), (400, "InvalidArgument"), "{key}");
        let absent = store.client.get_object().bucket(RAW).key(key).send().await.unwrap_err();
        assert_eq!(code(&absent), "NoSuchKey", "{key}");
        store.client.delete_object().bucket(RAW).key(key).send().await.unwrap();
    }
    let put = store.client.put_object().bucket(RAW).key("x".repeat(200)).body(ByteStream::from_static(b""));
    assert_eq!(code(&put.send().await.unwrap_err()), "KeyTooLongError");
    assert_eq!(
        store.bytes("Übung/日本.png").await,
        "Übung/日本.png".as_bytes(),
        "a delete of its directory did nothing"
    );
    let elsewhere = store.client.get_object().bucket("no-such-bucket").key("x").send().await.unwrap_err();
    assert_eq!(code(&elsewhere), "NoSuchBucket");
    assert_eq!(store.events(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_hold() {
    let store = Store::open().await;
    let etag = store.put("a", b"first").await;
    let get = || store.client.get_object().bucket(RAW).key("a");
    let head = store.client.head_object().bucket(RAW).key("a").send().await.unwrap();
    let modified = *head.last_modified().unwrap();

    assert_eq!(status(&get().if_none_match(&etag).send().await.unwrap_err()), 304);
    assert_eq!(status(&get().if_modified_since(modified).send().await.unwrap_err()), 304);
    assert_eq!(status(&get().if_match("\"other\"").send().await.unwrap_err()), 412);
    get().if_none_match("\"other\"").send().await.unwrap();
    get().if_match(&etag).send().await.unwrap();
    let head = store.client.head_object().bucket(RAW).key("a").if_none_match(&etag).send().await.unwrap_err();
    assert_eq!(status(&head), 304);

    let again = store.client.put_object().bucket(RAW).key("a").if_none_match("*").body(ByteStream::from_static(b"2"));
    assert_eq!(status(&again.send().await.unwrap_err()), 412);
    assert_eq!(store.bytes("a").await, b"first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_304_has_an_entity_tag_and_no_body() {
    let store = Store::open().await;
    let etag = store.put("a", b"first").await;
    let hour = PresigningConfig::expires_in(Duration::from_hours(1)).unwrap();
    let url = store.client.get_object().bucket(RAW).key("a").presigned(hour).await.unwrap().uri().to_owned();
    let path = url.strip_prefix(&format!("http://{}", store.address)).unwrap();
    let (status, head, body) = store.raw(&format!("GET {path} HTTP/1.1\r\nIf-None-Match: {etag}"), b"").await;
    assert_eq!(status, 304);
    assert!(head.contains(&format!("\r\netag: {etag}")), "{head}");
    assert_eq!(body, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_multipart_upload_is_announced_once_when_it_is_whole() {
    let mut store = Store::open().await;
    let (client, key) = (store.client.clone(), "in/film.mp4");
    store.put(key, b"an older object under that key, with a checksum of its own").await;
    store.events();
    let begun = client.create_multipart_upload().bucket(RAW).key(key).content_type("video/mp4").send().await.unwrap();
    let id = begun.upload_id().unwrap();
    let mut completed = CompletedMultipartUpload::builder();
    for (number, body) in [(1, vec![b'a'; PART]), (2, vec![b'b'; 1000])] {
        let part = client.upload_part().bucket(RAW).key(key).upload_id(id).part_number(number);
        let part = part.body(ByteStream::from(body)).send().await.unwrap();
        completed = completed.parts(CompletedPart::builder().part_number(number).e_tag(part.e_tag().unwrap()).build());
    }
    assert_eq!(store.events(), [], "not before it is whole");
    let complete = client.complete_multipart_upload().bucket(RAW).key(key).upload_id(id);
    complete.multipart_upload(completed.build()).send().await.unwrap();
    let events = store.events();
    assert_eq!(events.len(), 1);
    assert_eq!((&*events[0].key, events[0].bytes), (key, PART as u64 + 1000));
    assert!(events[0].etag.ends_with("-2"), "{}", events[0].etag);
    assert_eq!(store.bytes(key).await.len(), PART + 1000);
    let head = client.head_object().bucket(RAW).key(key).send().await.unwrap();
    assert_eq!(head.content_type(), Some("video/mp4"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_copied_only_from_the_object_that_is_meant() {
    let store = Store::open().await;
    let etag = store.put("source film.mp4", b"0123456789").await;
    let (client, key) = (store.client.clone(), "copy.mp4");
    let begun = client.create_multipart_upload().bucket(MEDIA).key(key).send().await.unwrap();
    let id = begun.upload_id().unwrap();
    let copy = |etag: &str| {
        let copy = client.upload_part_copy().bucket(MEDIA).key(key).upload_id(id).part_number(1);
        copy.copy_source(format!("{RAW}/source%20film.mp4")).copy_source_range("bytes=2-4").copy_source_if_match(etag)
    };
    let refused = copy("\"00000000000000000000000000000000\"").send().await.unwrap_err();
    assert_eq!(status(&refused), 412);
    let part = copy(&etag).send().await.unwrap();
    let part = CompletedPart::builder().part_number(1).e_tag(part.copy_part_result().unwrap().e_tag().unwrap());
    let parts = CompletedMultipartUpload::builder().parts(part.build()).build();
    client
        .complete_multipart_upload()
        .bucket(MEDIA)
        .key(key)
        .upload_id(id)
        .multipart_upload(parts)
        .send()
        .await
        .unwrap();
    let got = client.get_object().bucket(MEDIA).key(key).send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"234");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_what_was_announced_leaves_no_object() {
    let mut store = Store::open().await;
    let body = || ByteStream::from_static(b"other bytes");
    // CRC-32 and MD5 of nothing.
    let put = store.client.put_object().bucket(RAW).key("crc").checksum_crc32("AAAAAA==").body(body());
    assert_eq!(code(&put.send().await.unwrap_err()), "BadDigest");
    let put = store.client.put_object().bucket(RAW).key("md5").content_md5("1B2M2Y8AsgTpgAmY7PhCfg==").body(body());
    assert_eq!(code(&put.send().await.unwrap_err()), "BadDigest");

    let begun = store.client.create_multipart_upload().bucket(RAW).key("part").send().await.unwrap();
    let part = store.client.upload_part().bucket(RAW).key("part").upload_id(begun.upload_id().unwrap()).part_number(1);
    let part = part.checksum_crc32("AAAAAA==").body(body());
    assert_eq!(code(&part.send().await.unwrap_err()), "BadDigest");
    let id = begun.upload_id().unwrap();
    let parts = store.client.list_parts().bucket(RAW).key("part").upload_id(id).send().await.unwrap();
    assert_eq!(parts.parts(), []);

    let listed = store.client.list_objects_v2().bucket(RAW).send().await.unwrap();
    assert_eq!(listed.contents(), []);
    assert_eq!(store.events(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_is_cut_off_leaves_no_object() {
    let mut store = Store::open().await;
    let path = store.presigned_put("cut.jpg").await;
    let mut stream = TcpStream::connect(store.address).await.unwrap();
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: image/jpeg\r\nContent-Length: 1000000\r\n\r\n",
        store.address
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![7; 300_000]).await.unwrap();
    let root = store.folder.path().join("objects");
    let being_written = || {
        let names = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().starts_with(".tmp.")).count()
    };
    eventually("its bytes are being written", || being_written() == 1).await;
    drop(stream);
    eventually("what was written is gone", || being_written() == 0).await;
    let absent = store.client.get_object().bucket(RAW).key("cut.jpg").send().await.unwrap_err();
    assert_eq!(code(&absent), "NoSuchKey");
    assert_eq!(store.events(), []);
}

async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap_or_else(|_| panic!("not within 20 s: {what}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_puts_with_a_presigned_url() {
    let mut store = Store::open().await;
    let path = store.presigned_put("in/from the browser.jpg").await;
    let bare = path.split('?').next().unwrap();

    let preflight = |origin: &str| {
        format!(
            "OPTIONS {bare} HTTP/1.1\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: PUT\r\n\
             Access-Control-Request-Headers: content-type"
        )
    };
    let (status, head, _) = store.raw(&preflight(ORIGIN), b"").await;
    assert_eq!(status, 204);
    assert!(head.contains(&format!("\r\naccess-control-allow-origin: {ORIGIN}\r\n")), "{head}");
    assert!(head.contains("\r\naccess-control-allow-headers: content-type"), "{head}");
    assert!(head.contains("\r\naccess-control-allow-methods: get, head, put, post"), "{head}");
    assert!(head.contains("\r\naccess-control-max-age: "), "{head}");
    let (status, head, _) = store.raw(&preflight("http://localhost:8081"), b"").await;
    assert_eq!(status, 403);
    assert!(!head.contains("access-control-allow"), "{head}");
    let delete = preflight(ORIGIN).replace("Request-Method: PUT", "Request-Method: DELETE");
    assert_eq!(store.raw(&delete, b"").await.0, 403);

    let put = format!("PUT {path} HTTP/1.1\r\nOrigin: {ORIGIN}\r\nContent-Type: image/jpeg\r\nContent-Length: 5");
    let (status, head, body) = store.raw(&put, b"bytes").await;
    assert_eq!(status, 200, "{head} {}", String::from_utf8_lossy(&body));
    assert!(head.contains(&format!("\r\naccess-control-allow-origin: {ORIGIN}\r\n")), "{head}");
    assert!(head.contains("\r\naccess-control-expose-headers: etag"), "{head}");
    assert!(head.contains("\r\netag: "), "{head}");
    assert_eq!(store.events()[0].key, "in/from the browser.jpg");
    let got = store.client.get_object().bucket(RAW).key("in/from the browser.jpg").send().await.unwrap();
    assert_eq!(got.content_type(), Some("image/jpeg"));
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"bytes");

    let (_, head, _) = store.raw(&put.replace(ORIGIN, "http://localhost:8081"), b"bytes").await;
    assert!(!head.contains("access-control-allow"), "{head}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_without_a_right_signature() {
    let mut store = Store::open().await;
    store.put("secret", b"bytes").await;
    store.events();
    let path = store.presigned_put("new").await;
    let put = |path: &str| format!("PUT {path} HTTP/1.1\r\nContent-Type: image/jpeg\r\nContent-Length: 5");
    for request in [
        format!("GET /{RAW}/secret HTTP/1.1"),
        format!("HEAD /{RAW}/secret HTTP/1.1"),
        format!("GET /{RAW} HTTP/1.1"),
        format!("GET /{RAW}?list-type=2 HTTP/1.1"),
        "GET / HTTP/1.1".to_owned(),
        format!("DELETE /{RAW}/secret HTTP/1.1"),
        put(&format!("/{RAW}/new")),
        // Another key, and another type, than were signed.
        put(&path.replace("/new?", "/secret?")),
        put(&path).replace("image/jpeg", "text/html"),
    ] {
        let (status, _, body) = store.raw(&request, if request.starts_with("PUT") { b"bytes" } else { b"" }).await;
        assert_eq!(status, 403, "{request}");
        assert!(!body.windows(5).any(|w| w == b"bytes"));
    }
    let form = format!("POST /{RAW} HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 5");
    assert_eq!(store.raw(&form, b"--x--").await.0, 501);

    let endpoint = format!("http://{}", store.address);
    let wrong = client(&endpoint, "AKID", "another secret").get_object().bucket(RAW).key("secret").send().await;
    assert_eq!(code(&wrong.unwrap_err()), "SignatureDoesNotMatch");
    let unknown = client(&endpoint, "AKID2", "the secret").get_object().bucket(RAW).key("secret").send().await;
    assert_eq!(status(&unknown.unwrap_err()), 403);
    assert_eq!(store.events(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_outlast_a_restart_and_the_server_ends_when_it_is_dropped() {
    let store = Store::open().await;
    store.put("a", b"kept").await;
    store.server.abort();
    assert!(store.server.await.unwrap_err().is_cancelled());
    assert!(TcpStream::connect(store.address).await.is_err());

    let root = store.folder.path().join("objects");
    std::fs::write(root.join(".tmp.7.internal.part"), "what a killed process left").unwrap();
    let config = |root: PathBuf, bucket: &str| ObjectsConfig {
        root,
        access_key: "AKID".to_owned(),
        secret_key: "the secret".to_owned(),
        buckets: vec![bucket.to_owned()],
        allow_origins: Vec::new(),
    };
    let (sender, _created) = mpsc::unbounded_channel();
    let objects = Objects::open(config(root.clone(), RAW), sender.clone()).unwrap();
    assert!(!root.join(".tmp.7.internal.part").exists());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()), "AKID", "the secret");
    tokio::spawn(objects.serve(listener));
    let got = client.get_object().bucket(RAW).key("a").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"kept");

    let odd = Objects::open(config(root, "Not A Bucket"), sender).err().unwrap().to_string();
    assert!(odd.contains("buckets") && odd.contains("Not A Bucket"), "{odd}");
}

#[tokio::test]
async fn the_processors_store_reads_what_it_looked_at_and_replaces_nothing() {
    let store = Store::open().await;
    let objects = S3Store::new(store.client.config().clone());
    store.put("a", b"first").await;
    let seen = objects.head(RAW, "a").await.unwrap().unwrap();
    let to = store.folder.path().join("copy");
    assert_eq!(objects.download(RAW, "a", &seen.etag, &to).await.unwrap(), Some(5));
    store.put("a", b"second").await;
    let error = objects.download(RAW, "a", &seen.etag, &to).await.unwrap_err().to_string();
    assert!(error.ends_with("stagedoor-raw/a: the object was replaced meanwhile"), "{error}");

    for body in ["made", "made again"] {
        objects.put_new(MEDIA, "b", Body::Bytes(body.into()), "text/plain").await.unwrap();
    }
    assert_eq!(objects.first_bytes(MEDIA, "b", 100).await.unwrap().unwrap(), b"made");
}
