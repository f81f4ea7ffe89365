//! What an owner does to a title.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::{Change, MediaChange, Status, Visibility};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::{Administrator, Own, OwnEver};
use crate::api::body::Body;
use crate::api::refusals::Refusals;
use crate::api::text;
use crate::app::App;
use crate::{MediaView, Problem, Session};

/// What is to be changed of a title; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaPatch {
    /// 1 to 300 characters on one line.
    title: Option<String>,
    /// At most 5,000 characters.
    comment: Option<String>,
    /// Who else may see it.
    visibility: Option<Visibility>,
    /// The version that was read; the change is refused where another was made meanwhile. Without it the last one counts.
    version: Option<u64>,
}

/// Changes title, comment or who may see it.
#[utoipa::path(
    patch, path = "/api/media/{id}", operation_id = "change_media", tag = "media", params(("id" = String, Path)),
    request_body = MediaPatch, responses((status = 200, body = MediaView), Refusals)
)]
pub async fn change(
    State(app): State<Arc<App>>,
    session: Session,
    Own(mut media): Own,
    Body(patch): Body<MediaPatch>,
) -> Result<Json<MediaView>, Problem> {
    let title = patch.title.as_deref().map(|title| text::line("title", title)).transpose()?.map(str::to_owned);
    let change = MediaChange { title, comment: patch.comment, visibility: patch.visibility };
    change.check()?;
    loop {
        let version = patch.version.unwrap_or(media.version);
        match app.catalog.describe(&media.id, version, &change, app.now()).await? {
            Change::Made => break,
            Change::Missing => return Err(Problem::not_found()),
            Change::Stale if patch.version.is_some() => return Err(Problem::stale()),
            Change::Stale => media = app.catalog.find(&media.id).await?.ok_or_else(Problem::not_found)?,
        }
    }
    let media = app.catalog.find(&media.id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(app.view(&session, &media)?))
}

/// Takes a title out of every list. It can be restored for seven days; then it goes with all that was made of it.
#[utoipa::path(
    delete, path = "/api/media/{id}", operation_id = "delete_media", tag = "media", params(("id" = String, Path)),
    responses((status = 204, description = "It is deleted."), Refusals)
)]
pub async fn delete(State(app): State<Arc<App>>, Own(media): Own) -> Result<StatusCode, Problem> {
    app.catalog.delete(&media.id, app.now()).await?;
    tracing::info!(media_id = %media.id, "deleted");
    Ok(StatusCode::NO_CONTENT)
}

/// Brings a deleted title back.
#[utoipa::path(
    post, path = "/api/media/{id}/restore", operation_id = "restore_media", tag = "media", params(("id" = String, Path)),
    responses((status = 200, body = MediaView), Refusals)
)]
pub async fn restore(
    State(app): State<Arc<App>>,
    session: Session,
    OwnEver(media): OwnEver,
) -> Result<Json<MediaView>, Problem> {
    let restored = app.catalog.restore(&media.id, app.now()).await?;
    let media = app.catalog.find(&media.id).await?.ok_or_else(Problem::not_found)?;
    match media.deleted_at {
        None if restored => Ok(Json(app.view(&session, &media)?)),
        None => Err(Problem::conflict("not_deleted", "This title is not deleted.")),
        Some(_) => Err(Problem::not_found()),
    }
}

/// Has a failed title processed once more. Its owner and administrators can.
#[utoipa::path(
    post, path = "/api/media/{id}/retry", operation_id = "retry_media", tag = "media", params(("id" = String, Path)),
    responses((status = 204, description = "It waits for its processor again."), Refusals)
)]
pub async fn retry(
    State(app): State<Arc<App>>,
    own: Result<Own, Problem>,
    administrator: Result<Administrator, Problem>,
    axum::extract::Path(id): axum::extract::Path<String>,
) -> Result<StatusCode, Problem> {
    let media = match (own, administrator) {
        (Ok(Own(media)), _) => media,
        (Err(refusal), Err(_)) => return Err(refusal),
        (Err(_), Ok(_)) => {
            let id = catalog::MediaId::try_from(id).map_err(|_| Problem::not_found())?;
            app.catalog.find(&id).await?.ok_or_else(Problem::not_found)?
        }
    };
    if media.status != Status::Failed || !app.catalog.retry(&media.id, app.now()).await? {
        return Err(Problem::conflict("not_failed", "Only a title that has failed can be tried again."));
    }
    (app.uploaded)(media.id);
    Ok(StatusCode::NO_CONTENT)
}
