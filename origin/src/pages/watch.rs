//! `/watch/{id}`: one title, as large as it gets.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use catalog::{Media, Visibility};

use crate::access::Seen;
use crate::api::Query;
use crate::app::App;
use crate::pages::card::{Card, Stage};
use crate::pages::screen::{Film, Photo};
use crate::pages::series::Series;
use crate::pages::{Frame, isolated, respond};
use crate::{Problem, Session};

#[derive(Template)]
#[template(path = "watch.html")]
struct Watch {
    frame: Frame,
    card: Card,
    /// The title for places without markup.
    plain_title: String,
    film: Option<Film>,
    photo: Option<Photo>,
    /// Who else may see it, in words for its owner.
    seen_by: String,
    /// The collection that it is watched in.
    series: Option<Series>,
}

/// The page's address.
#[derive(serde::Deserialize)]
pub struct WatchQuery {
    collection: Option<String>,
}

/// `GET /watch/{id}?collection=`.
pub async fn page(
    State(app): State<Arc<App>>,
    session: Session,
    seen: Result<Seen, Problem>,
    query: Result<Query<WatchQuery>, Problem>,
) -> Response {
    let watch = match (seen, query) {
        (Ok(Seen(media)), Ok(Query(query))) => watch(&app, &session, &media, query.collection.as_deref()).await,
        (Err(problem), _) | (_, Err(problem)) => Err(problem),
    };
    respond(&app, &session, watch).await
}

async fn watch(app: &App, session: &Session, media: &Media, collection: Option<&str>) -> Result<Watch, Problem> {
    let card = Card::new(app, session, media)?;
    Ok(Watch {
        frame: Frame::of(app, session).await,
        plain_title: isolated(&media.title),
        film: Film::of(app, media, &card.media),
        photo: Photo::of(media, &card.media),
        seen_by: seen_by(&media.visibility),
        series: match collection {
            Some(id) => Series::of(app, session, id, &card.media.id).await?,
            None => None,
        },
        card,
    })
}

fn seen_by(visibility: &Visibility) -> String {
    match visibility {
        Visibility::Owner => "Only you can see it".to_owned(),
        Visibility::Everyone => "Everyone who signs in can see it".to_owned(),
        Visibility::Groups(groups) => format!("Seen by {}", groups.join(", ")),
    }
}
