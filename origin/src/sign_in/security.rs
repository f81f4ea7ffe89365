//! `/security`: a signed-in person's password, address and authenticator app. The pool is asked with the person's own access
//! token, which the edge brings; in a policy that uses ID tokens there is none, and the pool refuses.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

use super::fields::Fields;
use super::login::parameter;
use super::page::{failed, go, html};
use super::qr::{Qr, qr};
use super::step::{Step, forget};
use super::words;
use crate::app::App;
use crate::identity::{Account, PoolError, UserPool};
use crate::pages::Frame;
use crate::{Problem, Session};

#[derive(Template)]
#[template(path = "sign_in/security.html")]
struct Security<'a> {
    frame: Frame,
    /// Whose password it is, for password managers.
    username: &'a str,
    account: Account,
    notice: Option<&'a str>,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "sign_in/app.html")]
struct AppPage<'a> {
    frame: Frame,
    qr: Qr,
    error: Option<&'a str>,
}

/// `GET /security`.
pub async fn show(State(app): State<Arc<App>>, session: Session, RawQuery(query): RawQuery) -> Response {
    let notice = match parameter(query.as_deref(), "done").as_deref() {
        Some("password") => Some("Your password is changed."),
        Some("sent") => Some("A code is on its way to your address."),
        Some("email") => Some("Your address is confirmed."),
        Some("app") => Some("From now on you are asked for a code of your authenticator app."),
        Some("app-off") => Some("You are not asked for a code any more."),
        _ => None,
    };
    page(&app, &session, StatusCode::OK, notice, None).await
}

/// `POST /security/password`.
pub async fn change_password(State(app): State<Arc<App>>, session: Session, fields: Fields) -> Response {
    let Some(pool) = &app.pool else { return Problem::not_found().into_response() };
    let (old, new) = (fields.text("password"), fields.text("new_password"));
    let (status, text) = match pool.change_password(token(&session), old, new).await {
        Ok(()) => return go("/security?done=password"),
        Err(PoolError::Denied) => (StatusCode::UNPROCESSABLE_ENTITY, "That is not your password of today.".to_owned()),
        Err(PoolError::Password(rule)) => words::of_rule(&rule),
        Err(error) => words::of_code(&error),
    };
    page(&app, &session, status, None, Some(&text)).await
}

/// `POST /security/email`: has a code sent to the address.
pub async fn send_code(State(app): State<Arc<App>>, session: Session) -> Response {
    let Some(pool) = &app.pool else { return Problem::not_found().into_response() };
    ended(&app, &session, pool.send_email_code(token(&session)).await, "sent").await
}

/// `POST /security/email/verify`.
pub async fn verify_email(State(app): State<Arc<App>>, session: Session, fields: Fields) -> Response {
    let Some(pool) = &app.pool else { return Problem::not_found().into_response() };
    ended(&app, &session, pool.verify_email(token(&session), &fields.code("code")).await, "email").await
}

/// `POST /security/app`: a key for an authenticator app.
pub async fn begin_app(State(app): State<Arc<App>>, session: Session) -> Response {
    let Some(pool) = &app.pool else { return Problem::not_found().into_response() };
    match pool.offer_app(token(&session)).await {
        Ok(key) => {
            let step = Step::App { sub: session.owner().to_owned(), key };
            step.keep(&app, go("/security/app")).unwrap_or_else(|problem| failed(&problem))
        }
        Err(error) => {
            let (status, text) = words::of_code(&error);
            page(&app, &session, status, None, Some(&text)).await
        }
    }
}

/// `GET /security/app`: the key, as a picture and as text.
pub async fn show_app(State(app): State<Arc<App>>, session: Session, headers: HeaderMap) -> Response {
    app_page(&app, &session, &headers, StatusCode::OK, None).await
}

/// `POST /security/app/prove`: the app's first code.
pub async fn prove_app(State(app): State<Arc<App>>, session: Session, headers: HeaderMap, fields: Fields) -> Response {
    let Some(pool) = &app.pool else { return Problem::not_found().into_response() };
    match pool.prove_app(token(&session), &fields.code("code")).await {
        Ok(()) => forget(go("/security?done=app")),
        Err(error) => {
            let (status, text) = words::of_code(&error);
            app_page(&app, &session, &headers, status, Some(&text)).await
        }
    }
}

/// `POST /security/app/off`. The password is asked for once more: whoever finds a screen unlocked must not be able to do this.
pub async fn app_off(State(app): State<Arc<App>>, session: Session, fields: Fields) -> Response {
    let Some(pool) = &app.pool else { return Problem::not_found().into_response() };
    let (status, text) = match pool.prove_password(session.name(), fields.text("password")).await {
        Ok(()) => return ended(&app, &session, pool.ask_for_app(token(&session), false).await, "app-off").await,
        Err(PoolError::Denied) => (StatusCode::UNPROCESSABLE_ENTITY, "That is not your password.".to_owned()),
        Err(error) => words::of_password(&error),
    };
    page(&app, &session, status, None, Some(&text)).await
}

fn token(session: &Session) -> &str {
    session.verified().token()
}

async fn ended(app: &App, session: &Session, outcome: Result<(), PoolError>, done: &str) -> Response {
    match outcome {
        Ok(()) => go(&format!("/security?done={done}")),
        Err(error) => {
            let (status, text) = words::of_code(&error);
            page(app, session, status, None, Some(&text)).await
        }
    }
}

async fn page(app: &App, session: &Session, status: StatusCode, notice: Option<&str>, error: Option<&str>) -> Response {
    let Some(pool) = &app.pool else { return Problem::not_found().into_response() };
    match account(pool, session).await {
        Ok(account) => html(
            status,
            &Security { frame: Frame::of(app, session).await, username: session.name(), account, notice, error },
        ),
        Err(problem) => failed(&problem),
    }
}

async fn account(pool: &UserPool, session: &Session) -> Result<Account, Problem> {
    pool.account(token(session)).await.map_err(|error| match error {
        PoolError::Unavailable => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "identity_unavailable", words::UNAVAILABLE)
        }
        _ => {
            Problem::forbidden("not_permitted", "This session may not change the account. Sign out, and sign in again.")
        }
    })
}

async fn app_page(
    app: &App,
    session: &Session,
    headers: &HeaderMap,
    status: StatusCode,
    error: Option<&str>,
) -> Response {
    let key = match Step::of(app, headers) {
        Some(Step::App { sub, key }) if sub == session.owner() => key,
        _ => return go("/security"),
    };
    match qr(session.name(), &key) {
        Some(qr) => html(status, &AppPage { frame: Frame::of(app, session).await, qr, error }),
        None => failed(&Problem::internal(&"a key is too long for a picture")),
    }
}
