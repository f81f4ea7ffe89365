//! The raw bucket: uploads are signed for it and looked at in it; their bytes never come through here.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use catalog::UnixMillis;

use crate::Problem;

/// How long an upload may take to begin. S3 looks at the clock when the request arrives, not when it ends.
pub const SIGNED_FOR: Duration = Duration::from_mins(15);

/// The bucket that uploads go to.
pub struct RawBucket {
    client: Client,
    name: String,
}

/// A request that the holder may send once or more until it expires, as it is and in no other way.
pub struct PresignedPut {
    pub url: String,
    /// To be sent with it, besides `host` and `content-length`, which every client sends by itself.
    pub headers: BTreeMap<String, String>,
}

/// An object that is there.
pub struct Object {
    pub bytes: u64,
    /// Without quotes.
    pub etag: String,
}

impl RawBucket {
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Signs a PUT of exactly that many bytes of that type, from `now` on.
    pub async fn presign_put(
        &self,
        key: &str,
        bytes: u64,
        content_type: &str,
        now: UnixMillis,
    ) -> Result<PresignedPut, Problem> {
        let start = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now).unwrap_or(0));
        let signing = PresigningConfig::builder().start_time(start).expires_in(SIGNED_FOR).build();
        let signing = signing.map_err(|e| Problem::internal(&e))?;
        let request = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_length(i64::try_from(bytes).unwrap_or(i64::MAX))
            .content_type(content_type)
            .presigned(signing)
            .await
            .map_err(|e| Problem::unavailable("objects_unavailable", &DisplayErrorContext(e)))?;
        let by_itself = |name: &str| name.eq_ignore_ascii_case("host") || name.eq_ignore_ascii_case("content-length");
        let headers = request.headers().filter(|(name, _)| !by_itself(name));
        Ok(PresignedPut {
            url: request.uri().to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        })
    }

    /// The object of that key, if it is there.
    pub async fn head(&self, key: &str) -> Result<Option<Object>, Problem> {
        match self.client.head_object().bucket(&self.name).key(key).send().await {
            Ok(head) => Ok(Some(Object {
                bytes: head.content_length().and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
                etag: head.e_tag().unwrap_or_default().trim_matches('"').to_owned(),
            })),
            Err(e) if e.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(None),
            Err(e) => Err(Problem::unavailable("objects_unavailable", &DisplayErrorContext(e))),
        }
    }

    /// Whether the bucket answers.
    pub async fn ping(&self) -> Result<(), Problem> {
        match self.client.head_bucket().bucket(&self.name).send().await {
            Ok(_) => Ok(()),
            Err(e) => Err(Problem::unavailable("objects_unavailable", &DisplayErrorContext(e))),
        }
    }
}
