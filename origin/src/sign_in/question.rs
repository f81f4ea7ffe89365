//! `/login/next`: what the pool asks after the password.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::fields::Fields;
use super::login::go_on;
use super::page::{Form, QuestionPage, failed, html, message};
use super::qr::qr;
use super::step::{Step, forget};
use super::words;
use crate::Problem;
use crate::app::App;
use crate::identity::{Asked, PoolError, Question, UserPool};

/// A sign-in under way.
struct UnderWay {
    asked: Asked,
    key: Option<String>,
    to: String,
}

/// `GET /login/next`.
pub async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match under_way(&app, &headers) {
        Some(under_way) => page(&under_way, StatusCode::OK, None),
        None => over(),
    }
}

/// `POST /login/next`.
pub async fn submit(State(app): State<Arc<App>>, headers: HeaderMap, fields: Fields) -> Response {
    let (Some(mut at), Some(pool)) = (under_way(&app, &headers), &app.pool) else { return over() };
    let outcome = match at.asked.question {
        Question::SetUp => set_up(pool, &mut at, &fields.code("code")).await,
        Question::NewPassword => pool.answer(&at.asked, fields.text("new_password")).await,
        Question::Choice => pool.answer(&at.asked, fields.word("factor")).await,
        Question::Sms | Question::Email | Question::App => pool.answer(&at.asked, &fields.code("code")).await,
    };
    match outcome {
        Ok(outcome) => go_on(&app, pool, outcome, at.to).await,
        // The pool has ended the sign-in: it took too long, or there were too many wrong codes.
        Err(PoolError::SessionOver | PoolError::Denied) => over(),
        Err(error) => {
            let (status, text) = words::of_code(&error);
            let again = page(&at, status, Some(&text));
            // The set-up's name may have moved on.
            let step = Step::Question { asked: at.asked, key: at.key, to: at.to };
            step.keep(&app, again).unwrap_or_else(|problem| failed(&problem))
        }
    }
}

/// Shows the app's first code, and ends the set-up.
async fn set_up(pool: &UserPool, at: &mut UnderWay, code: &str) -> Result<crate::identity::Outcome, PoolError> {
    at.asked.session = pool.prove_app_in_sign_in(&at.asked.session, code).await?;
    pool.answer(&at.asked, "").await
}

fn under_way(app: &App, headers: &HeaderMap) -> Option<UnderWay> {
    match Step::of(app, headers)? {
        Step::Question { asked, key, to } => Some(UnderWay { asked, key, to }),
        Step::Reset { .. } | Step::Confirm { .. } | Step::App { .. } => None,
    }
}

fn page(at: &UnderWay, status: StatusCode, error: Option<&str>) -> Response {
    let asked = &at.asked;
    let sent = |how: &str| match &asked.destination {
        Some(destination) => format!("A code was sent {how} to {destination}."),
        None => format!("A code was sent {how}."),
    };
    let (form, source) = match asked.question {
        Question::NewPassword => (Form::NewPassword, String::new()),
        Question::Sms => (Form::Code, sent("by text message")),
        Question::Email => (Form::Code, sent("by e-mail")),
        Question::App => (Form::Code, "Your authenticator app shows it.".to_owned()),
        Question::Choice => (Form::Choice, String::new()),
        Question::SetUp => (Form::SetUp, String::new()),
    };
    let picture = at.key.as_ref().map(|key| qr(&asked.username, key).ok_or(key));
    match picture {
        Some(Err(_)) => failed(&Problem::internal(&"a key is too long for a picture")),
        picture => {
            let qr = picture.and_then(Result::ok);
            html(status, &QuestionPage { form, username: &asked.username, source, qr, error })
        }
    }
}

fn over() -> Response {
    forget(message(StatusCode::BAD_REQUEST, "Signing in did not work", words::OVER))
}
