//! `/api/collections`: titles in an order, shared as one.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use catalog::{Change, Collection, CollectionChange, Media, MediaId, NewCollection, Sharing};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::query::{Query, limit};
use super::refusals::Refusals;
use super::text::{line, random_id};
use crate::access::path_id;
use crate::app::App;
use crate::view::rfc3339;
use crate::{MediaView, Problem, Session};

/// Titles that are read at once: a store far away answers many as quickly as one.
const READ_AT_ONCE: usize = 16;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, delete))
}

/// A collection that the caller may see.
pub struct SeenCollection(pub Collection);

impl FromRequestParts<Arc<App>> for SeenCollection {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let session = Session::from_request_parts(parts, app).await?;
        let collection = app.catalog.collection(&path_id(parts, app).await?).await?;
        let seen = collection.filter(|collection| collection.visible_to(session.viewer()));
        seen.map(Self).ok_or_else(Problem::not_found)
    }
}

/// A collection of the caller's own.
pub struct OwnCollection(pub Collection);

impl FromRequestParts<Arc<App>> for OwnCollection {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let session = Session::from_request_parts(parts, app).await?;
        let SeenCollection(collection) = SeenCollection::from_request_parts(parts, app).await?;
        if collection.owner == session.owner() {
            Ok(Self(collection))
        } else {
            Err(Problem::forbidden("not_owner", "Only its owner can change a collection."))
        }
    }
}

/// A collection.
#[derive(Serialize, ToSchema)]
#[schema(as = Collection)]
pub struct CollectionView {
    /// Its id.
    pub id: String,
    /// The owner's `sub`.
    pub owner: String,
    /// Whether it is the caller's.
    pub own: bool,
    /// What it is called.
    pub title: String,
    /// How many titles it names, also ones that the caller may not see.
    pub item_count: usize,
    /// A small picture of the first title that has one.
    pub cover: Option<String>,
    /// The titles that the caller may see, in order; left out of lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<MediaView>>,
    /// The ids of all its titles in order, for its owner; left out of lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_ids: Option<Vec<String>>,
    /// Whom it is shared with, for its owner.
    pub sharing: Option<Sharing>,
    /// Counts changes.
    pub version: u64,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// A page of collections.
#[derive(Serialize, ToSchema)]
pub struct CollectionList {
    /// Newest first.
    pub items: Vec<CollectionView>,
    /// The cursor for what follows; `null` at the end.
    pub next: Option<String>,
}

/// A collection to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCollection {
    /// 1 to 300 characters on one line.
    title: String,
    /// Titles of the caller's own, in order.
    #[serde(default)]
    items: Vec<String>,
    /// Whom it is shared with; nobody, where it is not given.
    sharing: Option<Sharing>,
}

/// What is to be changed of a collection; what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectionPatch {
    /// 1 to 300 characters on one line.
    title: Option<String>,
    /// All titles in their new order, each once; at most 1,000.
    items: Option<Vec<String>>,
    /// Whom it is shared with from now on.
    sharing: Option<Sharing>,
    /// The version that was read; the change is refused where another was made meanwhile.
    version: Option<u64>,
}

/// A page of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// A former answer's `next`.
    pub cursor: Option<String>,
    /// How many at most.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
}

impl PageQuery {
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref().filter(|cursor| !cursor.is_empty())
    }

    pub fn limit(&self) -> Result<usize, Problem> {
        limit(self.limit.as_deref())
    }
}

/// Collections that the caller may see, newest first.
#[utoipa::path(
    get, path = "/api/collections", operation_id = "list_collections", tag = "collections", params(PageQuery),
    responses((status = 200, body = CollectionList), Refusals)
)]
pub async fn list(
    State(app): State<Arc<App>>,
    session: Session,
    Query(query): Query<PageQuery>,
) -> Result<Json<CollectionList>, Problem> {
    Ok(Json(page_of(&app, &session, &query).await?))
}

/// The page that is asked for, for the API and for the page of collections.
pub async fn page_of(app: &App, session: &Session, query: &PageQuery) -> Result<CollectionList, Problem> {
    let page = app.catalog.collections(session.viewer(), query.cursor(), query.limit()?).await?;
    let mut items = Vec::new();
    for collection in page.items {
        let first = app.titles(session, &collection, 1).await?;
        let cover = first.into_iter().find_map(|media| media.thumb);
        items.push(CollectionView { cover, ..view(session, collection) });
    }
    Ok(CollectionList { items, next: page.next })
}

/// Makes a collection.
#[utoipa::path(
    post, path = "/api/collections", operation_id = "add_collection", tag = "collections", request_body = AddCollection,
    responses((status = 201, body = CollectionView), Refusals)
)]
pub async fn add(
    State(app): State<Arc<App>>,
    session: Session,
    Body(new): Body<AddCollection>,
) -> Result<(StatusCode, Json<CollectionView>), Problem> {
    let (id, owner) = (random_id()?, session.owner().to_owned());
    let collection = NewCollection { id, owner, title: line("title", &new.title)?.to_owned() };
    collection.check()?;
    let items = own_items(&app, &session, &[], &new.items).await?;
    let change = CollectionChange { title: None, items: Some(items), sharing: new.sharing };
    change.check()?;
    app.catalog.add_collection(&collection, app.now()).await?;
    app.catalog.change_collection(&collection.id, 1, &change, app.now()).await?;
    Ok((StatusCode::CREATED, Json(whole(&app, &session, &collection.id).await?)))
}

/// A collection with its titles.
#[utoipa::path(
    get, path = "/api/collections/{id}", operation_id = "get_collection", tag = "collections",
    params(("id" = String, Path)), responses((status = 200, body = CollectionView), Refusals)
)]
pub async fn one(
    State(app): State<Arc<App>>,
    session: Session,
    SeenCollection(collection): SeenCollection,
) -> Result<Json<CollectionView>, Problem> {
    Ok(Json(app.whole_collection(&session, collection).await?))
}

/// Changes title, titles, order or sharing.
#[utoipa::path(
    patch, path = "/api/collections/{id}", operation_id = "change_collection", tag = "collections",
    params(("id" = String, Path)), request_body = CollectionPatch,
    responses((status = 200, body = CollectionView), Refusals)
)]
pub async fn change(
    State(app): State<Arc<App>>,
    session: Session,
    OwnCollection(mut collection): OwnCollection,
    Body(patch): Body<CollectionPatch>,
) -> Result<Json<CollectionView>, Problem> {
    let title = patch.title.as_deref().map(|title| line("title", title).map(str::to_owned)).transpose()?;
    let items = match &patch.items {
        Some(items) => Some(own_items(&app, &session, &collection.items, items).await?),
        None => None,
    };
    let change = CollectionChange { title, items, sharing: patch.sharing };
    change.check()?;
    loop {
        let version = patch.version.unwrap_or(collection.version);
        match app.catalog.change_collection(&collection.id, version, &change, app.now()).await? {
            Change::Made => return Ok(Json(whole(&app, &session, &collection.id).await?)),
            Change::Missing => return Err(Problem::not_found()),
            Change::Stale if patch.version.is_some() => return Err(Problem::stale()),
            Change::Stale => {
                collection = app.catalog.collection(&collection.id).await?.ok_or_else(Problem::not_found)?;
            }
        }
    }
}

/// Removes a collection; its titles stay.
#[utoipa::path(
    delete, path = "/api/collections/{id}", operation_id = "delete_collection", tag = "collections",
    params(("id" = String, Path)), responses((status = 204, description = "It is gone."), Refusals)
)]
pub async fn delete(
    State(app): State<Arc<App>>,
    OwnCollection(collection): OwnCollection,
) -> Result<StatusCode, Problem> {
    app.catalog.delete_collection(&collection.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl App {
    /// A collection with the titles of it that the caller may see.
    pub async fn whole_collection(&self, session: &Session, collection: Collection) -> Result<CollectionView, Problem> {
        let items = self.titles(session, &collection, usize::MAX).await?;
        let own = collection.owner == session.owner();
        let item_ids = own.then(|| collection.items.iter().map(ToString::to_string).collect());
        let cover = items.iter().find_map(|media| media.thumb.clone());
        Ok(CollectionView { cover, items: Some(items), item_ids, ..view(session, collection) })
    }

    async fn titles(&self, session: &Session, collection: &Collection, most: usize) -> Result<Vec<MediaView>, Problem> {
        let titles = self.titles_in(collection, most).await?;
        self.views(session, &titles)
    }

    /// The titles of a collection that come with it: its owner's own that are not deleted.
    pub async fn titles_in(&self, collection: &Collection, most: usize) -> Result<Vec<Media>, Problem> {
        let found = stream::iter(collection.items.clone())
            .map(|id| async move { self.catalog.find(&id).await })
            .buffered(READ_AT_ONCE);
        let comes = |media: Option<Media>| media.filter(|m| m.owner == collection.owner && m.deleted_at.is_none());
        let titles = found.try_filter_map(|media| std::future::ready(Ok(comes(media)))).take(most);
        Ok(titles.try_collect().await?)
    }
}

async fn whole(app: &App, session: &Session, id: &str) -> Result<CollectionView, Problem> {
    let collection = app.catalog.collection(id).await?.ok_or_else(Problem::not_found)?;
    app.whole_collection(session, collection).await
}

fn view(session: &Session, collection: Collection) -> CollectionView {
    let own = collection.owner == session.owner();
    CollectionView {
        own,
        item_count: collection.items.len(),
        cover: None,
        items: None,
        item_ids: None,
        sharing: own.then_some(collection.sharing),
        version: collection.version,
        created_at: rfc3339(collection.created_at),
        updated_at: rfc3339(collection.updated_at),
        id: collection.id,
        owner: collection.owner,
        title: collection.title,
    }
}

/// Ids of titles of the caller's own; one that is in the collection already may be gone by now.
async fn own_items(
    app: &App,
    session: &Session,
    present: &[MediaId],
    items: &[String],
) -> Result<Vec<MediaId>, Problem> {
    let mut ids = Vec::new();
    for (at, text) in items.iter().enumerate() {
        let field = format!("items[{at}]");
        let foreign = || Problem::invalid(field.clone(), "not_own", format!("{field} is the id of no title of yours."));
        let id = MediaId::try_from(text.clone()).map_err(|_| foreign())?;
        if !present.contains(&id) {
            let media = app.catalog.find(&id).await?;
            media.filter(|m| m.owner == session.owner() && m.deleted_at.is_none()).ok_or_else(foreign)?;
        }
        ids.push(id);
    }
    Ok(ids)
}
