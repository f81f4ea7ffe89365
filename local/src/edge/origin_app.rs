//! The origin `app`: the web app's router, called in this process.

use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::body::Body;
use futures::FutureExt as _;
use http::header::{HOST, VIA};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use hyper::body::Incoming;
use tower::ServiceExt as _;

use super::DISTRIBUTION_DOMAIN;
use super::answer::Forwarded;
use super::errors::EdgeError;
use super::exchange::Viewer;
use super::headers::{X_AMZ_CF_ID, X_CACHE, remove_hop_by_hop};
use super::request_id::RequestId;

/// The name that the app is reached by; the viewer's `Host` stays at the edge.
const APP_HOST: &str = "app.internal";

/// Sends the request on as `CloudFront` does with the policy `AllViewerExceptHostHeader`. Bodies stream both ways.
///
/// Nothing is kept, whatever the route's cache says: what the app answers may speak of the viewer who asked.
pub(super) async fn answer(
    app: &Router,
    viewer: &Viewer,
    id: &RequestId,
    forwarded: Forwarded,
    body: Incoming,
) -> Result<Response<Body>, EdgeError> {
    let mut request = Request::new(Body::new(body));
    *request.method_mut() = forwarded.method;
    *request.uri_mut() = Uri::from(forwarded.target);
    *request.headers_mut() = origin_headers(forwarded.headers, viewer, id);
    // A handler that panics is an origin that breaks off; the viewer's connection has no part in it.
    let answered = AssertUnwindSafe(app.clone().oneshot(request)).catch_unwind().await;
    let Ok(Ok(mut response)) = answered else {
        tracing::error!(request_id = %id, "the app panicked");
        return Err(EdgeError::OriginFailed);
    };
    remove_hop_by_hop(response.headers_mut());
    let failed = response.status().is_client_error() || response.status().is_server_error();
    let x_cache = if failed { "Error from cloudfront" } else { "Miss from cloudfront" };
    response.headers_mut().insert(X_CACHE, HeaderValue::from_static(x_cache));
    Ok(response)
}

fn origin_headers(mut headers: HeaderMap, viewer: &Viewer, id: &RequestId) -> HeaderMap {
    remove_hop_by_hop(&mut headers);
    headers.remove(http::header::TRANSFER_ENCODING);
    // What CloudFront says under these names must come from it.
    let claimed: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("cloudfront-")).cloned().collect();
    for name in claimed {
        headers.remove(name);
    }
    let address = viewer.address.ip().to_canonical();
    headers.insert(HOST, HeaderValue::from_static(APP_HOST));
    append(&mut headers, &VIA, &format!("1.1 {DISTRIBUTION_DOMAIN} (CloudFront)"));
    append(&mut headers, &HeaderName::from_static("x-forwarded-for"), &address.to_string());
    headers.insert(X_AMZ_CF_ID, id.header_value());
    let scheme = HeaderValue::from_static(if viewer.tls { "https" } else { "http" });
    headers.insert("cloudfront-forwarded-proto", scheme);
    headers.insert("cloudfront-viewer-http-version", HeaderValue::from_static("1.1"));
    if let Ok(value) = HeaderValue::from_str(&format!("{address}:{}", viewer.address.port())) {
        headers.insert("cloudfront-viewer-address", value);
    }
    headers
}

/// Joins the value to what is there, as one line.
fn append(headers: &mut HeaderMap, name: &HeaderName, value: &str) {
    let mut line = Vec::new();
    for part in headers.get_all(name) {
        line.extend_from_slice(part.as_bytes());
        line.extend_from_slice(b", ");
    }
    line.extend_from_slice(value.as_bytes());
    if let Ok(line) = HeaderValue::from_bytes(&line) {
        headers.insert(name, line);
    }
}
