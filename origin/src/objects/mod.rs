//! The buckets: uploads are signed for the raw one and looked at in it; their bytes come through here only where a form
//! brings them.

mod multipart;
mod presign;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

pub use multipart::{Arrived, Completion, Joined};
pub use presign::Presigned;

use crate::Problem;

/// The SDK's calls that are made here, each with the actions of IAM that it needs. The end-to-end test `permissions` compares it with
/// the code, terraform/check/iam.py with the policies of the functions.
pub const CALLS: &[(&str, &[&str])] = &[
    // Who may not list is told 403 of what is not there.
    ("head_object", &["s3:GetObject", "s3:ListBucket"]),
    ("get_object", &["s3:GetObject"]),
    ("put_object", &["s3:PutObject"]),
    ("delete_object", &["s3:DeleteObject"]),
    ("delete_objects", &["s3:DeleteObject"]),
    ("list_objects_v2", &["s3:ListBucket"]),
    ("head_bucket", &["s3:ListBucket"]),
    ("create_multipart_upload", &["s3:PutObject"]),
    ("upload_part", &["s3:PutObject"]),
    ("list_parts", &["s3:ListMultipartUploadParts"]),
    ("complete_multipart_upload", &["s3:PutObject"]),
    ("abort_multipart_upload", &["s3:AbortMultipartUpload"]),
];

/// The two buckets.
pub struct Buckets {
    client: Client,
    raw: String,
    media: String,
}

/// An object that is there.
pub struct Object {
    pub bytes: u64,
    /// Without quotes.
    pub etag: String,
}

impl Buckets {
    pub fn new(client: Client, raw: String, media: String) -> Self {
        Self { client, raw, media }
    }

    /// The raw object of that key, if it is there.
    pub async fn head(&self, key: &str) -> Result<Option<Object>, Problem> {
        match self.client.head_object().bucket(&self.raw).key(key).send().await {
            Ok(head) => Ok(Some(Object {
                bytes: head.content_length().and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
                etag: head.e_tag().unwrap_or_default().trim_matches('"').to_owned(),
            })),
            Err(e) if e.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(None),
            Err(e) => Err(unavailable(e)),
        }
    }

    /// At most that many bytes from the raw object's beginning; `None`: it is not there.
    pub async fn first_bytes(&self, key: &str, bytes: u64) -> Result<Option<Vec<u8>>, Problem> {
        let range = format!("bytes=0-{}", bytes.saturating_sub(1));
        match self.client.get_object().bucket(&self.raw).key(key).range(range).send().await {
            Ok(object) => {
                let body = object.body.collect().await;
                Ok(Some(body.map_err(|e| Problem::unavailable("objects_unavailable", &e))?.to_vec()))
            }
            Err(e) if e.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            // There is no range of an empty object.
            Err(e) if e.as_service_error().and_then(ProvideErrorMetadata::code) == Some("InvalidRange") => {
                Ok(Some(Vec::new()))
            }
            Err(e) => Err(unavailable(e)),
        }
    }

    /// Puts a small upload into the raw bucket.
    pub async fn put_raw(&self, key: &str, bytes: Vec<u8>) -> Result<(), Problem> {
        let put = self.client.put_object().bucket(&self.raw).key(key).body(ByteStream::from(bytes));
        put.send().await.map_err(unavailable)?;
        Ok(())
    }

    /// Puts a file that is to be served.
    pub async fn put_media(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), Problem> {
        let put = self.client.put_object().bucket(&self.media).key(key).body(ByteStream::from(bytes));
        let put = put.content_type(content_type).cache_control("public, max-age=31536000, immutable");
        put.send().await.map_err(unavailable)?;
        Ok(())
    }

    /// Removes a raw object; one that is not there is as good as removed.
    pub async fn delete_raw(&self, key: &str) -> Result<(), Problem> {
        self.client.delete_object().bucket(&self.raw).key(key).send().await.map_err(unavailable)?;
        Ok(())
    }

    /// Removes everything that is served under a prefix.
    pub async fn delete_media_under(&self, prefix: &str) -> Result<(), Problem> {
        loop {
            let list = self.client.list_objects_v2().bucket(&self.media).prefix(prefix).send().await;
            let list = list.map_err(unavailable)?;
            let keys = list.contents().iter().filter_map(|object| object.key());
            let keys: Vec<_> = keys.filter_map(|key| ObjectIdentifier::builder().key(key).build().ok()).collect();
            if keys.is_empty() {
                return Ok(());
            }
            let delete = Delete::builder().set_objects(Some(keys)).quiet(true).build();
            let delete = delete.map_err(|e| Problem::internal(&e))?;
            let deleted = self.client.delete_objects().bucket(&self.media).delete(delete).send().await;
            if let Some(error) = deleted.map_err(unavailable)?.errors().first() {
                let cause = format!("{}: {}", error.key().unwrap_or_default(), error.code().unwrap_or_default());
                return Err(Problem::unavailable("objects_unavailable", &cause));
            }
        }
    }

    /// Whether the raw bucket answers.
    pub async fn ping(&self) -> Result<(), Problem> {
        self.client.head_bucket().bucket(&self.raw).send().await.map_err(unavailable)?;
        Ok(())
    }
}

fn unavailable<E: std::error::Error + 'static, R: std::fmt::Debug + 'static>(error: SdkError<E, R>) -> Problem {
    Problem::unavailable("objects_unavailable", &DisplayErrorContext(error))
}
