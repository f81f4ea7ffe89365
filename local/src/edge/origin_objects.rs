//! The origins `media` and `site`: buckets in S3, with the cache before them.

use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use axum::body::Body;
use bytes::Bytes;
use edge_auth::policy::{Cache as CachePolicy, Origin, PASS_PREFIX};
use http::header::AGE;
use http::{HeaderValue, Method, Response};
use percent_encoding::percent_decode_str;
use tokio::sync::Semaphore;

use super::answer::Forwarded;
use super::byte_range::ByteRange;
use super::cache::{Cache, CacheStatistics, Object};
use super::errors::EdgeError;
use super::headers::X_CACHE;
use super::object_response::{Metadata, Selection, head, lifetime, select};
use super::object_store::{self, Location};

/// Larger objects are never kept: they stream through, and a viewer's range goes on to S3.
const MAX_KEPT_BYTES: u64 = 32 * 1024 * 1024;
/// How many objects are taken into memory at a time; further ones stream through.
const FILLS_AT_ONCE: usize = 4;

/// Both buckets and the cache before them.
pub(super) struct ObjectOrigin {
    client: Client,
    media_bucket: String,
    site_bucket: String,
    cache: Cache,
    fills: Semaphore,
}

impl ObjectOrigin {
    /// With an empty cache of up to `cache_bytes`.
    pub(super) fn new(client: Client, media_bucket: String, site_bucket: String, cache_bytes: usize) -> Self {
        let fills = Semaphore::new(FILLS_AT_ONCE);
        Self { client, media_bucket, site_bucket, cache: Cache::new(cache_bytes), fills }
    }

    /// What the cache has done and what it holds.
    pub(super) fn cache_statistics(&self) -> CacheStatistics {
        self.cache.statistics()
    }

    /// The object that the request's path names, from memory where it may be. The query goes nowhere.
    pub(super) async fn answer(
        &self,
        origin: Origin,
        policy: CachePolicy,
        request: &Forwarded,
    ) -> Result<Response<Body>, EdgeError> {
        match request.method {
            Method::GET | Method::HEAD => {}
            // What S3 says to a preflight for a bucket without a CORS configuration.
            Method::OPTIONS => return Err(EdgeError::Forbidden),
            _ => return Err(EdgeError::MethodNotAllowed),
        }
        let location = Location { bucket: self.bucket(origin), key: key(request.target.path())? };
        let cache_key = (origin.into(), request.target.path().to_owned());
        if policy != CachePolicy::None {
            let found = self.cache.find(&cache_key, Instant::now());
            log(&cache_key.1, found.is_some());
            if let Some((object, age)) = found {
                return Ok(from_memory(request, &object, Some(age)));
            }
        }
        let metadata = object_store::metadata(&self.client, &location).await?;
        if lifetime(policy, &metadata).is_none() || !is_worth_keeping(request, &metadata) {
            return self.pass_through(&location, request, &metadata).await;
        }
        let Ok(_permit) = self.fills.try_acquire() else {
            return self.pass_through(&location, request, &metadata).await;
        };
        let object = object_store::whole(&self.client, &location, MAX_KEPT_BYTES).await?;
        // The object that came may be a newer one than was asked about: its own word counts.
        if let Some(lifetime) = lifetime(policy, &object.metadata) {
            self.cache.insert(cache_key, object.clone(), lifetime, Instant::now());
        }
        Ok(from_memory(request, &object, None))
    }

    fn bucket(&self, origin: Origin) -> &str {
        if origin == Origin::Site { &self.site_bucket } else { &self.media_bucket }
    }

    /// Answers without keeping anything: S3's bytes go by as the viewer takes them.
    async fn pass_through(
        &self,
        location: &Location<'_>,
        request: &Forwarded,
        metadata: &Metadata,
    ) -> Result<Response<Body>, EdgeError> {
        let selection = select(request, metadata);
        let body = match selection {
            Selection::NotModified | Selection::Unsatisfiable => Body::empty(),
            _ if request.method == Method::HEAD => Body::empty(),
            Selection::Whole => object_store::stream(&self.client, location, None, metadata.length).await?,
            Selection::Part(part) => object_store::stream(&self.client, location, Some(part), part.length()).await?,
        };
        Ok(response(selection, metadata, body, None))
    }
}

/// One line a look-up. Behind the function no path has a pass, but for what a policy that does not enforce lets through.
fn log(path: &str, hit: bool) {
    let path = if path.starts_with(PASS_PREFIX) { "/p/…" } else { path };
    tracing::debug!(path, hit, "cache");
}

/// The key that S3 makes of a raw path: decoded once, `+` read as a space.
fn key(path: &str) -> Result<String, EdgeError> {
    let path = path.strip_prefix('/').unwrap_or(path).replace('+', " ");
    let key = percent_decode_str(&path).decode_utf8().map_err(|_| EdgeError::BadRequest)?.into_owned();
    // None of our keys looks like this; a store that lies on a file system might read it as something else.
    let odd = key.is_empty() || key.ends_with('/') || key.contains(['\\', '\0']);
    if odd || key.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return Err(EdgeError::NotFound);
    }
    Ok(key)
}

/// A request that ends without a body leaves nothing to keep.
fn is_worth_keeping(request: &Forwarded, metadata: &Metadata) -> bool {
    let has_body = matches!(select(request, metadata), Selection::Whole | Selection::Part(_));
    has_body && request.method == Method::GET && metadata.length <= MAX_KEPT_BYTES
}

fn from_memory(request: &Forwarded, object: &Object, age: Option<Duration>) -> Response<Body> {
    let selection = select(request, &object.metadata);
    let body = match selection {
        Selection::Whole => object.body.clone(),
        Selection::Part(part) => part_of(&object.body, part),
        Selection::NotModified | Selection::Unsatisfiable => Bytes::new(),
    };
    response(selection, &object.metadata, Body::from(body), age)
}

fn part_of(body: &Bytes, part: ByteRange) -> Bytes {
    let position = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(body.len());
    body.slice(position(part.first)..position(part.last.saturating_add(1)))
}

/// `age`: how long ago the object was stored, where it comes from memory.
fn response(selection: Selection, metadata: &Metadata, body: Body, age: Option<Duration>) -> Response<Body> {
    let mut parts = head(selection, metadata);
    if let Some(age) = age {
        parts.headers.insert(AGE, HeaderValue::from(age.as_secs()));
    }
    let x_cache = if age.is_some() { "Hit from cloudfront" } else { "Miss from cloudfront" };
    parts.headers.insert(X_CACHE, HeaderValue::from_static(x_cache));
    Response::from_parts(parts, body)
}
