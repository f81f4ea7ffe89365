//! `/watch/{id}`: one title, as large as it gets.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use catalog::{Kind, Media};

use crate::app::App;
use crate::pages::card::{Card, Stage};
use crate::pages::screen::{Film, Photo};
use crate::pages::{Frame, isolated, respond};
use crate::{MediaView, Session};

#[derive(Template)]
#[template(path = "watch.html")]
struct Watch {
    frame: Frame,
    card: Card,
    /// The title for places without markup.
    plain_title: String,
    /// `image`, `video` or `unknown`.
    kind: &'static str,
    film: Option<Film>,
    photo: Option<Photo>,
    /// Who else may see it, in words.
    seen_by: String,
    /// The collection that it is watched in.
    series: Option<Series>,
}

/// A collection beside the title.
struct Series {
    id: String,
    title: String,
    items: Vec<Item>,
}

struct Item {
    id: String,
    title: String,
    thumb: Option<String>,
    length: Option<String>,
    current: bool,
    next: bool,
    previous: bool,
}

/// `GET /watch/{id}`.
pub async fn page(State(app): State<Arc<App>>, session: Session, id: Result<Path<String>, PathRejection>) -> Response {
    let watch = match app.own_media(&session, id).await {
        Ok(media) => Ok(watch(&app, &session, &media).await),
        Err(problem) => Err(problem),
    };
    respond(&app, &session, watch).await
}

async fn watch(app: &App, session: &Session, media: &Media) -> Watch {
    let view = MediaView::from(media);
    Watch {
        frame: Frame::of(app, session).await,
        plain_title: isolated(&media.title),
        kind: match media.kind {
            Kind::Image => "image",
            Kind::Video => "video",
            Kind::Unknown => "unknown",
        },
        film: Film::of(app, &view),
        photo: Photo::of(&view),
        seen_by: "Only you can see it".to_owned(),
        series: None,
        card: Card::new(media, view),
    }
}
