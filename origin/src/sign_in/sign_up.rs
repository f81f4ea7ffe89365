//! `/login/sign-up` and `/login/confirm`: an account of one's own, and the code that shows that its address is one's own.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

use super::fields::Fields;
use super::login::{parameter, return_path};
use super::page::{Confirm, SignUp, done, failed, go, html};
use super::recovery::over;
use super::step::{Step, forget};
use super::words;
use crate::Problem;
use crate::app::App;
use crate::identity::PoolError;

/// `GET /login/sign-up?to=PATH`.
pub async fn show(RawQuery(query): RawQuery) -> Response {
    let to = return_path(parameter(query.as_deref(), "to").as_deref());
    html(StatusCode::OK, &SignUp { to: &to, email: "", name: "", error: None })
}

/// `POST /login/sign-up`.
pub async fn submit(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let Some(pool) = &app.pool else { return Problem::not_found().into_response() };
    let (to, email, name) = (return_path(Some(fields.text("to"))), fields.word("email"), fields.word("name"));
    let again = |status, error: &str| html(status, &SignUp { to: &to, email, name, error: Some(error) });
    if !email.contains('@') {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "Type your e-mail address.");
    }
    match pool.sign_up(email, name, fields.text("password")).await {
        // Whoever has an account already gets the same page, and no code.
        Ok(()) | Err(PoolError::Exists) => {
            let step = Step::Confirm { username: email.to_owned(), to };
            step.keep(&app, go("/login/confirm")).unwrap_or_else(|problem| failed(&problem))
        }
        Err(PoolError::Password(rule)) => {
            let (status, text) = words::of_rule(&rule);
            again(status, &text)
        }
        Err(PoolError::Locked) => again(StatusCode::TOO_MANY_REQUESTS, words::TOO_MANY),
        Err(PoolError::Unavailable) => again(StatusCode::SERVICE_UNAVAILABLE, words::UNAVAILABLE),
        Err(PoolError::Denied) => again(StatusCode::FORBIDDEN, "People are invited here; signing up is switched off."),
        Err(_) => again(StatusCode::UNPROCESSABLE_ENTITY, "That cannot be taken. Check the address."),
    }
}

/// `GET /login/confirm`.
pub async fn show_confirm(State(app): State<Arc<App>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let sent = parameter(query.as_deref(), "sent").is_some();
    match Step::of(&app, &headers) {
        Some(Step::Confirm { username, .. }) => {
            let notice = sent.then_some("Another code is on its way.");
            html(StatusCode::OK, &Confirm { username: &username, notice, error: None })
        }
        _ => over(),
    }
}

/// `POST /login/confirm`.
pub async fn confirm(State(app): State<Arc<App>>, headers: HeaderMap, fields: Fields) -> Response {
    let (Some(Step::Confirm { username, to }), Some(pool)) = (Step::of(&app, &headers), &app.pool) else {
        return over();
    };
    match pool.confirm_sign_up(&username, &fields.code("code")).await {
        Ok(()) => forget(go(&done("confirmed", &to))),
        Err(error) => {
            let (status, text) = words::of_code(&error);
            html(status, &Confirm { username: &username, notice: None, error: Some(&text) })
        }
    }
}

/// `POST /login/resend`.
pub async fn resend(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let (Some(Step::Confirm { username, .. }), Some(pool)) = (Step::of(&app, &headers), &app.pool) else {
        return over();
    };
    let again = |status, error| html(status, &Confirm { username: &username, notice: None, error: Some(error) });
    match pool.resend_code(&username).await {
        Err(PoolError::Locked) => again(StatusCode::TOO_MANY_REQUESTS, words::TOO_MANY),
        Err(PoolError::Unavailable) => again(StatusCode::SERVICE_UNAVAILABLE, words::UNAVAILABLE),
        Ok(()) | Err(_) => go("/login/confirm?sent"),
    }
}
