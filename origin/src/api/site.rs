//! Addresses beside `/api`: ways in for clients of earlier systems, and what is no page.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use catalog::MediaId;
use http::HeaderMap;
use serde::Deserialize;

use super::media::Found;
use super::query::Query;
use crate::app::App;
use crate::{Problem, Session};

/// `GET /logout`: to the edge's page, which asks and signs out.
pub async fn logout() -> Redirect {
    Redirect::to("/_auth/sign-out")
}

/// `?url=`.
#[derive(Deserialize)]
pub struct ImageQuery {
    url: Option<String>,
}

/// `GET /proxy/image?url=`: to a file of this site's own media that the caller may see. Nothing is ever fetched here.
pub async fn image(
    State(app): State<Arc<App>>,
    session: Session,
    headers: HeaderMap,
    Query(ImageQuery { url }): Query<ImageQuery>,
) -> Result<Found, Problem> {
    let outside = || Problem::invalid("url", "not_ours", "url must be the address of a file of this site's media.");
    let url = url.unwrap_or_default();
    let path = match url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) {
        None => url.as_str(),
        Some(rest) => {
            let (host, _) = rest.split_once('/').ok_or_else(outside)?;
            let ours = headers.get("x-stagedoor-host").and_then(|host| host.to_str().ok());
            if ours != Some(host) {
                return Err(outside());
            }
            rest.get(host.len()..).unwrap_or_default()
        }
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let id = media_in(path).ok_or_else(outside)?;
    let media = app.catalog.find(&id).await?.filter(|media| media.visible_to(session.viewer()));
    let media = media.ok_or_else(Problem::not_found)?;
    let view = app.view(&session, &media)?;
    let bare = media.renditions.iter().position(|rendition| path.strip_prefix('/') == Some(rendition.key.as_str()));
    let link = bare.and_then(|at| view.renditions.into_iter().nth(at)).ok_or_else(Problem::not_found)?;
    Ok(Found(link.url))
}

/// `?file=`.
#[derive(Deserialize)]
pub struct WatchQuery {
    file: Option<String>,
}

/// `GET /watch?file=KEY`: to the page of the title that an object is, by its key in either bucket.
pub async fn watch(
    State(app): State<Arc<App>>,
    session: Session,
    Query(WatchQuery { file }): Query<WatchQuery>,
) -> Result<Found, Problem> {
    let key = file.unwrap_or_default();
    let id = media_in(&key).or_else(|| original_in(&key)).ok_or_else(Problem::not_found)?;
    let media = app.catalog.find(&id).await?.filter(|media| media.visible_to(session.viewer()));
    let media = media.ok_or_else(Problem::not_found)?;
    Ok(Found(format!("/watch/{}", media.id)))
}

/// The title in `media/OWNER/ID/FILE`, with or without `/` before it.
fn media_in(path: &str) -> Option<MediaId> {
    let mut parts = path.strip_prefix('/').unwrap_or(path).split('/');
    let (Some("media"), Some(_), Some(id)) = (parts.next(), parts.next(), parts.next()) else { return None };
    MediaId::try_from(id.to_owned()).ok()
}

/// The title in `OWNER/ID/original`.
fn original_in(key: &str) -> Option<MediaId> {
    let mut parts = key.split('/');
    let (Some(_), Some(id), Some("original"), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    MediaId::try_from(id.to_owned()).ok()
}
