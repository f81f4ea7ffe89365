//! Who may do what to a title. Handlers take one of these as an argument, and nothing else makes them: a handler that
//! forgot to ask would not have a title to work on.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use catalog::{Media, MediaId};
use http::request::Parts;

use crate::app::App;
use crate::{Problem, Session};

/// A title of the caller's own that is not deleted.
pub struct Own(pub Media);

/// A title of the caller's own, deleted or not.
pub struct OwnEver(pub Media);

/// A title that the caller may see: their own, one shared with them, or (with `?collection=ID`) one in a collection that is
/// shared with them.
pub struct Seen(pub Media);

/// An administrator: a person in the group that the configuration names.
pub struct Administrator(pub Session);

impl FromRequestParts<Arc<App>> for Own {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let OwnEver(media) = OwnEver::from_request_parts(parts, app).await?;
        if media.deleted_at.is_none() { Ok(Self(media)) } else { Err(Problem::not_found()) }
    }
}

impl FromRequestParts<Arc<App>> for OwnEver {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let session = Session::from_request_parts(parts, app).await?;
        let media = named(parts, app).await?;
        if media.owner == session.owner() {
            Ok(Self(media))
        } else if media.visible_to(session.viewer()) {
            Err(Problem::forbidden("not_owner", "Only its owner can do this to a title."))
        } else {
            Err(Problem::not_found())
        }
    }
}

impl FromRequestParts<Arc<App>> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let session = Session::from_request_parts(parts, app).await?;
        let media = named(parts, app).await?;
        let seen = media.visible_to(session.viewer()) || through_collection(parts, app, &session, &media).await?;
        if seen { Ok(Self(media)) } else { Err(Problem::not_found()) }
    }
}

impl FromRequestParts<Arc<App>> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let session = Session::from_request_parts(parts, app).await?;
        if app.is_administrator(&session) {
            Ok(Self(session))
        } else {
            Err(Problem::forbidden("not_permitted", "Only an administrator can do this."))
        }
    }
}

/// The title that a path names. One that nobody knows of is as absent as one that never was.
async fn named(parts: &mut Parts, app: &App) -> Result<Media, Problem> {
    let id = path_id(parts, app).await?;
    let id = MediaId::try_from(id).map_err(|_| Problem::not_found())?;
    app.catalog.find(&id).await?.ok_or_else(Problem::not_found)
}

/// `{id}` of the route.
pub async fn path_id<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<String, Problem> {
    let path = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
    path.ok().and_then(|Path(mut names)| names.remove("id")).ok_or_else(Problem::not_found)
}

/// Whether `?collection=` names a collection that the caller may see, that holds the title, and whose owner is the title's:
/// nobody can share what somebody else has shared with them.
async fn through_collection(parts: &Parts, app: &App, session: &Session, media: &Media) -> Result<bool, Problem> {
    let query = parts.uri.query().unwrap_or_default();
    let Some(id) = form_urlencoded::parse(query.as_bytes()).find_map(|(name, id)| (name == "collection").then_some(id))
    else {
        return Ok(false);
    };
    let collection = app.catalog.collection(&id).await?;
    Ok(media.deleted_at.is_none()
        && collection.is_some_and(|collection| {
            collection.visible_to(session.viewer())
                && collection.owner == media.owner
                && collection.items.contains(&media.id)
        }))
}
