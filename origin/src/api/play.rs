//! `/api/media/{id}/play`: a playback pass as JSON, for apps and devices that cannot follow the edge's redirect with a token.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_auth::pass::{Grant, mint};
use edge_auth::policy::PASS_PREFIX;
use http::StatusCode;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::Serialize;

use crate::app::App;
use crate::view::rfc3339;
use crate::{MediaView, Problem, Session};

/// Answer of [`play`]. Whoever has one of its links may play the title with it until it ends, signed in or not.
#[derive(Serialize)]
pub struct Playing {
    /// The pass's id, by which it can be revoked.
    pass_id: String,
    /// RFC 3339, UTC.
    expires_at: String,
    /// Everything of the title is fetched under this path.
    prefix: String,
    /// The title, each link with the pass in it.
    media: MediaView,
}

/// `POST /api/media/{id}/play`: a pass for all of one title.
pub async fn play(
    State(app): State<Arc<App>>,
    session: Session,
    id: Result<Path<String>, PathRejection>,
) -> Result<(StatusCode, Json<Playing>), Problem> {
    let media = app.own_media(&session, id).await?;
    let view = MediaView::from(&media);
    if view.content.is_none() {
        let detail = "There is nothing to play yet: the title is not ready. Its status says when it is.";
        return Err(Problem::new(StatusCode::CONFLICT, "not_ready", detail));
    }
    let now = app.now() / 1000;
    let expires = now.saturating_add(app.pass_seconds());
    let mut pass_id = [0; 16];
    SystemRandom::new().fill(&mut pass_id).map_err(|_| Problem::internal(&"the system has no randomness"))?;
    let seconds = |time: i64| u64::try_from(time).unwrap_or_default();
    let grant = Grant {
        id: pass_id.to_vec(),
        subject: Some(session.owner().to_owned()),
        expires: seconds(expires),
        not_before: None,
        issued_at: Some(seconds(now)),
        prefix: format!("/media/{}/{}/", media.owner, media.id),
        networks: Vec::new(),
        methods: Vec::new(),
    };
    let key = (app.pass_key)().ok_or_else(|| Problem::unavailable("passes_unavailable", &"there is no pass key"))?;
    let pass = mint(&grant, &key).map_err(|error| Problem::internal(&error))?;
    let playing = Playing {
        pass_id: URL_SAFE_NO_PAD.encode(pass_id),
        expires_at: rfc3339(expires.saturating_mul(1000)),
        prefix: format!("{PASS_PREFIX}{pass}{}", grant.prefix),
        media: view.under(&format!("{PASS_PREFIX}{pass}")),
    };
    Ok((StatusCode::CREATED, Json(playing)))
}
