use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::{Link, LinkId, LinkRefusal, LinkTarget, Media, Opening};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::passphrase;
use crate::api::body::Body;
use crate::api::refusals::Refusals;
use crate::app::App;
use crate::view::rfc3339;
use crate::{MediaView, Problem};

/// What somebody has who was given a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenLink {
    /// What stands behind the `#`.
    secret: String,
    /// Where the link asks for one.
    passphrase: Option<String>,
}

/// What a link opens. Every link in it carries a playback pass.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Opened {
    /// A title.
    Media {
        media: Box<MediaView>,
        /// When the passes end: RFC 3339, UTC.
        #[schema(format = DateTime)]
        expires_at: String,
    },
    /// A collection.
    Collection {
        title: String,
        /// Its titles in order.
        items: Vec<MediaView>,
        /// When the passes end: RFC 3339, UTC.
        #[schema(format = DateTime)]
        expires_at: String,
    },
}

/// Opens a share link, signed in or not, and counts the view.
#[utoipa::path(
    post, path = "/s/open", operation_id = "open_link", tag = "links", request_body = OpenLink, security(()),
    responses(
        (status = 200, body = Opened),
        (status = 410, description = "It was taken back, has expired or was opened as often as it may be.",
            body = crate::problem::Details, content_type = "application/problem+json"),
        Refusals
    )
)]
pub async fn open(State(app): State<Arc<App>>, Body(open): Body<OpenLink>) -> Result<Json<Opened>, Problem> {
    let id = LinkId::of(&open.secret);
    let link = app.catalog.link(&id).await?.ok_or_else(|| refusal(LinkRefusal::Missing))?;
    // A link that is over says so before it asks for anything.
    if let Some(over) = link.refusal(app.now()) {
        return Err(refusal(over));
    }
    if let Some(hash) = &link.passphrase_hash {
        let Some(passphrase) = open.passphrase else {
            return Err(Problem::forbidden("passphrase_required", "This link asks for a passphrase."));
        };
        if !passphrase::verify(passphrase, hash).await? {
            return Err(Problem::forbidden("passphrase_wrong", "This is not the link's passphrase."));
        }
    }
    // What it opens is looked for before the view is counted: a view of nothing is none.
    let what = content(&app, &link).await?;
    match app.catalog.open_link(&id, app.now()).await? {
        Opening::Opened(_) => Ok(Json(what)),
        Opening::Refused(over) => Err(refusal(over)),
    }
}

async fn content(app: &App, link: &Link) -> Result<Opened, Problem> {
    match &link.target {
        LinkTarget::Media(id) => {
            let media = app.catalog.find(id).await?.filter(|m| m.owner == link.owner && m.deleted_at.is_none());
            let media = media.ok_or_else(|| refusal(LinkRefusal::Missing))?;
            let (media, expires_at) = view(app, link, &media)?;
            Ok(Opened::Media { media: Box::new(media), expires_at })
        }
        LinkTarget::Collection(id) => {
            let collection = app.catalog.collection(id).await?.filter(|c| c.owner == link.owner);
            let collection = collection.ok_or_else(|| refusal(LinkRefusal::Missing))?;
            let titles = app.titles_in(&collection, usize::MAX).await?;
            let views = titles.iter().map(|media| view(app, link, media)).collect::<Result<Vec<_>, _>>()?;
            let end = app.now().saturating_add(app.pass_seconds().saturating_mul(1000)).min(link.expires_at);
            let items = views.into_iter().map(|(view, _)| view).collect();
            Ok(Opened::Collection { title: collection.title, items, expires_at: rfc3339(end) })
        }
    }
}

/// A title under a pass that names the link, by which all that was opened with it can be revoked, and that ends with it.
fn view(app: &App, link: &Link, media: &Media) -> Result<(MediaView, String), Problem> {
    let pass = app.fresh_pass(&format!("link:{}", link.id.as_str()), media, Some(link.expires_at))?;
    Ok((MediaView::bare(media).under(&pass.path), rfc3339(pass.expires_at)))
}

fn refusal(refusal: LinkRefusal) -> Problem {
    let gone = |reason, detail: &str| Problem::new(StatusCode::GONE, reason, detail);
    match refusal {
        LinkRefusal::Missing => {
            Problem::new(StatusCode::NOT_FOUND, "link_missing", "There is no such link. Ask who sent it for a new one.")
        }
        LinkRefusal::Revoked => gone("link_revoked", "This link was taken back by who made it."),
        LinkRefusal::Expired => gone("link_expired", "This link has expired. Ask who sent it for a new one."),
        LinkRefusal::UsedUp => gone("link_used_up", "This link was opened as often as it may be."),
    }
}
