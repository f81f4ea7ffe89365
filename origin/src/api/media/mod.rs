//! `/api/media`: titles.

mod change;
mod content;
mod list;
mod play;
mod position;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::refusals::Refusals;
use crate::access::Seen;
use crate::app::App;
use crate::{MediaView, Problem, Session};

pub use content::Found;
pub use list::{ListQuery, Whose};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(one, change::change, change::delete))
        .routes(routes!(change::restore))
        .routes(routes!(change::retry))
        .routes(routes!(content::content))
        .routes(routes!(play::play))
        .routes(routes!(position::position, position::remember))
}

/// A title that the caller may see.
#[utoipa::path(
    get, path = "/api/media/{id}", operation_id = "get_media", tag = "media",
    params(("id" = String, Path), ("collection" = Option<String>, Query, description = "A collection that it is in")),
    responses((status = 200, body = MediaView), Refusals)
)]
async fn one(State(app): State<Arc<App>>, session: Session, Seen(media): Seen) -> Result<Json<MediaView>, Problem> {
    Ok(Json(app.view(&session, &media)?))
}
