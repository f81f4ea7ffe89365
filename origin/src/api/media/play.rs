//! A playback pass as JSON, for apps and devices that cannot follow the edge's redirect with a token.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Seen;
use crate::api::refusals::Refusals;
use crate::app::App;
use crate::view::rfc3339;
use crate::{MediaView, Problem, Session};

/// A pass for a title. Whoever has one of its links may play the title with it until it ends, signed in or not.
#[derive(Serialize, ToSchema)]
pub struct Playing {
    /// The pass's id, by which it can be revoked.
    pass_id: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Everything of the title is fetched under this path.
    prefix: String,
    /// The title, each link with the pass in it.
    media: MediaView,
}

/// A pass for all of one title.
#[utoipa::path(
    post, path = "/api/media/{id}/play", operation_id = "play_media", tag = "media",
    params(("id" = String, Path), ("collection" = Option<String>, Query, description = "A collection that it is in")),
    responses((status = 201, body = Playing), Refusals)
)]
pub async fn play(
    State(app): State<Arc<App>>,
    session: Session,
    Seen(media): Seen,
) -> Result<(StatusCode, Json<Playing>), Problem> {
    let own = media.owner == session.owner();
    let visibility = own.then(|| media.visibility.clone());
    let view = MediaView { own, visibility, ..MediaView::bare(&media) };
    if view.content.is_none() {
        let detail = "There is nothing to play yet: the title is not ready. Its status says when it is.";
        return Err(Problem::conflict("not_ready", detail));
    }
    let pass = app.fresh_pass(session.owner(), &media, None)?;
    app.catalog.count(&media.owner, &app.month(), 0, 1).await?;
    let (expires_at, media) = (rfc3339(pass.expires_at), view.under(&pass.path));
    Ok((StatusCode::CREATED, Json(Playing { pass_id: pass.id, expires_at, prefix: pass.prefix, media })))
}
