//! `/login`: name and password.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use edge_auth::{NewTokens, NoSession};
use http::StatusCode;

use super::fields::Fields;
use super::page::{Login, failed, go, html, message};
use super::step::{Step, forget, with_cookie};
use super::words;
use crate::Problem;
use crate::app::App;
use crate::identity::{Asked, Outcome, PoolError, Question, Tokens, UserPool};

/// The path behind `to=`, if it is one on this host and not one of sign-in's own, which could lead in a circle.
pub fn return_path(to: Option<&str>) -> String {
    let is_ours = |to: &&str| {
        edge_auth::is_path_here(to) && *to != "/login" && !to.starts_with("/login/") && !to.starts_with("/login?")
    };
    to.filter(is_ours).unwrap_or("/").to_owned()
}

/// A parameter of the query.
pub fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.find(|(other, _)| other == name).map(|(_, value)| value.into_owned())
}

/// `GET /login?to=PATH`.
pub async fn show(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let to = return_path(parameter(query.as_deref(), "to").as_deref());
    let notice = match parameter(query.as_deref(), "done").as_deref() {
        Some("password") => Some("Your new password is set. Sign in with it."),
        Some("confirmed") => Some("Your address is confirmed. Sign in."),
        _ => None,
    };
    let sign_up = app.pool.as_ref().is_some_and(|pool| pool.sign_up);
    html(StatusCode::OK, &Login { to: &to, username: "", sign_up, notice, error: None })
}

/// `POST /login`.
pub async fn submit(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let to = return_path(Some(fields.text("to")));
    let username = fields.word("username");
    let Some(pool) = &app.pool else { return Problem::not_found().into_response() };
    let again = |(status, text): words::Advice| {
        let page = Login { to: &to, username, sign_up: pool.sign_up, notice: None, error: Some(&text) };
        html(status, &page)
    };
    let password = fields.text("password");
    if username.is_empty() || password.is_empty() {
        return again((StatusCode::UNPROCESSABLE_ENTITY, "Type your e-mail address and your password.".to_owned()));
    }
    match pool.sign_in(username, password).await {
        Ok(outcome) => go_on(&app, pool, outcome, to).await,
        Err(PoolError::NotConfirmed) => {
            let step = Step::Confirm { username: username.to_owned(), to };
            step.keep(&app, go("/login/confirm")).unwrap_or_else(|problem| failed(&problem))
        }
        Err(error) => again(words::of_password(&error)),
    }
}

/// Into the site with a session, or to what the pool asks next.
pub async fn go_on(app: &App, pool: &UserPool, outcome: Outcome, to: String) -> Response {
    let response = match outcome {
        Outcome::Done(tokens) => Ok(session(app, &tokens, &to).await),
        Outcome::Asked(asked) => ask(app, pool, asked, to).await,
    };
    response.unwrap_or_else(|problem| failed(&problem))
}

async fn ask(app: &App, pool: &UserPool, mut asked: Asked, to: String) -> Result<Response, Problem> {
    let mut key = None;
    if asked.question == Question::SetUp {
        let (offered, session) = match pool.offer_app_in_sign_in(&asked.session).await {
            Ok(offered) => offered,
            Err(error) => {
                let (status, text) = words::of_password(&error);
                return Ok(message(status, "Signing in did not work", &text));
            }
        };
        (key, asked.session) = (Some(offered), session);
    }
    Step::Question { asked, key, to }.keep(app, go("/login/next"))
}

/// The session's cookies, set as the edge sets them, and the page that was wanted.
async fn session(app: &App, tokens: &Tokens, to: &str) -> Response {
    let now = u64::try_from(app.now() / 1000).unwrap_or(0);
    let new = NewTokens { access: &tokens.access, id: tokens.id.as_deref(), refresh: tokens.refresh.as_deref() };
    let lines = match app.verifier.session_cookies(&new, now, &*app.fetch_keys).await {
        Ok(lines) => lines,
        Err(NoSession::TooLarge) => {
            let advice = "Your account’s token is too large for a cookie. Most likely it is a member of too many groups; \
                          ask an administrator to remove some.";
            return forget(message(StatusCode::BAD_GATEWAY, "Signing in did not work", advice));
        }
        Err(NoSession::Untrusted(reason)) => {
            tracing::error!(reason = reason.as_str(), "the user pool handed out a token that the policy refuses");
            let advice = "The sign-in service sent an answer that cannot be trusted.";
            return forget(message(StatusCode::BAD_GATEWAY, "Signing in did not work", advice));
        }
    };
    let signed_in = lines.iter().try_fold(forget(go(to)), |response, line| with_cookie(response, line));
    signed_in.unwrap_or_else(|problem| failed(&problem))
}

#[cfg(test)]
mod tests {
    use super::return_path;

    #[test]
    fn people_come_back_to_a_path_on_this_host_alone() {
        for good in ["/", "/watch/1?t=7", "/admin"] {
            assert_eq!(return_path(Some(good)), good);
        }
        let bad = [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil",
            "/login",
            "/login/next",
            "/login?to=/",
            "/_auth/sign-out",
            "/a\r\nb",
            "javascript:1",
            "/../x",
        ];
        for bad in bad {
            assert_eq!(return_path(Some(bad)), "/", "{bad}");
        }
        assert_eq!(return_path(None), "/");
    }
}
