//! `/upload`: choosing files and watching them go.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::Session;
use crate::app::App;
use crate::pages::{Frame, respond};
use crate::view::size;

#[derive(Template)]
#[template(path = "upload.html")]
struct Upload {
    frame: Frame,
    max_bytes: u64,
    /// The same for people.
    max_size: String,
}

/// `GET /upload`.
pub async fn page(State(app): State<Arc<App>>, session: Session) -> Response {
    let max_bytes = app.max_upload_bytes;
    let page = Upload { frame: Frame::of(&app, &session).await, max_bytes, max_size: size(max_bytes) };
    respond(&app, &session, Ok(page)).await
}
