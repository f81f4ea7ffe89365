//! Pages without the person's frame.

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;

use super::qr::Qr;
use crate::Problem;

/// `/login`.
#[derive(Template)]
#[template(path = "sign_in/login.html")]
pub struct Login<'a> {
    /// Where to go afterwards: a path on this host.
    pub to: &'a str,
    pub username: &'a str,
    pub sign_up: bool,
    /// What went well before.
    pub notice: Option<&'a str>,
    pub error: Option<&'a str>,
}

/// A question of the pool's.
#[derive(Template)]
#[template(path = "sign_in/question.html")]
pub struct QuestionPage<'a> {
    pub form: Form,
    /// Whose password it is, for password managers.
    pub username: &'a str,
    /// Where the code went, or comes from.
    pub source: String,
    pub qr: Option<Qr>,
    pub error: Option<&'a str>,
}

/// What a question's form looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    NewPassword,
    Code,
    Choice,
    SetUp,
}

/// `/login/forgot`.
#[derive(Template)]
#[template(path = "sign_in/forgot.html")]
pub struct Forgot<'a> {
    pub to: &'a str,
    pub username: &'a str,
    pub error: Option<&'a str>,
}

/// `/login/reset`.
#[derive(Template)]
#[template(path = "sign_in/reset.html")]
pub struct Reset<'a> {
    pub username: &'a str,
    pub error: Option<&'a str>,
}

/// `/login/sign-up`.
#[derive(Template)]
#[template(path = "sign_in/sign_up.html")]
pub struct SignUp<'a> {
    pub to: &'a str,
    pub email: &'a str,
    pub name: &'a str,
    pub error: Option<&'a str>,
}

/// `/login/confirm`.
#[derive(Template)]
#[template(path = "sign_in/confirm.html")]
pub struct Confirm<'a> {
    pub username: &'a str,
    pub notice: Option<&'a str>,
    pub error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "sign_in/message.html")]
struct Message<'a> {
    heading: &'a str,
    advice: &'a str,
}

/// A page.
pub fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(e) => Problem::internal(&e).into_response(),
    }
}

/// A page that says one thing, and leads back to the start.
pub fn message(status: StatusCode, heading: &str, advice: &str) -> Response {
    html(status, &Message { heading, advice })
}

/// What went wrong on our side, as a page.
pub fn failed(problem: &Problem) -> Response {
    message(problem.status, "Signing in did not work", &problem.detail)
}

/// On to another page, by GET.
pub fn go(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// `/login`, with what has been done and where to go afterwards.
pub fn done(what: &str, to: &str) -> String {
    let query =
        form_urlencoded::Serializer::new(String::new()).append_pair("done", what).append_pair("to", to).finish();
    format!("/login?{query}")
}
