//! What a viewer-request function may answer. `CloudFront` takes nothing on trust here, and neither does this.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edge_auth::event;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use serde_json::{Map, Value};

use super::headers::{READ_ONLY, X_CACHE, is_forbidden};
use super::limits::MAX_URL_BYTES;

/// Names and values of all headers, and the body: 40 KB.
const MAX_ANSWER_BYTES: usize = 40 * 1024;
/// Of JSON: what holds 40 KB with every character escaped as `\u0000` and every header with its key.
const MAX_JSON_BYTES: usize = 512 * 1024;

/// What the function decided.
#[derive(Debug)]
pub(super) enum Answer {
    /// Go on to cache and origin with this.
    Forward(Forwarded),
    /// The viewer gets this.
    Respond(Response<Body>),
}

/// A request after the function.
#[derive(Debug, Clone)]
pub(super) struct Forwarded {
    /// The viewer's method.
    pub(super) method: Method,
    /// Raw path and query, perhaps the function's.
    pub(super) target: PathAndQuery,
    /// All that the function left or added.
    pub(super) headers: HeaderMap,
}

/// Which rule an answer breaks; for the log, with nothing of the answer in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Invalid(pub(super) &'static str);

/// Reads the function's answer to `sent`.
pub(super) fn check(sent: &event::Request, json: &[u8]) -> Result<Answer, Invalid> {
    if json.len() > MAX_JSON_BYTES {
        return Err(Invalid("the answer is larger than 40 KB"));
    }
    let answer: Value = serde_json::from_slice(json).map_err(|_| Invalid("the answer is not JSON"))?;
    if holds_null(&answer) {
        return Err(Invalid("a field is null"));
    }
    let answer = answer.as_object().ok_or(Invalid("the answer is not an object"))?;
    if answer.contains_key("status") {
        response(answer).map(Answer::Respond)
    } else {
        forwarded(sent, answer).map(Answer::Forward)
    }
}

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(holds_null),
        Value::Object(fields) => fields.values().any(holds_null),
        _ => false,
    }
}

fn response(answer: &Map<String, Value>) -> Result<Response<Body>, Invalid> {
    let status = text(answer, "status")?.ok_or(Invalid("status is missing"))?;
    let status = Some(status)
        .filter(|status| status.len() == 3)
        .and_then(|status| StatusCode::from_bytes(status.as_bytes()).ok())
        .filter(|status| (200..600).contains(&status.as_u16()))
        .ok_or(Invalid("status is not a string of three digits from 200 to 599"))?;
    text(answer, "statusDescription")?;
    let headers = match answer.get("headers") {
        Some(lists) => headers(lists)?,
        None => HeaderMap::new(),
    };
    if READ_ONLY.iter().any(|name| headers.contains_key(*name)) {
        return Err(Invalid("a generated response sets a header that is the edge's"));
    }
    let body = text(answer, "body")?.unwrap_or_default();
    let body = match text(answer, "bodyEncoding")? {
        None | Some("text") => body.as_bytes().to_vec(),
        Some("base64") => STANDARD.decode(body).map_err(|_| Invalid("the body is not base64"))?,
        Some(_) => return Err(Invalid("bodyEncoding is neither text nor base64")),
    };
    within_limit(&headers, body.len())?;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.headers_mut().insert(X_CACHE, HeaderValue::from_static("LambdaGeneratedResponse from cloudfront"));
    Ok(response)
}

fn forwarded(sent: &event::Request, answer: &Map<String, Value>) -> Result<Forwarded, Invalid> {
    if text(answer, "method")? != Some(&sent.method) {
        return Err(Invalid("method is missing or was changed"));
    }
    if text(answer, "clientIp")?.is_some_and(|address| Some(address) != sent.client_ip.as_deref()) {
        return Err(Invalid("clientIp was changed"));
    }
    // Without Include Body the function is shown no body and may not make one.
    if answer.contains_key("body") {
        return Err(Invalid("a forwarded request has a body"));
    }
    let headers = headers(answer.get("headers").ok_or(Invalid("headers is missing"))?)?;
    for name in READ_ONLY {
        let before = sent.headers.values(name).map(str::as_bytes);
        if !before.eq(headers.get_all(name).iter().map(HeaderValue::as_bytes)) {
            return Err(Invalid("a read-only header was changed"));
        }
    }
    let uri = text(answer, "uri")?.ok_or(Invalid("uri is missing"))?;
    let target = target(uri, text(answer, "querystring")?.unwrap_or_default())?;
    within_limit(&headers, target.as_str().len())?;
    let method = Method::from_bytes(sent.method.as_bytes()).map_err(|_| Invalid("method is none"))?;
    Ok(Forwarded { method, target, headers })
}

/// Path and query as a function left them.
pub(super) fn target(uri: &str, query: &str) -> Result<PathAndQuery, Invalid> {
    let printable = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if !uri.starts_with('/') || uri.contains('?') || !printable(uri) || !printable(query) {
        return Err(Invalid("uri or querystring has characters that it may not have"));
    }
    if uri.len() + 1 + query.len() > MAX_URL_BYTES {
        return Err(Invalid("uri and querystring are longer than 8,192 bytes"));
    }
    let both = if query.is_empty() { uri.to_owned() } else { format!("{uri}?{query}") };
    PathAndQuery::try_from(both).map_err(|_| Invalid("uri or querystring has characters that it may not have"))
}

/// `{"name": [{"key": "Name", "value": "…"}]}`, `key` optional.
fn headers(lists: &Value) -> Result<HeaderMap, Invalid> {
    let lists = lists.as_object().ok_or(Invalid("headers is not an object"))?;
    let mut headers = HeaderMap::new();
    for (name, list) in lists {
        if is_forbidden(&name.to_ascii_lowercase()) {
            return Err(Invalid("a forbidden header is set"));
        }
        let header_name = HeaderName::from_bytes(name.as_bytes())
            .ok()
            .filter(|parsed| parsed.as_str() == name)
            .ok_or(Invalid("a header's name is not one, or not in lower case"))?;
        for line in list.as_array().ok_or(Invalid("a header is not a list"))? {
            let line = line.as_object().ok_or(Invalid("a header's line is not an object"))?;
            if text(line, "key")?.is_some_and(|key| !key.eq_ignore_ascii_case(name)) {
                return Err(Invalid("a header's key is not its name"));
            }
            let value = text(line, "value")?.ok_or(Invalid("a header's line has no value"))?;
            let value = HeaderValue::from_str(value).map_err(|_| Invalid("a header's value is not one"))?;
            headers.try_append(header_name.clone(), value).map_err(|_| Invalid("there are too many headers"))?;
        }
    }
    Ok(headers)
}

/// Headers and `rest` bytes beside them.
pub(super) fn within_limit(headers: &HeaderMap, rest: usize) -> Result<(), Invalid> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes + rest > MAX_ANSWER_BYTES { Err(Invalid("the answer is larger than 40 KB")) } else { Ok(()) }
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Invalid> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Invalid("a field that must be a string is none")),
    }
}
