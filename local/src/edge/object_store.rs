//! Objects as S3 gives them, and S3's refusals as answers.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::{ByteStream, DateTime, DateTimeFormat};
use axum::body::Body;
use bytes::BytesMut;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG};

use super::byte_range::ByteRange;
use super::cache::Object;
use super::errors::EdgeError;
use super::object_response::Metadata;

/// Where an object is.
#[derive(Debug, Clone)]
pub(super) struct Location<'a> {
    /// The bucket.
    pub(super) bucket: &'a str,
    /// The key, decoded.
    pub(super) key: String,
}

/// [`Metadata`] from one of S3's outputs: both have the same fields and no common trait.
macro_rules! metadata {
    ($said:ident) => {
        Metadata::new(
            $said.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or_default(),
            $said.last_modified().and_then(http_date),
            [
                (CONTENT_TYPE, Some($said.content_type().unwrap_or("binary/octet-stream"))),
                (ETAG, $said.e_tag()),
                (CACHE_CONTROL, $said.cache_control()),
                (CONTENT_DISPOSITION, $said.content_disposition()),
                (CONTENT_ENCODING, $said.content_encoding()),
                (CONTENT_LANGUAGE, $said.content_language()),
            ],
        )
    };
}

/// Asks for everything but the bytes.
pub(super) async fn metadata(client: &Client, location: &Location<'_>) -> Result<Metadata, EdgeError> {
    let sent = client.head_object().bucket(location.bucket).key(&location.key).send().await;
    let said = sent.map_err(|error| refusal(&error))?;
    Ok(metadata!(said))
}

/// Takes the whole object into memory; fails where it is longer than `longest` bytes.
pub(super) async fn whole(client: &Client, location: &Location<'_>, longest: u64) -> Result<Object, EdgeError> {
    let sent = client.get_object().bucket(location.bucket).key(&location.key).send().await;
    let mut said = sent.map_err(|error| refusal(&error))?;
    let metadata = metadata!(said);
    let expected = usize::try_from(metadata.length).unwrap_or(usize::MAX);
    if metadata.length > longest {
        return Err(changed_under_way());
    }
    let mut body = BytesMut::with_capacity(expected);
    while let Some(chunk) = said.body.try_next().await.map_err(|_| EdgeError::OriginFailed)? {
        body.extend_from_slice(&chunk);
        if body.len() > expected {
            return Err(changed_under_way());
        }
    }
    if body.len() == expected { Ok(Object { metadata, body: body.freeze() }) } else { Err(changed_under_way()) }
}

/// The bytes of the object, or of a part of it, as they come; `length` is how many there must be.
pub(super) async fn stream(
    client: &Client,
    location: &Location<'_>,
    part: Option<ByteRange>,
    length: u64,
) -> Result<Body, EdgeError> {
    let range = part.map(|part| format!("bytes={}-{}", part.first, part.last));
    let request = client.get_object().bucket(location.bucket).key(&location.key).set_range(range);
    let said = request.send().await.map_err(|error| refusal(&error))?;
    if said.content_length().and_then(|length| u64::try_from(length).ok()) != Some(length) {
        return Err(changed_under_way());
    }
    Ok(stream_body(said.body))
}

fn stream_body(body: ByteStream) -> Body {
    let chunks = futures::stream::try_unfold(body, |mut body| async move {
        let chunk = body.try_next().await?;
        Ok::<_, aws_sdk_s3::primitives::ByteStreamError>(chunk.map(|chunk| (chunk, body)))
    });
    Body::from_stream(chunks)
}

fn http_date(time: &DateTime) -> Option<(i64, String)> {
    Some((time.secs(), DateTime::from_secs(time.secs()).fmt(DateTimeFormat::HttpDate).ok()?))
}

/// S3's own words name buckets and keys: they go to the log, the viewer gets the status.
fn refusal<E>(error: &SdkError<E>) -> EdgeError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    match status {
        Some(404) => EdgeError::NotFound,
        Some(403) => EdgeError::Forbidden,
        _ => {
            tracing::error!(error = %DisplayErrorContext(error), "S3 did not answer");
            EdgeError::OriginFailed
        }
    }
}

/// The object was replaced between two questions about it; the next request finds it whole.
fn changed_under_way() -> EdgeError {
    tracing::warn!("an object changed while it was read");
    EdgeError::OriginFailed
}
