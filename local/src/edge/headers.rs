//! Which headers the edge keeps to itself.

use http::header::{self, HeaderMap, HeaderName};

/// How the cache and the function did.
pub(super) const X_CACHE: HeaderName = HeaderName::from_static("x-cache");
/// The request's id.
pub(super) const X_AMZ_CF_ID: HeaderName = HeaderName::from_static("x-amz-cf-id");

/// Headers that a viewer-request function sees and may not change; an answer may not carry them either.
pub(super) const READ_ONLY: [&str; 5] = ["cdn-loop", "content-length", "host", "transfer-encoding", "via"];

const FORBIDDEN: [&str; 8] =
    ["connection", "expect", "keep-alive", "trailer", "upgrade", "x-cache", "x-forwarded-proto", "x-real-ip"];
const FORBIDDEN_PREFIXES: [&str; 5] = ["proxy-", "x-accel-", "x-amz-cf-", "x-amzn-", "x-edge-"];

/// Whether a function may not set the header (lower-case name). The edge takes these from what viewers send, before
/// the function sees it: then one that comes back was set by the function.
pub(super) fn is_forbidden(name: &str) -> bool {
    FORBIDDEN.contains(&name) || FORBIDDEN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Takes out what speaks of one connection only (RFC 9110, section 7.6.1).
pub(super) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::from_bytes(name.trim().as_bytes()).ok())
        // A viewer cannot make the edge drop what carries meaning of its own.
        .filter(|name| !READ_ONLY.contains(&name.as_str()))
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in [header::CONNECTION, header::TE, header::TRAILER, header::UPGRADE] {
        headers.remove(name);
    }
    for name in ["keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"] {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::{is_forbidden, remove_hop_by_hop};
    use http::{HeaderMap, HeaderValue};

    #[test]
    fn knows_the_forbidden() {
        for name in ["connection", "proxy-anything", "x-amz-cf-id", "x-edge-location", "x-real-ip"] {
            assert!(is_forbidden(name), "{name}");
        }
        for name in ["x-amz-date", "x-stagedoor-token", "cookie", "x-edgewise", "host"] {
            assert!(!is_forbidden(name), "{name}");
        }
    }

    #[test]
    fn connection_takes_what_it_names_but_not_host() {
        let mut headers = HeaderMap::new();
        for (name, value) in
            [("connection", "close, X-Private, host"), ("x-private", "1"), ("host", "a"), ("te", "trailers")]
        {
            headers.append(name, HeaderValue::from_static(value));
        }
        remove_hop_by_hop(&mut headers);
        assert_eq!(headers.keys().map(http::HeaderName::as_str).collect::<Vec<_>>(), ["host"]);
    }
}
