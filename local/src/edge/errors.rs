//! What the edge answers on its own account. A viewer learns the status and the request's id, never the cause.

use axum::body::Body;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};

use super::headers::X_CACHE;
use super::request_id::RequestId;

/// Why the edge answers in the place of function and origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EdgeError {
    /// The request is not one that `CloudFront` would read.
    BadRequest,
    /// Path and query are longer than 8,192 bytes.
    UrlTooLong,
    /// A method that `CloudFront` does not know or the behaviour does not have, or a GET with a body.
    Forbidden,
    /// Nothing is there.
    NotFound,
    /// The origin does not have the method.
    MethodNotAllowed,
    /// The function's answer is not one that `CloudFront` takes.
    FunctionInvalid,
    /// The function crashed, failed or took too long.
    FunctionFailed,
    /// The CloudFront Function's answer is not one that CloudFront takes.
    ViewerFunctionInvalid,
    /// The CloudFront Function threw or went beyond a limit, or there is none.
    ViewerFunctionFailed,
    /// The origin cannot be reached, or broke off.
    OriginFailed,
}

impl EdgeError {
    /// The status a viewer gets.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::UrlTooLong => StatusCode::URI_TOO_LONG,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::FunctionInvalid | Self::ViewerFunctionInvalid | Self::OriginFailed => StatusCode::BAD_GATEWAY,
            Self::FunctionFailed | Self::ViewerFunctionFailed => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What `x-cache` says.
    fn x_cache(self) -> &'static str {
        match self {
            Self::FunctionInvalid => "LambdaValidationError from cloudfront",
            Self::FunctionFailed => "LambdaExecutionError from cloudfront",
            Self::ViewerFunctionInvalid => "FunctionValidationError from cloudfront",
            Self::ViewerFunctionFailed => "FunctionExecutionError from cloudfront",
            _ => "Error from cloudfront",
        }
    }

    /// The page.
    pub(super) fn response(self, id: &RequestId) -> Response<Body> {
        let status = self.status();
        let reason = status.canonical_reason().unwrap_or("Error");
        let page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><title>{code} {reason}</title>\n<h1>{code} {reason}</h1>\n\
             <p>The edge could not answer this request.</p>\n<p>Request id: {id}</p>\n</html>\n",
            code = status.as_str(),
        );
        let mut response = Response::new(Body::from(page));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CACHE, HeaderValue::from_static(self.x_cache()));
        response
    }
}
