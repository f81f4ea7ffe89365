//! `/watch/{id}`: one title, as large as it gets.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use catalog::{Kind, Media};

use crate::access::Seen;
use crate::app::App;
use crate::pages::card::{Card, Stage};
use crate::pages::{Frame, isolated, respond};
use crate::view::content;
use crate::{Problem, Session};

#[derive(Template)]
#[template(path = "watch.html")]
struct Watch {
    frame: Frame,
    card: Card,
    /// The title for places without markup.
    plain_title: String,
    content: Option<Content>,
}

struct Content {
    url: String,
    /// Pixels; the page keeps the room before the bytes are there.
    width: u32,
    height: u32,
}

/// `GET /watch/{id}`.
pub async fn page(State(app): State<Arc<App>>, session: Session, seen: Result<Seen, Problem>) -> Response {
    respond(&session, seen.and_then(|Seen(media)| watch(&app, &session, &media)))
}

fn watch(app: &App, session: &Session, media: &Media) -> Result<Watch, Problem> {
    let card = Card::new(app, session, media)?;
    let content = content(media).zip(card.media.content.clone()).map(|(rendition, link)| Content {
        // One's own film is played through the route that gives a pass; a link to another's has one.
        url: if media.kind == Kind::Video && card.media.own { app.player_url(rendition) } else { link },
        width: rendition.width,
        height: rendition.height,
    });
    Ok(Watch { frame: Frame::new(session), plain_title: isolated(&media.title), content, card })
}
