//! The stores under test, and how they are asked.

use std::any::Any;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::complete_multipart_upload::builders::CompleteMultipartUploadFluentBuilder;
use aws_sdk_s3::operation::upload_part::builders::UploadPartFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use local::objects::{Objects, ObjectsConfig, client};
use ring::digest::{SHA256, digest};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::moto;

/// The least that S3 takes for a part that is not the last.
pub const PART: usize = 5 * 1024 * 1024;

pub struct Store {
    pub client: Client,
    pub bucket: String,
    pub endpoint: String,
    /// Whether it is S3 as moto plays it.
    pub lax: bool,
    _kept: Box<dyn Any + Send + Sync>,
}

/// An upload under way.
pub struct Upload<'a> {
    pub store: &'a Store,
    pub key: String,
    pub id: String,
}

pub async fn ours() -> Store {
    let folder = tempfile::tempdir().unwrap();
    let bucket = "stagedoor-raw".to_owned();
    let config = ObjectsConfig {
        root: folder.path().join("objects"),
        access_key: "AKID".to_owned(),
        secret_key: "the secret".to_owned(),
        buckets: vec![bucket.clone()],
        allow_origins: Vec::new(),
    };
    let (sender, created) = mpsc::unbounded_channel();
    let objects = Objects::open(config, sender).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(objects.serve(listener));
    Store { client: plain(&endpoint), bucket, endpoint, lax: false, _kept: Box::new((folder, created)) }
}

pub async fn moto() -> Store {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let endpoint = tokio::task::spawn_blocking(moto::endpoint).await.unwrap().to_owned();
    let bucket = format!("multipart-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let client = plain(&endpoint);
    client.create_bucket().bucket(&bucket).send().await.unwrap();
    Store { client, bucket, endpoint, lax: true, _kept: Box::new(()) }
}

/// A client that adds no checksum of its own.
fn plain(endpoint: &str) -> Client {
    let config = client(endpoint, "AKID", "the secret").config().to_builder();
    Client::from_conf(config.request_checksum_calculation(RequestChecksumCalculation::WhenRequired).build())
}

impl Store {
    /// Begins an upload whose object has a checksum of its parts' SHA-256.
    pub async fn begin(&self, key: &str) -> Upload<'_> {
        let create = self.client.create_multipart_upload().bucket(&self.bucket).key(key);
        let begun = create.checksum_algorithm(ChecksumAlgorithm::Sha256).send().await.unwrap();
        self.upload(key, begun.upload_id().unwrap())
    }

    /// Begins an upload without a word about checksums.
    pub async fn begin_plain(&self, key: &str) -> Upload<'_> {
        let begun = self.client.create_multipart_upload().bucket(&self.bucket).key(key).send().await.unwrap();
        self.upload(key, begun.upload_id().unwrap())
    }

    pub fn upload(&self, key: &str, id: &str) -> Upload<'_> {
        Upload { store: self, key: key.to_owned(), id: id.to_owned() }
    }

    pub async fn bytes(&self, key: &str) -> Vec<u8> {
        let got = self.client.get_object().bucket(&self.bucket).key(key).send().await.unwrap();
        got.body.collect().await.unwrap().to_vec()
    }
}

impl Upload<'_> {
    pub fn part(&self, number: i32, body: &[u8]) -> UploadPartFluentBuilder {
        let part = self.store.client.upload_part().bucket(&self.store.bucket).key(&self.key).upload_id(&self.id);
        part.part_number(number).body(ByteStream::from(body.to_vec()))
    }

    /// Sends a part with its SHA-256; how completion names it.
    pub async fn send(&self, number: i32, body: &[u8]) -> CompletedPart {
        let sent = self.part(number, body).checksum_sha256(sha256(body)).send().await.unwrap();
        completed(number, sent.e_tag().unwrap()).checksum_sha256(sha256(body)).build()
    }

    /// Sends a part without a checksum.
    pub async fn send_plain(&self, number: i32, body: &[u8]) -> CompletedPart {
        let sent = self.part(number, body).send().await.unwrap();
        completed(number, sent.e_tag().unwrap()).build()
    }

    pub fn complete(&self, parts: Vec<CompletedPart>) -> CompleteMultipartUploadFluentBuilder {
        let complete = self.store.client.complete_multipart_upload().bucket(&self.store.bucket).key(&self.key);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        complete.upload_id(&self.id).multipart_upload(parts)
    }

    pub async fn refused(&self, parts: Vec<CompletedPart>) -> String {
        code(&self.complete(parts).send().await.unwrap_err())
    }

    /// The numbers of the parts that are there.
    pub async fn numbers(&self) -> Vec<i32> {
        let list = self.store.client.list_parts().bucket(&self.store.bucket).key(&self.key).upload_id(&self.id);
        list.send().await.unwrap().parts().iter().map(|part| part.part_number().unwrap()).collect()
    }
}

pub fn completed(number: i32, etag: &str) -> aws_sdk_s3::types::builders::CompletedPartBuilder {
    CompletedPart::builder().part_number(number).e_tag(etag)
}

pub fn sha256(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(digest(&SHA256, bytes))
}

/// CRC-64/NVME as S3 writes it: big-endian, Base64.
pub fn crc64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, bytes).to_be_bytes())
}

pub fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    error.as_service_error().and_then(|e| e.code()).unwrap_or("no answer").to_owned()
}
