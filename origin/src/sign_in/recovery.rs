//! `/login/forgot` and `/login/reset`: a forgotten password is chosen anew with a code. Both look the same for people who have an
//! account and for those who have none.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

use super::fields::Fields;
use super::login::{parameter, return_path};
use super::page::{Forgot, Reset, done, failed, go, html, message};
use super::step::{Step, forget};
use super::words;
use crate::Problem;
use crate::app::App;
use crate::identity::PoolError;

/// `GET /login/forgot?to=PATH`.
pub async fn show_forgot(RawQuery(query): RawQuery) -> Response {
    let to = return_path(parameter(query.as_deref(), "to").as_deref());
    html(StatusCode::OK, &Forgot { to: &to, username: "", error: None })
}

/// `POST /login/forgot`.
pub async fn forgot(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let Some(pool) = &app.pool else { return Problem::not_found().into_response() };
    let (to, username) = (return_path(Some(fields.text("to"))), fields.word("username"));
    let again = |status, error: &str| html(status, &Forgot { to: &to, username, error: Some(error) });
    if username.is_empty() {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "Type your e-mail address.");
    }
    match pool.forgot_password(username).await {
        Err(PoolError::Unavailable) => again(StatusCode::SERVICE_UNAVAILABLE, words::UNAVAILABLE),
        Err(PoolError::Locked) => again(StatusCode::TOO_MANY_REQUESTS, words::TOO_MANY),
        // Whatever else the pool says would say something of the account.
        Ok(()) | Err(_) => {
            let step = Step::Reset { username: username.to_owned(), to };
            step.keep(&app, go("/login/reset")).unwrap_or_else(|problem| failed(&problem))
        }
    }
}

/// `GET /login/reset`.
pub async fn show_reset(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match Step::of(&app, &headers) {
        Some(Step::Reset { username, .. }) => html(StatusCode::OK, &Reset { username: &username, error: None }),
        _ => over(),
    }
}

/// `POST /login/reset`.
pub async fn reset(State(app): State<Arc<App>>, headers: HeaderMap, fields: Fields) -> Response {
    let (Some(Step::Reset { username, to }), Some(pool)) = (Step::of(&app, &headers), &app.pool) else {
        return over();
    };
    match pool.reset_password(&username, &fields.code("code"), fields.text("new_password")).await {
        Ok(()) => forget(go(&done("password", &to))),
        Err(error) => {
            let (status, text) = words::of_code(&error);
            html(status, &Reset { username: &username, error: Some(&text) })
        }
    }
}

/// The step is not there any more.
pub fn over() -> Response {
    forget(message(StatusCode::BAD_REQUEST, "That did not work", words::OVER))
}
