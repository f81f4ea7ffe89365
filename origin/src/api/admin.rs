//! `/api/admin`: what administrators see. Other people's private titles are not among it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::{Kind, Status};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::refusals::Refusals;
use crate::Problem;
use crate::access::Administrator;
use crate::app::App;
use crate::view::rfc3339;

/// Failures in one answer.
const MOST: usize = 200;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(failures))
}

/// Titles that could not be processed.
#[derive(Serialize, ToSchema)]
pub struct FailureList {
    /// Newest first, at most 200.
    items: Vec<Failure>,
    /// How many there are.
    total: usize,
}

/// A title that could not be processed, without what is its owner's alone: its name, its pictures.
#[derive(Serialize, ToSchema)]
pub struct Failure {
    id: String,
    /// The owner's `sub`.
    owner: String,
    kind: Kind,
    /// The original's length in bytes.
    bytes: u64,
    /// Why it failed.
    reason: Option<String>,
    /// When it was announced: RFC 3339, UTC.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it failed: RFC 3339, UTC.
    #[schema(format = DateTime)]
    failed_at: String,
}

/// Titles that could not be processed. `POST /api/media/{id}/retry` has one tried again.
#[utoipa::path(
    get, path = "/api/admin/failures", operation_id = "list_failures", tag = "admin",
    responses((status = 200, body = FailureList), Refusals)
)]
pub async fn failures(State(app): State<Arc<App>>, _: Administrator) -> Result<Json<FailureList>, Problem> {
    let mut failed = app.catalog.in_status(&[Status::Failed]).await?;
    failed.retain(|media| media.deleted_at.is_none());
    let total = failed.len();
    let items = failed.into_iter().rev().take(MOST).map(|media| Failure {
        id: media.id.to_string(),
        owner: media.owner,
        kind: media.kind,
        bytes: media.source.bytes,
        reason: media.reason,
        created_at: rfc3339(media.created_at),
        failed_at: rfc3339(media.updated_at),
    });
    Ok(Json(FailureList { items: items.collect(), total }))
}
