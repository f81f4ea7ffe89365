use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

/// The bucket's CORS rule: which pages may send requests from a browser. It grants no access by itself; a request needs
/// its signature all the same.
pub(super) struct Cors {
    origins: Vec<String>,
}

const METHODS: &str = "GET, HEAD, PUT, POST";
/// How long a browser may remember a preflight, in seconds.
const MAX_AGE: &str = "3600";
/// A page that sends the parts of an upload needs each part's `ETag` to complete it.
const EXPOSED: &str = "ETag";
const VARIES: &str = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

impl Cors {
    /// `origins` as browsers send them, `scheme://host[:port]`, compared exactly.
    pub(super) fn new(origins: Vec<String>) -> Self {
        Self { origins }
    }

    /// The answer to a preflight; `None` where the request is none.
    pub(super) fn preflight(&self, method: &Method, request: &HeaderMap) -> Option<(StatusCode, HeaderMap)> {
        let wanted = request.get(ACCESS_CONTROL_REQUEST_METHOD)?;
        if method != Method::OPTIONS || !request.contains_key(ORIGIN) {
            return None;
        }
        let mut answer = HeaderMap::new();
        let allowed = METHODS.split(", ").any(|method| method.as_bytes() == wanted.as_bytes());
        if !allowed || !self.expose(request, &mut answer) {
            return Some((StatusCode::FORBIDDEN, HeaderMap::new()));
        }
        answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
        answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
        if let Some(headers) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, headers.clone());
        }
        Some((StatusCode::NO_CONTENT, answer))
    }

    /// Lets the page that sent the request read the answer, if its origin is allowed; whether it is.
    pub(super) fn expose(&self, request: &HeaderMap, answer: &mut HeaderMap) -> bool {
        let Some(origin) = request.get(ORIGIN) else { return false };
        let allowed = self.origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes());
        if allowed {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
            answer.append(VARY, HeaderValue::from_static(VARIES));
        }
        allowed
    }
}
