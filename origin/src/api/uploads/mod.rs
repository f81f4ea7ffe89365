//! `/api/uploads`: a file is announced here, sent to the raw bucket by the client itself, and completed here.

mod announce;
mod checks;
mod complete;
mod form;
mod multipart;
mod plan;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub use announce::RequestView;
pub use form::MAX_BODY;
pub use plan::LARGEST;

/// The names of all parts of the longest upload, with their checksums: 10,000 of them. Bytes.
const MAX_COMPLETE: usize = 2 * 1024 * 1024;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(announce::announce, multipart::list))
        .routes(routes!(multipart::one, multipart::abort))
        .routes(routes!(multipart::sign_parts))
        .merge(OpenApiRouter::new().routes(routes!(complete::complete)).layer(DefaultBodyLimit::max(MAX_COMPLETE)))
}

/// The one route that takes bytes of media.
pub fn form_routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(form::upload)).layer(DefaultBodyLimit::max(MAX_BODY))
}
