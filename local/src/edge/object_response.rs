//! The answer about an object: whole, part, not modified, or no such part. Pure.

use std::time::Duration;

use edge_auth::policy::Cache;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    LAST_MODIFIED, RANGE,
};
use http::response::{self, Parts};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::answer::Forwarded;
use super::byte_range::{ByteRange, Requested, requested};
use super::conditional::{Validators, not_modified, range_counts};

/// What S3 says of an object.
#[derive(Debug, Clone, Default)]
pub(super) struct Metadata {
    /// In bytes.
    pub(super) length: u64,
    /// `content-type`, `etag`, `last-modified`, `cache-control` and the other `content-*` that S3 keeps; no length.
    pub(super) headers: HeaderMap,
    /// The same `etag` and `last-modified`, to compare with.
    pub(super) validators: Validators,
}

/// What of an object a request gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Selection {
    /// 200.
    Whole,
    /// 206.
    Part(ByteRange),
    /// 304.
    NotModified,
    /// 416.
    Unsatisfiable,
}

/// What the request gets: conditions come before the range (RFC 9110, section 13.2.2), and only a GET has a range.
pub(super) fn select(request: &Forwarded, object: &Metadata) -> Selection {
    if not_modified(&request.headers, &object.validators) {
        return Selection::NotModified;
    }
    let range = request.headers.get(RANGE).and_then(|range| range.to_str().ok());
    let Some(range) = range.filter(|_| request.method == Method::GET) else {
        return Selection::Whole;
    };
    if !range_counts(&request.headers, &object.validators) {
        return Selection::Whole;
    }
    match requested(range, object.length) {
        Requested::Whole => Selection::Whole,
        Requested::Part(part) => Selection::Part(part),
        Requested::Unsatisfiable => Selection::Unsatisfiable,
    }
}

/// Status and headers of the answer.
pub(super) fn head(selection: Selection, object: &Metadata) -> Parts {
    let mut parts = response::Response::new(()).into_parts().0;
    let length = match selection {
        Selection::Whole => {
            parts.headers = object.headers.clone();
            Some(object.length)
        }
        Selection::Part(part) => {
            parts.status = StatusCode::PARTIAL_CONTENT;
            parts.headers = object.headers.clone();
            insert(&mut parts.headers, CONTENT_RANGE, &part.content_range(object.length));
            Some(part.length())
        }
        Selection::NotModified => {
            parts.status = StatusCode::NOT_MODIFIED;
            parts.headers = object.headers.clone();
            parts.headers.remove(CONTENT_TYPE);
            parts.headers.remove(CONTENT_DISPOSITION);
            None
        }
        Selection::Unsatisfiable => {
            parts.status = StatusCode::RANGE_NOT_SATISFIABLE;
            insert(&mut parts.headers, CONTENT_RANGE, &format!("bytes */{}", object.length));
            Some(0)
        }
    };
    if let Some(length) = length {
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    parts.headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    parts
}

/// How long the edge may keep the object: what the route allows, less where the object says so itself. `None`: not at
/// all.
pub(super) fn lifetime(cache: Cache, object: &Metadata) -> Option<Duration> {
    let longest = match cache {
        Cache::None => return None,
        Cache::Media => Duration::from_hours(24),
        Cache::Immutable => Duration::from_hours(24 * 365),
    };
    let said = object.headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let directives = || said.split(',').map(|directive| directive.trim().to_ascii_lowercase());
    if directives().any(|directive| matches!(directive.as_str(), "no-store" | "no-cache" | "private")) {
        return None;
    }
    let seconds = |name: &str| directives().find_map(|directive| directive.strip_prefix(name)?.parse().ok());
    let own = seconds("s-maxage=").or_else(|| seconds("max-age=")).map(Duration::from_secs);
    Some(own.map_or(longest, |own| own.min(longest))).filter(|lifetime| !lifetime.is_zero())
}

impl Metadata {
    /// From S3's fields; a value that cannot be a header is left out.
    pub(super) fn new<'a>(
        length: u64,
        last_modified: Option<(i64, String)>,
        fields: impl IntoIterator<Item = (http::HeaderName, Option<&'a str>)>,
    ) -> Self {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            if let Some(value) = value {
                insert(&mut headers, name, value);
            }
        }
        let mut validators = Validators::default();
        if let Some((seconds, text)) = last_modified {
            insert(&mut headers, LAST_MODIFIED, &text);
            validators.last_modified = Some(seconds);
        }
        validators.etag = headers.get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        Self { length, headers, validators }
    }
}

fn insert(headers: &mut HeaderMap, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::{Metadata, lifetime};
    use edge_auth::policy::Cache;
    use http::header::CACHE_CONTROL;
    use std::time::Duration;

    #[test]
    fn an_object_can_only_shorten_its_life() {
        let life = |cache, said: Option<&str>| lifetime(cache, &Metadata::new(1, None, [(CACHE_CONTROL, said)]));
        let day = Duration::from_hours(24);
        assert_eq!(life(Cache::None, None), None);
        assert_eq!(life(Cache::Media, None), Some(day));
        assert_eq!(life(Cache::Media, Some("max-age=60")), Some(Duration::from_mins(1)));
        assert_eq!(life(Cache::Media, Some("public, max-age=60, s-maxage=5")), Some(Duration::from_secs(5)));
        assert_eq!(life(Cache::Media, Some("max-age=31536000, immutable")), Some(day));
        assert_eq!(life(Cache::Immutable, Some("max-age=31536000")), Some(day * 365));
        for never in ["no-store", "Private", "max-age=0", "max-age=10, no-cache"] {
            assert_eq!(life(Cache::Media, Some(never)), None, "{never}");
        }
    }
}
