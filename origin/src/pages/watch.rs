//! `/watch/{id}`: one title, as large as it gets.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use catalog::{Kind, Media};

use crate::Session;
use crate::app::App;
use crate::pages::card::{Card, Stage};
use crate::pages::{Frame, isolated, respond};
use crate::view::{content, url};

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
pub async fn page(State(app): State<Arc<App>>, session: Session, id: Result<Path<String>, PathRejection>) -> Response {
    let watch = app.own_media(&session, id).await.map(|media| watch(&app, &session, &media));
    respond(&session, watch)
}

fn watch(app: &App, session: &Session, media: &Media) -> Watch {
    Watch {
        frame: Frame::new(session),
        card: Card::from(media),
        plain_title: isolated(&media.title),
        content: content(media).map(|r| Content {
            url: if media.kind == Kind::Video { app.player_url(r) } else { url(r) },
            width: r.width,
            height: r.height,
        }),
    }
}
