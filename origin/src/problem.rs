//! Errors as people and programs see them: problem details (RFC 9457), made once at the boundary.

use std::borrow::Cow;

use axum::Json;
use axum::response::{IntoResponse, Response};
use catalog::CatalogError;
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

/// The media type of problem details.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal or failure: an HTTP status, a stable `snake_case` reason for programs, a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The status of the answer.
    pub status: StatusCode,
    /// Stable name of the cause.
    pub reason: &'static str,
    /// What was wrong and what was expected. Holds no token and nothing internal.
    pub detail: String,
    /// The field or parameter at fault, as a path into what was sent.
    pub field: Option<Cow<'static, str>>,
}

impl Problem {
    /// A problem with no field.
    pub fn new(status: StatusCode, reason: &'static str, detail: impl Into<String>) -> Self {
        Self { status, reason, detail: detail.into(), field: None }
    }

    /// A value in the request that cannot be taken: 422.
    pub fn invalid(field: impl Into<Cow<'static, str>>, reason: &'static str, detail: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, reason, detail) }
    }

    /// Things are not as the request takes them to be: 409.
    pub fn conflict(reason: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, reason, detail)
    }

    /// This person may know of it and may not do this to it: 403.
    pub fn forbidden(reason: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, reason, detail)
    }

    /// The row was changed since its version was read: 409.
    pub fn stale() -> Self {
        Self::conflict("stale", "Somebody changed this meanwhile. Read it again and repeat the change.")
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
        match error {
            CatalogError::Invalid { field, message } => {
                Self::invalid(field, "out_of_bounds", format!("{field}: {message}."))
            }
            error => Self::unavailable("catalog_unavailable", &error),
        }
    }
}

/// Problem details (RFC 9457).
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct Details<'a> {
    /// Always `about:blank`: `reason` says more.
    r#type: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// Stable name of the cause, for programs.
    reason: &'static str,
    /// A sentence for people.
    detail: &'a str,
    /// The field or parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let details = Details {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            reason: self.reason,
            detail: &self.detail,
            field: self.field.as_deref(),
        };
        let mut response = (self.status, Json(details)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
            }
            _ => {}
        }
        response
    }
}
