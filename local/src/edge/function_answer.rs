//! What a CloudFront Function may answer at viewer-request. A mistake is a 502, as one of Lambda@Edge is.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edge_auth::event;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use serde_json::{Value, json};

use super::answer::{Answer, Forwarded, Invalid, target, within_limit};
use super::function::{FunctionAnswer, pairs};
use super::headers::{READ_ONLY, X_CACHE, is_forbidden};

/// Reads the answer to `sent`, of which the function saw `event`.
pub(super) fn check(sent: &event::Request<'_>, event: &Value, answer: &FunctionAnswer) -> Result<Answer, Invalid> {
    match answer {
        FunctionAnswer::Request(request) => forwarded(sent, event, request).map(Answer::Forward),
        FunctionAnswer::Response(fields) => response(fields).map(Answer::Respond),
    }
}

fn forwarded(sent: &event::Request<'_>, event: &Value, request: &Value) -> Result<Forwarded, Invalid> {
    if request.get("method").and_then(Value::as_str) != Some(&*sent.method) {
        return Err(Invalid("method is missing or was changed"));
    }
    // What the function did not touch goes on as it came, byte for byte.
    let is_as_sent = |name: &str| event.pointer(&format!("/request/{name}")) == request.get(name);
    let mut headers = headers(request.get("headers").ok_or(Invalid("headers is missing"))?)?;
    for name in READ_ONLY {
        let before = sent.headers.values(name).map(str::as_bytes);
        if !before.eq(headers.get_all(name).iter().map(HeaderValue::as_bytes)) {
            return Err(Invalid("a read-only header was changed"));
        }
    }
    if is_as_sent("cookies") {
        for line in sent.headers.values("cookie") {
            headers.append(COOKIE, HeaderValue::from_str(line).map_err(|_| Invalid("a cookie is none"))?);
        }
    } else {
        let line = joined(request.get("cookies"), "; ")?;
        if !line.is_empty() {
            headers.insert(COOKIE, HeaderValue::from_str(&line).map_err(|_| Invalid("a cookie is none"))?);
        }
    }
    let query =
        if is_as_sent("querystring") { sent.querystring.to_string() } else { joined(request.get("querystring"), "&")? };
    let uri = request.get("uri").and_then(Value::as_str).ok_or(Invalid("uri is missing"))?;
    let target = target(uri, &query)?;
    within_limit(&headers, target.as_str().len())?;
    let method = Method::from_bytes(sent.method.as_bytes()).map_err(|_| Invalid("method is none"))?;
    Ok(Forwarded { method, target, headers })
}

fn response(fields: &Value) -> Result<Response<Body>, Invalid> {
    let status = fields.get("statusCode").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
    let status =
        status.filter(|status| (200..600).contains(status)).and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or(Invalid("statusCode is not a number from 200 to 599"))?;
    if fields.get("statusDescription").is_some_and(|phrase| !phrase.is_string()) {
        return Err(Invalid("statusDescription is no text"));
    }
    let mut headers = headers(fields.get("headers").unwrap_or(&json!({})))?;
    if READ_ONLY.iter().any(|name| headers.contains_key(*name)) {
        return Err(Invalid("a generated response sets a header that is the edge's"));
    }
    for cookie in set_cookies(fields.get("cookies"))? {
        headers.append(SET_COOKIE, HeaderValue::from_str(&cookie).map_err(|_| Invalid("a cookie is none"))?);
    }
    let body = body(fields.get("body"))?;
    within_limit(&headers, body.len())?;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.headers_mut().insert(X_CACHE, HeaderValue::from_static("FunctionGeneratedResponse from cloudfront"));
    Ok(response)
}

/// A text, or `{encoding, data}`.
fn body(body: Option<&Value>) -> Result<Vec<u8>, Invalid> {
    let Some(body) = body else { return Ok(Vec::new()) };
    if let Some(text) = body.as_str() {
        return Ok(text.as_bytes().to_vec());
    }
    let field = |name: &str| body.get(name).and_then(Value::as_str);
    match (field("encoding"), field("data")) {
        (Some("text"), Some(text)) => Ok(text.as_bytes().to_vec()),
        (Some("base64"), Some(text)) => STANDARD.decode(text).map_err(|_| Invalid("the body is not base64")),
        _ => Err(Invalid("the body is neither text nor {encoding, data}")),
    }
}

fn headers(fields: &Value) -> Result<HeaderMap, Invalid> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs(fields).ok_or(Invalid("headers are not names with {value}"))? {
        if is_forbidden(name) || matches!(name, "cookie" | "set-cookie") {
            return Err(Invalid("a forbidden header is set, or a cookie that is not among cookies"));
        }
        let parsed = HeaderName::from_bytes(name.as_bytes()).ok().filter(|parsed| parsed.as_str() == name);
        let parsed = parsed.ok_or(Invalid("a header's name is not one, or not in lower case"))?;
        let value = HeaderValue::from_str(value).map_err(|_| Invalid("a header's value is not one"))?;
        headers.try_append(parsed, value).map_err(|_| Invalid("there are too many headers"))?;
    }
    Ok(headers)
}

/// `a=1&b=2`, or with another separator.
fn joined(fields: Option<&Value>, separator: &str) -> Result<String, Invalid> {
    let Some(fields) = fields else { return Ok(String::new()) };
    let pairs = pairs(fields).ok_or(Invalid("cookies or querystring are not names with {value}"))?;
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(pairs.join(separator))
}

/// `NAME=VALUE; ATTRIBUTES` of each.
fn set_cookies(cookies: Option<&Value>) -> Result<Vec<String>, Invalid> {
    let Some(cookies) = cookies else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    for (name, cookie) in cookies.as_object().ok_or(Invalid("cookies are not names with {value}"))? {
        let one = std::slice::from_ref(cookie);
        for cookie in cookie.get("multiValue").and_then(Value::as_array).map_or(one, Vec::as_slice) {
            let value = cookie.get("value").and_then(Value::as_str).ok_or(Invalid("a cookie has no value"))?;
            let attributes = cookie.get("attributes").and_then(Value::as_str).unwrap_or_default();
            lines.push(if attributes.is_empty() {
                format!("{name}={value}")
            } else {
                format!("{name}={value}; {attributes}")
            });
        }
    }
    Ok(lines)
}
