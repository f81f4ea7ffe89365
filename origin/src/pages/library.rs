//! `/`: the caller's titles.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use catalog::Status;

use crate::api::Query;
use crate::api::media::ListQuery;
use crate::app::{App, PAGE};
use crate::pages::card::{Card, Stage};
use crate::pages::{Frame, respond};
use crate::{Problem, Session};

#[derive(Template)]
#[template(path = "library.html")]
struct Library {
    frame: Frame,
    cards: Vec<Card>,
    /// This page's cursor; `None` on the first.
    cursor: Option<String>,
    /// The next page's.
    next: Option<String>,
    limit: usize,
}

/// `GET /?cursor=`: a page of the library.
pub async fn page(State(app): State<Arc<App>>, session: Session, query: Result<Query<ListQuery>, Problem>) -> Response {
    let library = library(&app, &session, query).await;
    respond(&session, library)
}

async fn library(app: &App, session: &Session, query: Result<Query<ListQuery>, Problem>) -> Result<Library, Problem> {
    let Query(query) = query?;
    let page = query.page(app, session).await?;
    // What was announced but has not arrived shows on the page that uploads it; given up, it would stand here for good.
    let arrived = page.items.iter().filter(|m| m.status != Status::Uploading);
    Ok(Library {
        frame: Frame::new(session),
        cards: arrived.map(|media| Card::new(app, session, media)).collect::<Result<_, _>>()?,
        cursor: query.cursor.filter(|cursor| !cursor.is_empty()),
        next: page.next,
        limit: PAGE,
    })
}
