//! `/mailbox`: what would have been sent to people, for whoever tries Stagedoor on their own machine.

use super::hosted::page;
use super::mailbox::{Letter, Medium};
use super::{Identity, IdentityError, blocking};
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use std::sync::Arc;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[derive(Template)]
#[template(path = "identity/mailbox.html")]
struct MailboxPage {
    letters: Vec<Letter>,
}

impl MailboxPage {
    /// RFC 3339, UTC.
    fn moment(letter: &Letter) -> String {
        let at = i64::try_from(letter.at).ok().and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
        at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
    }

    fn medium(letter: &Letter) -> &'static str {
        if letter.medium == Medium::Sms { "Text message" } else { "E-mail" }
    }
}

/// The page, and the same for programs.
pub(super) fn routes() -> Router<Arc<Identity>> {
    Router::new().route("/mailbox", get(show)).route("/mailbox.json", get(list))
}

async fn show(State(identity): State<Arc<Identity>>, headers: HeaderMap) -> Response {
    match letters(identity, &headers).await {
        Ok(Some(letters)) => page(StatusCode::OK, &MailboxPage { letters }),
        Ok(None) => StatusCode::MISDIRECTED_REQUEST.into_response(),
        Err(error) => failed(&error),
    }
}

async fn list(State(identity): State<Arc<Identity>>, headers: HeaderMap) -> Response {
    match letters(identity, &headers).await {
        Ok(Some(letters)) => ([(header::CACHE_CONTROL, "no-store")], Json(letters)).into_response(),
        Ok(None) => StatusCode::MISDIRECTED_REQUEST.into_response(),
        Err(error) => failed(&error),
    }
}

/// `None` under a foreign host name: a page that had its own name lead here would otherwise read the codes.
async fn letters(identity: Arc<Identity>, headers: &HeaderMap) -> Result<Option<Vec<Letter>>, IdentityError> {
    let own = identity.config.base_url.split_once("://").map(|(_, host)| host);
    if headers.get(header::HOST).and_then(|host| host.to_str().ok()) != own {
        return Ok(None);
    }
    blocking(identity, |identity| identity.mailbox.letters().map(Some)).await?
}

fn failed(error: &IdentityError) -> Response {
    tracing::error!(%error, "the mailbox cannot be read");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
