//! The headers that every answer carries, whatever made it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};

/// Headers that keep an answer out of caches and a page from loading, posting to or being framed by anything unforeseen.
#[derive(Clone)]
pub struct Security(Arc<[(HeaderName, HeaderValue)]>);

impl Security {
    /// `objects` is where scripts may PUT uploads, `sign_out` where the sign-out form may end.
    pub fn new(objects: &str, sign_out: Option<&str>) -> Self {
        let policy = content_security_policy(source(objects), sign_out.map_or("", source));
        // `source` let nothing but visible ASCII in. Should that ever change, no page is better than one without a policy.
        let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
        Self(Arc::from([
            (CONTENT_SECURITY_POLICY, policy),
            (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
            (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ]))
    }
}

/// Puts them on.
pub async fn secure(State(security): State<Security>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in security.0.iter() {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response
}

fn content_security_policy(objects: &str, sign_out: &str) -> String {
    [
        "default-src 'none'".to_owned(),
        "script-src 'self'".to_owned(),
        "style-src 'self'".to_owned(),
        "img-src 'self' data:".to_owned(),
        // hls.js hands a film to the video element piece by piece, through an object that only a blob: address names.
        "media-src 'self' blob:".to_owned(),
        format!("connect-src 'self' {objects}").trim_end().to_owned(),
        format!("form-action 'self' {sign_out}").trim_end().to_owned(),
        "base-uri 'none'".to_owned(),
        "frame-ancestors 'none'".to_owned(),
    ]
    .join("; ")
}

/// An origin as a source of a policy, or nothing where it would say more than one source.
fn source(origin: &str) -> &str {
    let separates = |b: u8| !b.is_ascii_graphic() || b == b';' || b == b',' || b == b'\'';
    if origin.is_empty() || origin.bytes().any(separates) {
        tracing::error!(origin, "expected scheme://host[:port]; left out of the content security policy");
        return "";
    }
    origin
}

#[cfg(test)]
mod tests {
    use super::{content_security_policy, source};

    #[test]
    fn the_policy_names_exactly_the_two_outer_origins() {
        assert_eq!(
            content_security_policy("http://localhost:9000", "https://id.example.com"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; \
             connect-src 'self' http://localhost:9000; form-action 'self' https://id.example.com; base-uri 'none'; \
             frame-ancestors 'none'"
        );
        assert!(content_security_policy("https://o.example", "").contains("form-action 'self'; base-uri"));
    }

    #[test]
    fn an_origin_cannot_add_directives() {
        for origin in ["https://a; script-src *", "https://a *", "'unsafe-inline'", "https://a,b", "", "https://ü"] {
            assert_eq!(source(origin), "", "{origin}");
        }
        assert_eq!(source("https://a.example:8443"), "https://a.example:8443");
    }
}
