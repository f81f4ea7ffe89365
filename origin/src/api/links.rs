//! `/api/links`: share links, and what they open.

mod open;
mod passphrase;

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use catalog::{Link, LinkId, LinkTarget, MediaId, NewLink, UnixMillis};
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::collections::PageQuery;
use super::query::Query;
use super::refusals::Refusals;
use super::text::random;
use crate::access::path_id;
use crate::app::App;
use crate::view::{parse_moment, rfc3339};
use crate::{Problem, Session};

/// How long a link opens where nothing is said, milliseconds.
const WEEK_MS: UnixMillis = 7 * 24 * 3_600_000;
/// The longest that a link may open, milliseconds.
const YEAR_MS: UnixMillis = 366 * 24 * 3_600_000;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(revoke))
}

/// What anybody may do who has a link.
pub fn open_routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(open::open))
}

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A title, by id.
    Media(String),
    /// A collection, by id.
    Collection(String),
}

/// A share link.
#[derive(Serialize, ToSchema)]
#[schema(as = Link)]
pub struct LinkView {
    /// Its id, by which it is revoked. It opens nothing.
    id: String,
    target: Target,
    /// From when on it opens nothing: RFC 3339, UTC.
    #[schema(format = DateTime)]
    expires_at: String,
    /// How often it may be opened; `null`: as often as one likes.
    view_limit: Option<u64>,
    /// How often it was opened.
    views: u64,
    /// Whether it asks for a passphrase.
    passphrase: bool,
    /// Whether it was taken back.
    revoked: bool,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A page of links.
#[derive(Serialize, ToSchema)]
pub struct LinkList {
    /// Newest first.
    items: Vec<LinkView>,
    /// The cursor for what follows; `null` at the end.
    next: Option<String>,
}

/// A link to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddLink {
    /// A title or a collection of the caller's own.
    target: Target,
    /// From when on it opens nothing: RFC 3339; in a week where it is not given, in a year at most.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// How often it may be opened.
    #[schema(minimum = 1)]
    view_limit: Option<u64>,
    /// What has to be known beside the link: 1 to 200 characters.
    passphrase: Option<String>,
}

/// A link that was made.
#[derive(Serialize, ToSchema)]
pub struct AddedLink {
    #[serde(flatten)]
    link: LinkView,
    /// The link itself, as a path on this site: shown this once. Its secret stands behind the `#`, so that no server sees
    /// it in an address.
    url: String,
}

impl From<Link> for LinkView {
    fn from(link: Link) -> Self {
        Self {
            id: link.id.as_str().to_owned(),
            target: match link.target {
                LinkTarget::Media(id) => Target::Media(id.to_string()),
                LinkTarget::Collection(id) => Target::Collection(id),
            },
            expires_at: rfc3339(link.expires_at),
            view_limit: link.view_limit,
            views: link.views,
            passphrase: link.passphrase_hash.is_some(),
            revoked: link.revoked_at.is_some(),
            created_at: rfc3339(link.created_at),
        }
    }
}

/// The caller's links, newest first.
#[utoipa::path(
    get, path = "/api/links", operation_id = "list_links", tag = "links", params(PageQuery),
    responses((status = 200, body = LinkList), Refusals)
)]
pub async fn list(
    State(app): State<Arc<App>>,
    session: Session,
    Query(query): Query<PageQuery>,
) -> Result<Json<LinkList>, Problem> {
    let page = app.catalog.links_of(session.owner(), query.cursor(), query.limit()?).await?;
    Ok(Json(LinkList { items: page.items.into_iter().map(LinkView::from).collect(), next: page.next }))
}

/// Makes a link to a title or a collection of the caller's own.
#[utoipa::path(
    post, path = "/api/links", operation_id = "add_link", tag = "links", request_body = AddLink,
    responses((status = 201, body = AddedLink), Refusals)
)]
pub async fn add(
    State(app): State<Arc<App>>,
    session: Session,
    Body(new): Body<AddLink>,
) -> Result<(StatusCode, Json<AddedLink>), Problem> {
    let target = own_target(&app, &session, &new.target).await?;
    let now = app.now();
    let expires_at = match new.expires_at.as_deref() {
        None => now.saturating_add(WEEK_MS),
        Some(text) => {
            let range = now.saturating_add(1)..=now.saturating_add(YEAR_MS);
            parse_moment(text).filter(|at| range.contains(at)).ok_or_else(|| {
                let detail = "expires_at must be a moment to come, at most a year ahead, such as 2027-01-31T12:00:00Z.";
                Problem::invalid("expires_at", "out_of_range", detail)
            })?
        }
    };
    if new.view_limit == Some(0) {
        return Err(Problem::invalid("view_limit", "out_of_range", "view_limit must be 1 or more."));
    }
    let passphrase_hash = match new.passphrase {
        Some(passphrase) => Some(passphrase::hash(passphrase).await?),
        None => None,
    };
    let secret = URL_SAFE_NO_PAD.encode(random::<24>()?);
    let owner = session.owner().to_owned();
    let (id, view_limit) = (LinkId::of(&secret), new.view_limit);
    let link = NewLink { id: id.clone(), target, owner, expires_at, view_limit, passphrase_hash };
    link.check()?;
    app.catalog.add_link(&link, now).await?;
    let link = app.catalog.link(&id).await?.ok_or_else(Problem::not_found)?;
    Ok((StatusCode::CREATED, Json(AddedLink { link: link.into(), url: format!("/s#{secret}") })))
}

/// Takes a link back. What was opened with it plays on until its pass ends.
#[utoipa::path(
    delete, path = "/api/links/{id}", operation_id = "revoke_link", tag = "links", params(("id" = String, Path)),
    responses((status = 204, description = "It opens nothing any more."), Refusals)
)]
pub async fn revoke(
    State(app): State<Arc<App>>,
    session: Session,
    LinkOfPath(id): LinkOfPath,
) -> Result<StatusCode, Problem> {
    let own = app.catalog.link(&id).await?.is_some_and(|link| link.owner == session.owner());
    if !own {
        return Err(Problem::not_found());
    }
    app.catalog.revoke_link(&id, session.owner(), app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The id that a path names.
pub struct LinkOfPath(LinkId);

impl FromRequestParts<Arc<App>> for LinkOfPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let id = path_id(parts, app).await?;
        // A link's id reads itself from what it writes.
        serde_json::from_value(serde_json::Value::String(id)).map(Self).map_err(|_| Problem::not_found())
    }
}

async fn own_target(app: &App, session: &Session, target: &Target) -> Result<LinkTarget, Problem> {
    let foreign = |what: &str| Problem::invalid("target", "not_own", format!("target names no {what} of yours."));
    match target {
        Target::Media(id) => {
            let id = MediaId::try_from(id.clone()).map_err(|_| foreign("title"))?;
            let media = app.catalog.find(&id).await?;
            let own = media.filter(|m| m.owner == session.owner() && m.deleted_at.is_none());
            own.map(|media| LinkTarget::Media(media.id)).ok_or_else(|| foreign("title"))
        }
        Target::Collection(id) => {
            let own = app.catalog.collection(id).await?.filter(|c| c.owner == session.owner());
            own.map(|collection| LinkTarget::Collection(collection.id)).ok_or_else(|| foreign("collection"))
        }
    }
}
