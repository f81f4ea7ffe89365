//! `/`: the titles that the caller may see, searched and filtered.

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
    /// What the form shows.
    filters: Filters,
    /// Whether this is the list of deleted titles.
    deleted: bool,
    /// Whether this is a page behind the first.
    further: bool,
    /// The same list at the API.
    list: String,
    first_page: String,
    next_page: Option<String>,
}

/// What the list is filtered by; empty where it is not. A form without scripts sends empty fields too.
struct Filters {
    scope: String,
    kind: String,
    status: String,
    search: String,
}

impl Filters {
    fn of(query: &ListQuery) -> Self {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let (scope, kind, status) = (text(&query.scope), text(&query.kind), text(&query.status));
        Self { scope, kind, status, search: text(&query.search) }
    }

    /// Whether they leave anything out.
    fn any(&self) -> bool {
        [&self.scope, &self.kind, &self.status, &self.search].into_iter().any(|field| !field.is_empty())
    }

    /// The same list somewhere else, as an address.
    fn address<'a>(&'a self, path: &str, more: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
        let own = [("scope", &self.scope), ("kind", &self.kind), ("status", &self.status), ("search", &self.search)];
        let own = own.into_iter().map(|(name, value)| (name, value.as_str()));
        let pairs = own.chain(more).filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// `GET /?scope=&kind=&status=&search=&cursor=`: a page of the library.
pub async fn page(State(app): State<Arc<App>>, session: Session, query: Result<Query<ListQuery>, Problem>) -> Response {
    let library = library(&app, &session, query).await;
    respond(&app, &session, library).await
}

async fn library(app: &App, session: &Session, query: Result<Query<ListQuery>, Problem>) -> Result<Library, Problem> {
    let Query(query) = query?;
    let query = ListQuery { scope: query.scope.filter(|scope| !scope.is_empty()), limit: None, ..query };
    let page = query.page(app, session).await?;
    let filters = Filters::of(&query);
    let cursor = query.cursor.as_deref().unwrap_or_default();
    // What was announced but has not arrived shows on the page that uploads it; given up, it would stand here for good.
    let arrived = page.items.iter().filter(|m| m.status != Status::Uploading);
    let limit = PAGE.to_string();
    Ok(Library {
        frame: Frame::of(app, session).await,
        cards: arrived.map(|media| Card::new(app, session, media)).collect::<Result<_, _>>()?,
        deleted: filters.scope == "deleted",
        further: !cursor.is_empty(),
        list: filters.address("/api/media", [("limit", limit.as_str()), ("cursor", cursor)]),
        first_page: filters.address("/", []),
        next_page: page.next.as_deref().map(|next| filters.address("/", [("cursor", next)])),
        filters,
    })
}
