//! What `CloudFront` does not even read.
//!
//! The 20,480 bytes of request line and headers are counted by the HTTP server, which answers 431 beyond them.

use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::request::Parts;
use http::{Method, Uri};

use super::errors::EdgeError;

/// Request line and headers, in bytes.
pub(super) const MAX_HEAD_BYTES: usize = 20_480;
/// Path, `?` and query, in bytes.
pub(super) const MAX_URL_BYTES: usize = 8_192;

/// What the request asks for, as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Begins with `/`; ASCII without blanks and control characters.
    pub(super) path: String,
    /// Without `?`; empty where there is none.
    pub(super) query: String,
}

/// Checks a request against the limits and takes its target out.
pub(super) fn accept(request: &Parts) -> Result<Target, EdgeError> {
    if !is_known(&request.method) {
        return Err(EdgeError::Forbidden);
    }
    let mut hosts = request.headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(EdgeError::BadRequest);
    };
    let target = target(&request.uri)?;
    // An absolute-form target that speaks of another host than `Host` does would let the two of them disagree later.
    if request
        .uri
        .authority()
        .is_some_and(|authority| !host.as_bytes().eq_ignore_ascii_case(authority.as_str().as_bytes()))
    {
        return Err(EdgeError::BadRequest);
    }
    // CloudFront refuses a GET with a body; a HEAD has no more use for one.
    if matches!(request.method, Method::GET | Method::HEAD) && has_body(request) {
        return Err(EdgeError::Forbidden);
    }
    Ok(target)
}

fn is_known(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::PATCH | Method::POST | Method::DELETE
    )
}

fn target(uri: &Uri) -> Result<Target, EdgeError> {
    let (path, query) = (uri.path(), uri.query().unwrap_or_default());
    if path.len() + 1 + query.len() > MAX_URL_BYTES {
        return Err(EdgeError::UrlTooLong);
    }
    let printable = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if !path.starts_with('/') || !printable(path) || !printable(query) {
        return Err(EdgeError::BadRequest);
    }
    Ok(Target { path: path.to_owned(), query: query.to_owned() })
}

fn has_body(request: &Parts) -> bool {
    let length = request.headers.get(CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0");
    length || request.headers.contains_key(TRANSFER_ENCODING)
}
