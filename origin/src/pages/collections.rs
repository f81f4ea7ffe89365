//! `/collections` and `/collections/{id}`.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use catalog::Sharing;

use crate::api::Query;
use crate::api::collections::{CollectionView, PageQuery, SeenCollection, page_of};
use crate::app::App;
use crate::pages::{Frame, isolated, respond};
use crate::view::clock;
use crate::{MediaView, Problem, Session};

#[derive(Template)]
#[template(path = "collections.html")]
struct Collections {
    frame: Frame,
    items: Vec<CollectionView>,
    further: bool,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "collection.html")]
struct CollectionPage {
    frame: Frame,
    collection: CollectionView,
    plain_title: String,
    items: Vec<MediaView>,
    /// Ids of its titles that are not shown: deleted ones, which may come back. Separated by spaces.
    hidden: String,
    /// Whom it is shared with, in words for its owner.
    seen_by: String,
}

impl CollectionPage {
    fn length(media: &MediaView) -> Option<String> {
        media.duration_ms.map(clock)
    }
}

/// `GET /collections?cursor=`.
pub async fn list(State(app): State<Arc<App>>, session: Session, query: Result<Query<PageQuery>, Problem>) -> Response {
    let page = collections(&app, &session, query).await;
    respond(&app, &session, page).await
}

async fn collections(
    app: &App,
    session: &Session,
    query: Result<Query<PageQuery>, Problem>,
) -> Result<Collections, Problem> {
    let Query(query) = query?;
    let page = page_of(app, session, &query).await?;
    let further = query.cursor().is_some();
    Ok(Collections { frame: Frame::of(app, session).await, items: page.items, further, next: page.next })
}

/// `GET /collections/{id}`.
pub async fn one(State(app): State<Arc<App>>, session: Session, seen: Result<SeenCollection, Problem>) -> Response {
    let page = match seen {
        Ok(seen) => collection(&app, &session, seen).await,
        Err(problem) => Err(problem),
    };
    respond(&app, &session, page).await
}

async fn collection(
    app: &App,
    session: &Session,
    SeenCollection(collection): SeenCollection,
) -> Result<CollectionPage, Problem> {
    let mut collection = app.whole_collection(session, collection).await?;
    let items = collection.items.take().unwrap_or_default();
    let shown = |id: &&String| !items.iter().any(|media| media.id == **id);
    let hidden: Vec<&str> = collection.item_ids.iter().flatten().filter(shown).map(String::as_str).collect();
    Ok(CollectionPage {
        frame: Frame::of(app, session).await,
        plain_title: isolated(&collection.title),
        hidden: hidden.join(" "),
        seen_by: collection.sharing.as_ref().map(seen_by).unwrap_or_default(),
        items,
        collection,
    })
}

fn seen_by(sharing: &Sharing) -> String {
    let people = match sharing.people.len() {
        0 => None,
        1 => Some("one person".to_owned()),
        n => Some(format!("{n} people")),
    };
    if sharing.everyone {
        return "Everyone who signs in can see it".to_owned();
    }
    let named: Vec<String> = sharing.groups.iter().cloned().chain(people).collect();
    if named.is_empty() { "Only you can see it".to_owned() } else { format!("Seen by {}", named.join(", ")) }
}
