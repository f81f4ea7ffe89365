//! A JSON object as a request's body, read field by field so that a refusal names the field.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use serde_json::{Map, Value};

use crate::Problem;

/// The fields of a body that was a JSON object.
#[derive(Debug)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// A field that must be there and be text.
    pub fn text(&self, field: &'static str) -> Result<&str, Problem> {
        self.optional_text(field)?.ok_or_else(|| missing(field))
    }

    /// A field that is text, `null` or absent.
    pub fn optional_text(&self, field: &'static str) -> Result<Option<&str>, Problem> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Problem::invalid(field, "wrong_type", format!("{field} must be a string."))),
        }
    }

    /// A field that must be there and be a whole number from 0 on.
    pub fn whole_number(&self, field: &'static str) -> Result<u64, Problem> {
        let value = self.0.get(field).filter(|v| !v.is_null()).ok_or_else(|| missing(field))?;
        value.as_u64().ok_or_else(|| {
            Problem::invalid(field, "wrong_type", format!("{field} must be a whole number, 0 or greater."))
        })
    }
}

fn missing(field: &'static str) -> Problem {
    Problem::invalid(field, "missing", format!("{field} is missing."))
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                "The body must be at most 64 KB. Files go to the presigned URL, not here.",
            ),
            _ => Problem::new(StatusCode::BAD_REQUEST, "body_unreadable", "The body could not be read to its end."),
        })?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Problem::new(StatusCode::BAD_REQUEST, "body_not_object", "The body must be a JSON object.")),
            Err(e) => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "body_not_json",
                format!("The body is not JSON: line {}, column {}.", e.line(), e.column()),
            )),
        }
    }
}
