//! Where a person stopped watching.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::WatchPosition;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Seen;
use crate::api::body::Body;
use crate::api::refusals::Refusals;
use crate::app::App;
use crate::view::rfc3339;
use crate::{Problem, Session};

/// How far the caller watched a film.
#[derive(Serialize, ToSchema)]
pub struct Position {
    /// Seconds from its beginning; 0 where nothing is remembered.
    seconds: u32,
    /// When that was: RFC 3339, UTC; `null` where nothing is remembered.
    #[schema(format = DateTime)]
    updated_at: Option<String>,
}

/// How far the caller has watched now.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPosition {
    /// Seconds from its beginning, at most 100 days.
    #[schema(maximum = 8_640_000)]
    seconds: u32,
}

/// The furthest position, seconds: no film is that long.
const FURTHEST: u32 = 8_640_000;

/// Where the caller stopped.
#[utoipa::path(
    get, path = "/api/media/{id}/position", operation_id = "get_position", tag = "media",
    params(("id" = String, Path), ("collection" = Option<String>, Query)),
    responses((status = 200, body = Position), Refusals)
)]
pub async fn position(
    State(app): State<Arc<App>>,
    session: Session,
    Seen(media): Seen,
) -> Result<Json<Position>, Problem> {
    let watched = app.catalog.watched(session.owner(), &media.id).await?;
    Ok(Json(watched.map_or(Position { seconds: 0, updated_at: None }, |watched| Position {
        seconds: watched.seconds,
        updated_at: Some(rfc3339(watched.updated_at)),
    })))
}

/// Remembers where the caller is.
#[utoipa::path(
    put, path = "/api/media/{id}/position", operation_id = "set_position", tag = "media",
    params(("id" = String, Path), ("collection" = Option<String>, Query)), request_body = NewPosition,
    responses((status = 204, description = "It is remembered."), Refusals)
)]
pub async fn remember(
    State(app): State<Arc<App>>,
    session: Session,
    Seen(media): Seen,
    Body(NewPosition { seconds }): Body<NewPosition>,
) -> Result<StatusCode, Problem> {
    if seconds > FURTHEST {
        return Err(Problem::invalid("seconds", "out_of_range", format!("seconds must be at most {FURTHEST}.")));
    }
    let person = session.owner().to_owned();
    let position = WatchPosition { person, media: media.id, seconds, updated_at: app.now() };
    // A later one that is remembered already stays, and is no less remembered.
    app.catalog.watch(&position).await?;
    Ok(StatusCode::NO_CONTENT)
}
