//! The pages.

pub mod card;
pub mod collections;
pub mod library;
pub mod profile;
pub mod screen;
pub mod series;
pub mod shared;
pub mod upload;
pub mod watch;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::{Method, StatusCode, Uri};
use serde_json::Value;

use crate::app::App;
use crate::{Problem, Session};

/// What the frame around every page shows.
pub struct Frame {
    /// The signed-in person's `sub`.
    pub sub: String,
    /// What the person is called.
    pub user: String,
    /// The same for attributes.
    pub plain_user: String,
    /// Stands for the person where there is no picture.
    pub initial: String,
    /// The person's picture: a path on this site.
    pub avatar: Option<String>,
    /// `light` or `dark` where the person has chosen; empty: as the system has it.
    pub theme: &'static str,
    /// What the person set, as JSON for the scripts.
    pub preferences: String,
    pub admin: bool,
}

impl Frame {
    /// The frame of that person's pages. A catalog that does not answer leaves it plain: it is no reason for having no page.
    pub async fn of(app: &App, session: &Session) -> Self {
        let person = app.catalog.person(session.owner()).await.ok().flatten();
        let named = person.as_ref().map(|p| p.name.as_str()).filter(|name| !name.is_empty());
        let user = named.unwrap_or_else(|| session.name()).to_owned();
        let initial = user.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().collect());
        let preferences = person.as_ref().map(|p| p.preferences.clone()).unwrap_or_default();
        Self {
            sub: session.owner().to_owned(),
            plain_user: isolated(&user),
            initial: initial.unwrap_or_else(|| "?".to_owned()),
            avatar: person.and_then(|p| p.avatar_key).map(|key| format!("/{key}")),
            theme: match preferences.get("theme").and_then(Value::as_str) {
                Some("light") => "light",
                Some("dark") => "dark",
                _ => "",
            },
            preferences: Value::Object(preferences).to_string(),
            admin: app.is_administrator(session),
            user,
        }
    }
}

/// A page, or the page that says why there is none.
pub async fn respond<T: Template>(app: &App, session: &Session, page: Result<T, Problem>) -> Response {
    match page {
        Ok(page) => html(StatusCode::OK, &page),
        Err(problem) => {
            let frame = Frame::of(app, session).await;
            let page = ErrorPage { frame, heading: heading(&problem), detail: problem.detail };
            html(problem.status, &page)
        }
    }
}

/// Whatever no route matches: a page for people, problem details for programs.
pub async fn no_route(State(app): State<Arc<App>>, session: Session, method: Method, uri: Uri) -> Response {
    let program = uri.path() == "/api" || uri.path().starts_with("/api/") || !method.is_safe();
    if program {
        Problem::not_found().into_response()
    } else {
        respond::<ErrorPage>(&app, &session, Err(Problem::not_found())).await
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
