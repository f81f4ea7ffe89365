//! `/`: the titles that the caller may see, searched and filtered.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use catalog::Status;
use serde::Deserialize;

use crate::app::{App, PAGE};
use crate::pages::card::{Card, Stage};
use crate::pages::{Frame, respond};
use crate::{MediaView, Problem, Session};

#[derive(Template)]
#[template(path = "library.html")]
struct Library {
    frame: Frame,
    cards: Vec<Card>,
    query: LibraryQuery,
    deleted: bool,
    /// The same list at the API.
    list: String,
    first_page: String,
    next_page: Option<String>,
    next: Option<String>,
}

/// The page's address: a form without scripts sends empty fields too.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LibraryQuery {
    scope: String,
    kind: String,
    status: String,
    search: String,
    cursor: Option<String>,
}

impl LibraryQuery {
    /// Whether it leaves anything out.
    fn filters(&self) -> bool {
        [&self.scope, &self.kind, &self.status, &self.search].into_iter().any(|field| !field.is_empty())
    }

    /// The same list from `cursor` on, as an address.
    fn address(&self, path: &str, cursor: Option<&str>, more: &[(&str, &str)]) -> String {
        let fields = [("scope", self.scope.as_str()), ("kind", &self.kind), ("status", &self.status), ("search", &self.search)];
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
        query.extend_pairs(cursor.map(|cursor| ("cursor", cursor)));
        query.extend_pairs(more);
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// `GET /?scope=&kind=&status=&search=&cursor=`: a page of the library.
pub async fn page(
    State(app): State<Arc<App>>,
    session: Session,
    query: Result<Query<LibraryQuery>, QueryRejection>,
) -> Response {
    let library = library(&app, &session, query).await;
    respond(&app, &session, library).await
}

async fn library(
    app: &App,
    session: &Session,
    query: Result<Query<LibraryQuery>, QueryRejection>,
) -> Result<Library, Problem> {
    let Query(query) = query.map_err(|_| Problem::new(http::StatusCode::BAD_REQUEST, "query_unreadable", "Each filter may be given once."))?;
    let page = app.own_list(session, query.cursor.as_deref(), PAGE).await?;
    // What was announced but has not arrived shows on the page that uploads it; given up, it would stand here for good.
    let arrived = page.items.iter().filter(|m| m.status != Status::Uploading);
    let limit = PAGE.to_string();
    Ok(Library {
        frame: Frame::of(app, session).await,
        cards: arrived.map(|media| Card::new(media, MediaView::from(media))).collect(),
        deleted: query.scope == "deleted",
        list: query.address("/api/media", query.cursor.as_deref(), &[("limit", &limit)]),
        first_page: query.address("/", None, &[]),
        next_page: page.next.as_deref().map(|next| query.address("/", Some(next), &[])),
        next: page.next,
        query,
    })
}
