//! The pages.

pub mod card;
pub mod library;
pub mod upload;
pub mod watch;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{Method, StatusCode, Uri};

use crate::{Problem, Session};

/// What the frame around every page shows.
pub struct Frame {
    /// The signed-in person.
    pub user: String,
    /// Stands for the person where there is no room for the name.
    pub initial: String,
}

impl Frame {
    pub fn new(session: &Session) -> Self {
        let user = session.name().to_owned();
        let initial = user.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().collect());
        Self { initial: initial.unwrap_or_else(|| "?".to_owned()), user }
    }
}

/// A page, or the page that says why there is none.
pub fn respond<T: Template>(session: &Session, page: Result<T, Problem>) -> Response {
    match page {
        Ok(page) => html(StatusCode::OK, &page),
        Err(problem) => {
            let page = ErrorPage { frame: Frame::new(session), heading: heading(&problem), detail: problem.detail };
            html(problem.status, &page)
        }
    }
}

/// Whatever no route matches: a page for people, problem details for programs.
pub async fn no_route(session: Session, method: Method, uri: Uri) -> Response {
    let program = uri.path() == "/api" || uri.path().starts_with("/api/") || !method.is_safe();
    if program {
        Problem::not_found().into_response()
    } else {
        respond::<ErrorPage>(&session, Err(Problem::not_found()))
    }
}

/// A title kept from turning round the text around it, where there is no element to hold it (`<title>`, attributes).
pub fn isolated(title: &str) -> String {
    format!("\u{2068}{title}\u{2069}")
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    heading: &'static str,
    detail: String,
}

fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(e) => Problem::internal(&e).into_response(),
    }
}

fn heading(problem: &Problem) -> &'static str {
    match problem.status {
        StatusCode::NOT_FOUND => "Page not found",
        status if status.is_client_error() => "This address can’t be read",
        _ => "Something went wrong",
    }
}
