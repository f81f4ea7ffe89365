//! Errors as people and programs see them: problem details (RFC 9457), made once at the boundary.

use axum::Json;
use axum::response::{IntoResponse, Response};
use catalog::CatalogError;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

/// A refusal or failure: an HTTP status, a stable `snake_case` reason for programs, a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The status of the answer.
    pub status: StatusCode,
    /// Stable name of the cause.
    pub reason: &'static str,
    /// What was wrong and what was expected. Holds no token and nothing internal.
    pub detail: String,
    /// The field or parameter at fault.
    pub field: Option<&'static str>,
}

impl Problem {
    /// A problem with no field.
    pub fn new(status: StatusCode, reason: &'static str, detail: impl Into<String>) -> Self {
        Self { status, reason, detail: detail.into(), field: None }
    }

    /// A value in the request that cannot be taken: 422.
    pub fn invalid(field: &'static str, reason: &'static str, detail: impl Into<String>) -> Self {
        Self { field: Some(field), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, reason, detail) }
    }

    /// There is nothing there, or nothing that this person may know of: 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here under this address.")
    }

    /// No valid token: 401.
    pub fn unauthorized(reason: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, reason, "This needs a valid session. Sign in and try again.")
    }

    /// A store that this app needs does not answer: 503. `cause` is for the log only.
    pub fn unavailable(reason: &'static str, cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(reason, %cause, "a store failed");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, reason, "A part of the service does not answer. Try again soon.")
    }

    /// A fault of ours: 500. `cause` is for the log only.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side.")
    }
}

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        Self::unavailable("catalog_unavailable", &error)
    }
}

#[derive(Serialize)]
struct Details<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    reason: &'static str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let details = Details {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            reason: self.reason,
            detail: &self.detail,
            field: self.field,
        };
        let mut response = (self.status, Json(details)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
