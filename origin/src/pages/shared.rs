//! `/s`: what a share link leads to. The page is the same for everybody; its script reads the secret behind the `#`.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use crate::Problem;

#[derive(Template)]
#[template(path = "shared.html")]
struct Shared;

/// `GET /s`, for anybody.
pub async fn page() -> Response {
    match Shared.render() {
        Ok(text) => Html(text).into_response(),
        Err(e) => Problem::internal(&e).into_response(),
    }
}
