//! A collection beside the title that is watched in it.

use crate::app::App;
use crate::view::clock;
use crate::{MediaView, Problem, Session};

/// The collection.
pub struct Series {
    pub id: String,
    pub title: String,
    pub items: Vec<Item>,
}

/// One of its titles.
pub struct Item {
    pub id: String,
    pub title: String,
    pub thumb: Option<String>,
    /// A film's length.
    pub length: Option<String>,
    /// It is the one that is watched.
    pub current: bool,
    pub next: bool,
    pub previous: bool,
}

impl Series {
    /// The collection of that id with one of its titles marked; `None` where the caller may not see it, or it lacks the title.
    pub async fn of(app: &App, session: &Session, id: &str, current: &str) -> Result<Option<Self>, Problem> {
        let collection = app.catalog.collection(id).await?.filter(|c| c.visible_to(session.viewer()));
        let Some(collection) = collection else { return Ok(None) };
        let whole = app.whole_collection(session, collection).await?;
        let titles = whole.items.unwrap_or_default();
        let Some(at) = titles.iter().position(|media| media.id == current) else { return Ok(None) };
        let item = |(place, media): (usize, MediaView)| Item {
            current: place == at,
            next: place == at.saturating_add(1),
            previous: place.saturating_add(1) == at,
            length: media.duration_ms.map(clock),
            id: media.id,
            title: media.title,
            thumb: media.thumb,
        };
        Ok(Some(Self { id: whole.id, title: whole.title, items: titles.into_iter().enumerate().map(item).collect() }))
    }
}
