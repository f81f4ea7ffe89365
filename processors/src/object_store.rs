//! The few things that are done with objects: look, read the beginning, fetch, put.

use std::path::Path;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use mp4_front::faststart::Plan;
use mp4_front::s3::{self, Attributes, ObjectProblem, ObjectReader, ObjectUri};
use tokio::io::AsyncWriteExt;

use crate::video::Source as Film;

/// Renditions never change under their key, so a browser that was let in once need not ask again. Nothing is said
/// about shared caches: objects are reachable through the authorizer only, and the edge decides what it keeps.
pub const CACHE_CONTROL: &str = "max-age=31536000, immutable";

/// The SDK's calls that are made here, each with the actions of IAM that it needs. The end-to-end test `permissions` compares it with
/// the code, terraform/check/iam.py with the policies of the functions.
pub const CALLS: &[(&str, &[&str])] = &[
    // Who may not list is told 403 of what is not there.
    ("head_object", &["s3:GetObject", "s3:ListBucket"]),
    ("get_object", &["s3:GetObject"]),
    ("put_object", &["s3:PutObject"]),
];

/// The object store failed, or could not be reached.
#[derive(Debug, thiserror::Error)]
#[error("{action} {bucket}/{key}: {message}")]
pub struct ObjectError {
    /// What was tried: `HEAD`, `GET`, `PUT`.
    pub action: &'static str,
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The cause.
    pub message: String,
}

/// What is known of an object without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Its length in bytes.
    pub bytes: u64,
    /// Its entity tag without quotes.
    pub etag: String,
}

/// What an object is made from.
#[derive(Debug)]
pub enum Body<'a> {
    /// Bytes in memory.
    Bytes(Vec<u8>),
    /// A file, streamed.
    File(&'a Path),
}

/// Objects in buckets. An object that is not there is `None`, no error; a bucket that is not there is an error, where
/// the store tells the two apart (S3 does when an object is read, and not when it is only looked at).
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// Length and entity tag.
    async fn head(&self, bucket: &str, key: &str) -> Result<Option<ObjectFacts>, ObjectError>;

    /// The first `limit` bytes, fewer where the object is shorter.
    async fn first_bytes(&self, bucket: &str, key: &str, limit: u64) -> Result<Option<Vec<u8>>, ObjectError>;

    /// Writes the object to a file; its length in bytes. An object with another entity tag, without quotes, is an error: it was
    /// replaced since somebody looked.
    async fn download(&self, bucket: &str, key: &str, etag: &str, to: &Path) -> Result<Option<u64>, ObjectError>;

    /// Opens a film, of which ranges are read.
    async fn film(&self, bucket: &str, key: &str) -> Result<Option<Film>, ObjectError>;

    /// Makes an object of a film by a plan, with that media type and [`CACHE_CONTROL`], replacing what is there; its length in bytes.
    /// Only the plan's new bytes pass through this program, and some MB of the film: the store copies the rest by itself.
    async fn put_film(
        &self,
        film: &Film,
        plan: &Plan,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<u64, ObjectError>;

    /// Makes an object, with that media type and [`CACHE_CONTROL`]; one that is there already stays.
    async fn put_new(&self, bucket: &str, key: &str, body: Body<'_>, content_type: &str) -> Result<(), ObjectError>;
}

/// S3, or what speaks its language.
pub struct S3Store {
    client: Client,
}

impl S3Store {
    /// A client from the SDK's own environment variables (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`, credentials).
    pub async fn from_environment(path_style: bool) -> Self {
        let http =
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let shared = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http).load().await;
        Self::new(aws_sdk_s3::config::Builder::from(&shared).force_path_style(path_style).build())
    }

    /// A client of that configuration.
    pub fn new(config: aws_sdk_s3::Config) -> Self {
        Self { client: Client::from_conf(config) }
    }

    async fn get(
        &self,
        bucket: &str,
        key: &str,
        range: Option<String>,
        etag: Option<&str>,
    ) -> Result<Option<GetObjectOutput>, SdkError<GetObjectError>> {
        let get = self.client.get_object().bucket(bucket).key(key).set_range(range);
        match get.set_if_match(etag.map(|etag| format!("\"{etag}\""))).send().await {
            Ok(output) => Ok(Some(output)),
            Err(e) if e.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            Err(e) => Err(e),
        }
    }
}

#[async_trait]
impl ObjectStore for S3Store {
    async fn head(&self, bucket: &str, key: &str) -> Result<Option<ObjectFacts>, ObjectError> {
        match self.client.head_object().bucket(bucket).key(key).send().await {
            Ok(head) => Ok(Some(ObjectFacts {
                bytes: head.content_length().and_then(|n| u64::try_from(n).ok()).unwrap_or_default(),
                etag: head.e_tag().unwrap_or_default().trim_matches('"').to_owned(),
            })),
            Err(e) if e.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(None),
            Err(e) => Err(error("HEAD", bucket, key, DisplayErrorContext(&e))),
        }
    }

    async fn first_bytes(&self, bucket: &str, key: &str, limit: u64) -> Result<Option<Vec<u8>>, ObjectError> {
        let range = format!("bytes=0-{}", limit.saturating_sub(1));
        let output = match self.get(bucket, key, Some(range), None).await {
            Ok(Some(output)) => output,
            Ok(None) => return Ok(None),
            // No range can be satisfied from an object without bytes.
            Err(e) if is(&e, 416) => return Ok(Some(Vec::new())),
            Err(e) => return Err(error("GET", bucket, key, DisplayErrorContext(&e))),
        };
        let (mut body, mut bytes) = (output.body, Vec::new());
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        // A store that ignores the range would send everything: stop reading at the limit.
        while bytes.len() < limit {
            match body.try_next().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(e) => return Err(error("GET", bucket, key, e)),
            }
        }
        bytes.truncate(limit);
        Ok(Some(bytes))
    }

    async fn download(&self, bucket: &str, key: &str, etag: &str, to: &Path) -> Result<Option<u64>, ObjectError> {
        let failed = |e: std::io::Error| error("GET", bucket, key, format!("{}: {e}", to.display()));
        let output = match self.get(bucket, key, None, Some(etag)).await {
            Ok(Some(output)) => output,
            Ok(None) => return Ok(None),
            Err(e) if is(&e, 412) => return Err(error("GET", bucket, key, "the object was replaced meanwhile")),
            Err(e) => return Err(error("GET", bucket, key, DisplayErrorContext(&e))),
        };
        let declared = output.content_length().and_then(|n| u64::try_from(n).ok());
        let mut body = output.body;
        let mut file = tokio::fs::File::create(to).await.map_err(failed)?;
        let mut bytes = 0u64;
        while let Some(chunk) = body.try_next().await.map_err(|e| error("GET", bucket, key, e))? {
            file.write_all(&chunk).await.map_err(failed)?;
            bytes = bytes.saturating_add(chunk.len() as u64);
        }
        file.flush().await.map_err(failed)?;
        match declared {
            // A half-read object must never be taken for a damaged file.
            Some(declared) if declared != bytes => {
                Err(error("GET", bucket, key, format!("{bytes} of {declared} bytes arrived")))
            }
            _ => Ok(Some(bytes)),
        }
    }

    async fn film(&self, bucket: &str, key: &str) -> Result<Option<Film>, ObjectError> {
        let uri = ObjectUri { bucket: bucket.to_owned(), key: key.to_owned() };
        match ObjectReader::open(&self.client, &uri).await {
            Ok(object) => Ok(Some(Film::Object(object))),
            Err(e) if matches!(e.problem, ObjectProblem::Missing(_)) => Ok(None),
            Err(e) => Err(error("GET", bucket, key, e)),
        }
    }

    async fn put_film(
        &self,
        film: &Film,
        plan: &Plan,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<u64, ObjectError> {
        let Film::Object(object) = film else {
            return Err(error("PUT", bucket, key, "expected a film that is an object of this store"));
        };
        let target = ObjectUri { bucket: bucket.to_owned(), key: key.to_owned() };
        let attributes = Attributes {
            content_type: Some(content_type.to_owned()),
            cache_control: Some(CACHE_CONTROL.to_owned()),
            ..Attributes::default()
        };
        let options = s3::Options::default();
        let made = s3::carry_out(&self.client, object, plan, &target, &attributes, &options);
        made.await.map_err(|e| error("PUT", bucket, key, e))?;
        Ok(plan.size())
    }

    async fn put_new(&self, bucket: &str, key: &str, body: Body<'_>, content_type: &str) -> Result<(), ObjectError> {
        let body = match body {
            Body::Bytes(bytes) => ByteStream::from(bytes),
            Body::File(path) => ByteStream::from_path(path).await.map_err(|e| error("PUT", bucket, key, e))?,
        };
        let put = self.client.put_object().bucket(bucket).key(key).body(body).if_none_match("*");
        match put.content_type(content_type).cache_control(CACHE_CONTROL).send().await {
            Ok(_) => Ok(()),
            Err(e) if is(&e, 412) => Ok(()),
            Err(e) => Err(error("PUT", bucket, key, DisplayErrorContext(&e))),
        }
    }
}

fn is<E>(error: &SdkError<E>, status: u16) -> bool {
    error.raw_response().is_some_and(|response| response.status().as_u16() == status)
}

fn error(action: &'static str, bucket: &str, key: &str, cause: impl std::fmt::Display) -> ObjectError {
    ObjectError { action, bucket: bucket.to_owned(), key: key.to_owned(), message: cause.to_string() }
}
