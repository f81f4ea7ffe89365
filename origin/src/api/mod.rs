//! The JSON API.

pub mod fields;
pub mod media;
pub mod play;
pub mod uploads;

use axum::body::HttpBody;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use crate::Problem;

/// Refuses a body that is not declared as JSON: a form on another site cannot send that type without asking first.
pub async fn demand_json(request: Request, next: Next) -> Result<Response, Problem> {
    let has_body = !request.body().is_end_stream();
    if has_body && !request.method().is_safe() && !is_json(request.headers()) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_type_not_json",
            "The body's content-type must be application/json.",
        ));
    }
    Ok(next.run(request).await)
}

/// The path is there, the method is not. The answer's `allow` header says which are.
pub async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take this method.")
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).and_then(|v| v.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
