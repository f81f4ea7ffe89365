use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch.
pub type UnixMillis = i64;

/// A title's id: 1 to 64 of `[a-z0-9-]`, so that it may stand in a path and an object key as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MediaId(String);

impl MediaId {
    /// A fresh, unguessable id.
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MediaId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text))
        } else {
            Err("a media id is 1 to 64 characters of a-z, 0-9 and -".to_owned())
        }
    }
}

impl From<MediaId> for String {
    fn from(id: MediaId) -> Self {
        id.0
    }
}

impl fmt::Display for MediaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an upload turned out to be, judged by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Not looked at yet.
    Unknown,
    /// A still picture.
    Image,
    /// A film.
    Video,
}

/// Where a title is on its way. It only moves forward, in this order; `ready` and `failed` are ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// What it is for: `thumb`, `w1280`, `poster`, `video`.
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

/// How processing ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The renditions are in the media bucket.
    Ready {
        /// All of them.
        renditions: Vec<Rendition>,
        /// A film's length in milliseconds.
        duration_ms: Option<u64>,
    },
    /// Nothing can be made of it.
    Failed {
        /// A sentence for the person who uploaded it.
        reason: String,
    },
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// The owner's `sub`.
    pub owner: String,
    /// What people call it.
    pub title: String,
    /// What its bytes are.
    pub kind: Kind,
    /// Where it is on its way.
    pub status: Status,
    /// Why it failed, for the person who uploaded it; `None` in every other state.
    pub reason: Option<String>,
    /// The object that was uploaded.
    pub source: Source,
    /// What was made of it; empty until `ready`.
    pub renditions: Vec<Rendition>,
    /// A film's length in milliseconds.
    pub duration_ms: Option<u64>,
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
}
