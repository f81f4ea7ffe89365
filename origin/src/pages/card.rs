//! A title as a card of the library.

use catalog::{Kind, Media, Status};

use super::screen::sizes;
use crate::app::App;
use crate::view::{ProgressView, clock, day};
use crate::{MediaView, Problem, Session};

/// As many pixels as the widest card has on a screen with two for each of the page's.
const WIDEST: u32 = 640;

/// What `card.html` shows.
pub struct Card {
    pub media: MediaView,
    /// The catalog's name of the status: the script compares it to see what changed.
    pub status: &'static str,
    pub stage: Stage,
    /// A film's length.
    pub badge: Option<String>,
    pub day: String,
}

/// The four looks of a card.
pub enum Stage {
    Ready,
    /// Something is being done; the text says what.
    Working(String),
    /// Its upload has not ended.
    Unfinished,
    /// The reason, for people.
    Failed(String),
}

impl Card {
    /// The card of a title as that person is shown it.
    pub fn new(app: &App, session: &Session, media: &Media) -> Result<Self, Problem> {
        Ok(Self {
            media: app.view(session, media)?,
            status: match media.status {
                Status::Uploading => "uploading",
                Status::Uploaded => "uploaded",
                Status::Processing => "processing",
                Status::Ready => "ready",
                Status::Failed => "failed",
            },
            stage: match media.status {
                Status::Uploading => Stage::Unfinished,
                Status::Uploaded => Stage::Working("Waiting its turn…".to_owned()),
                Status::Processing => Stage::Working(
                    media
                        .progress
                        .as_ref()
                        .map_or_else(|| "Processing…".to_owned(), |progress| ProgressView::from(progress).doing()),
                ),
                Status::Ready => Stage::Ready,
                Status::Failed => Stage::Failed(reason(media)),
            },
            badge: media.duration_ms.map(clock),
            day: day(media.created_at),
        })
    }

    /// Whether the page should look again soon.
    pub fn is_working(&self) -> bool {
        matches!(self.stage, Stage::Working(_))
    }

    pub fn is_film(&self) -> bool {
        self.media.kind == Kind::Video
    }

    /// The title's page; a deleted one has none.
    pub fn href(&self) -> Option<String> {
        self.media.deleted_at.is_none().then(|| format!("/watch/{}", self.media.id))
    }

    /// The sizes of a photo that a card may show on any screen; empty for a film.
    pub fn sizes(&self) -> String {
        sizes(&self.media, "", WIDEST)
    }

    /// A blurred likeness, where there is a picture to come.
    pub fn likeness(&self) -> Option<&str> {
        self.media.thumbhash.as_deref().filter(|_| self.media.thumb.is_some())
    }
}

fn reason(media: &Media) -> String {
    media.reason.clone().unwrap_or_else(|| "This file could not be processed.".to_owned())
}
