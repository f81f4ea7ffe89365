use serde::{Deserialize, Serialize};

use super::{MediaId, ThumbHash, Visibility};
use crate::{UnixMillis, Viewer};

/// What an upload turned out to be, judged by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Not looked at yet.
    Unknown,
    /// A still picture.
    Image,
    /// A film.
    Video,
}

/// Where a title is on its way. It only moves forward, in this order; `ready` and `failed` are ends, but for a person who
/// wants a failed one tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The row is there, its object not yet.
    Uploading,
    /// The object is whole in the raw bucket and waits for a processor.
    Uploaded,
    /// A processor has it.
    Processing,
    /// Its renditions can be fetched.
    Ready,
    /// It could not be processed; `reason` says why.
    Failed,
}

/// The object that was uploaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its key in the raw bucket.
    pub key: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its entity tag without quotes; empty while the object is not there.
    pub etag: String,
}

/// A file made from the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// What it is for: `thumb`, `w1280` (so wide, a format other than the first named behind: `w1280-jpeg`), `poster`, `video`.
    pub name: String,
    /// Its key in the media bucket, which is also its path on the site without the leading `/`.
    pub key: String,
    /// Its media type.
    pub content_type: String,
    /// Pixels, as shown.
    pub width: u32,
    /// Pixels, as shown.
    pub height: u32,
    /// Its length in bytes.
    pub bytes: u64,
}

/// How far the processor of a title is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done now: a lower-case word that stays the same, such as `poster`, `previews`, `copy`.
    pub step: String,
    /// Steps that ended before it.
    pub done: u32,
    /// Steps altogether.
    pub of: u32,
    /// What those that ended have stored: a processor that takes the title up again begins behind them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<Rendition>,
    /// The title's likeness, once a step has made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbhash: Option<ThumbHash>,
}

/// A row to be added.
#[derive(Debug, Clone)]
pub struct NewMedia {
    /// Its id.
    pub id: MediaId,
    /// The owner's `sub`.
    pub owner: String,
    /// What people call it: the file's name until they change it.
    pub title: String,
    /// The object, declared (`uploading`) or seen (`uploaded`).
    pub source: Source,
    /// [`Status::Uploading`] for one that was announced, [`Status::Uploaded`] for one found in the bucket.
    pub status: Status,
}

/// How a title looks before its renditions are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels of the source, upright.
    pub width: u32,
    /// Pixels of the source, upright.
    pub height: u32,
    /// A blurred likeness of some 25 bytes.
    pub thumbhash: Option<ThumbHash>,
}

/// How processing ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The renditions are in the media bucket.
    Ready {
        /// All of them.
        renditions: Vec<Rendition>,
        /// A film's length in milliseconds.
        duration_ms: Option<u64>,
        /// How it looks, where the processor knows.
        picture: Option<Picture>,
        /// A later step makes more of them.
        later: bool,
    },
    /// Nothing can be made of it.
    Failed {
        /// A sentence for the person who uploaded it.
        reason: String,
    },
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// The owner's `sub`.
    pub owner: String,
    /// What people call it.
    pub title: String,
    /// What its owner says of it; may be empty.
    pub comment: String,
    /// Who else may see it.
    pub visibility: Visibility,
    /// Counts what people changed of it (title, comment, visibility), from 1; a processor's steps do not count, so
    /// that they never come between a person and what that person writes.
    pub version: u64,
    /// What its bytes are.
    pub kind: Kind,
    /// Where it is on its way.
    pub status: Status,
    /// How far its processor is, where it has said so; `None` in every state but `processing`.
    #[serde(default)]
    pub progress: Option<Progress>,
    /// Why it failed, for the person who uploaded it; `None` in every other state.
    pub reason: Option<String>,
    /// The object that was uploaded.
    pub source: Source,
    /// What was made of it; empty until `ready`.
    pub renditions: Vec<Rendition>,
    /// A later step has not added its renditions yet.
    #[serde(default)]
    pub later: bool,
    /// A film's length in milliseconds.
    pub duration_ms: Option<u64>,
    /// Pixels of the source, upright.
    pub width: Option<u32>,
    /// Pixels of the source, upright.
    pub height: Option<u32>,
    /// A blurred likeness, to be shown before the first rendition is there.
    pub thumbhash: Option<ThumbHash>,
    /// When its owner deleted it; it is in no list since, and can be restored for [`super::RESTORE_MS`].
    pub deleted_at: Option<UnixMillis>,
    /// When the row was added.
    pub created_at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
}

impl Media {
    /// The rendition of that name.
    pub fn rendition(&self, name: &str) -> Option<&Rendition> {
        self.renditions.iter().find(|r| r.name == name)
    }

    /// The rendition that one came to see: a film's film; a photo's largest that is at most 1,280 wide, or the smallest there is.
    pub fn content(&self) -> Option<&Rendition> {
        match self.kind {
            Kind::Video => self.rendition("video"),
            Kind::Image => {
                let widths =
                    || self.renditions.iter().filter_map(|r| Some((r.name.strip_prefix('w')?.parse::<u32>().ok()?, r)));
                let fitting = widths().filter(|(width, _)| *width <= 1280).max_by_key(|(width, _)| *width);
                fitting.or_else(|| widths().min_by_key(|(width, _)| *width)).map(|(_, rendition)| rendition)
            }
            Kind::Unknown => None,
        }
    }

    /// Whether a person may see it in lists and on its page: never once it is deleted.
    pub fn visible_to(&self, viewer: &Viewer) -> bool {
        self.deleted_at.is_none() && (self.owner == viewer.sub || self.visibility.admits(viewer))
    }
}
