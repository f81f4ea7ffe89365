//! `/api/account`: all that is kept of a person, to take along and to have removed; and the one route that shows a token.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_DISPOSITION;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::refusals::Refusals;
use crate::app::App;
use crate::view::rfc3339;
use crate::{Problem, Session};

/// Says that it is meant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteAccount {
    /// The caller's user name, as the profile has it.
    confirm: String,
}

/// The caller's access token.
#[derive(Serialize, ToSchema)]
pub struct TokenView {
    /// To be sent as `Authorization: Bearer`.
    token: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Everything that is kept of the caller, but for secrets.
#[utoipa::path(
    get, path = "/api/account/export", operation_id = "export_account", tag = "account",
    responses((status = 200, description = "Rows as the catalog has them.", content_type = "application/json", body = Object), Refusals)
)]
pub async fn export(State(app): State<Arc<App>>, session: Session) -> Result<Response, Problem> {
    let export = app.catalog.export_person(session.owner()).await?;
    let file = HeaderValue::from_static("attachment; filename=\"stagedoor-export.json\"");
    Ok(([(CONTENT_DISPOSITION, file)], Json(export)).into_response())
}

/// Removes everything that is kept of the caller: at once from every list, from the buckets with the next clearing.
/// The sign-in itself is the user pool's, and stays.
#[utoipa::path(
    delete, path = "/api/account", operation_id = "delete_account", tag = "account", request_body = DeleteAccount,
    responses((status = 204, description = "It is removed."), Refusals)
)]
pub async fn delete(
    State(app): State<Arc<App>>,
    session: Session,
    Body(DeleteAccount { confirm }): Body<DeleteAccount>,
) -> Result<StatusCode, Problem> {
    if confirm != session.name() {
        let detail = format!("confirm must be {:?}: nothing of this can be brought back.", session.name());
        return Err(Problem::invalid("confirm", "not_confirmed", detail));
    }
    for upload in app.catalog.uploads_of(session.owner(), app.now()).await? {
        crate::sweep::give_up(&app, &upload).await?;
    }
    let avatar = app.catalog.person(session.owner()).await?.and_then(|person| person.avatar_key);
    app.catalog.delete_person(session.owner(), app.now()).await?;
    if let Some(avatar) = avatar {
        app.objects.delete_media_under(&avatar).await?;
    }
    tracing::info!(person = session.owner(), "an account was removed by its owner");
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's access token, for tools that are used beside the pages. Off unless the deployment switches it on.
#[utoipa::path(
    get, path = "/api/token", operation_id = "get_token", tag = "account",
    responses((status = 200, body = TokenView), Refusals)
)]
pub async fn token(
    State(app): State<Arc<App>>,
    session: Session,
    headers: HeaderMap,
) -> Result<Json<TokenView>, Problem> {
    if !app.token_api {
        return Err(Problem::not_found());
    }
    // A script of another site cannot set this header, nor send a request without it from a browser of today.
    if headers.get("sec-fetch-site").is_none_or(|site| site != "same-origin") {
        return Err(Problem::forbidden("cross_site", "A token is shown to this site's own pages alone."));
    }
    let verified = session.verified();
    let expires_at = i64::try_from(verified.expires_at()).unwrap_or(0).saturating_mul(1000);
    Ok(Json(TokenView { token: verified.token().to_owned(), expires_at: rfc3339(expires_at) }))
}
