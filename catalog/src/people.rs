//! People: what they say of themselves, and all that is kept of them.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::limits::{self, at_most};
use crate::{
    CatalogError, Change, Collection, Licence, Link, Media, UnixMillis, Upload, Usage, WatchPosition, Webhook,
};

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The `sub` of their tokens.
    pub sub: String,
    /// What others see them called.
    pub name: String,
    /// What they say of themselves; may be empty.
    pub bio: String,
    /// The key of their picture in the media bucket.
    pub avatar_key: Option<String>,
    /// What they set, as the pages write it.
    pub preferences: Map<String, Value>,
    /// Counts changes, from 1.
    pub version: u64,
    /// When the row was added.
    pub created_at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
}

/// What is written of a person: all of it, each time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonChange {
    /// 1 to [`limits::TITLE`] characters.
    pub name: String,
    /// At most [`limits::TEXT`] characters.
    pub bio: String,
    /// The key of their picture.
    pub avatar_key: Option<String>,
    /// At most [`limits::PREFERENCES`] bytes as JSON.
    pub preferences: Map<String, Value>,
}

impl PersonChange {
    /// # Errors
    /// [`CatalogError::Invalid`] names the first field out of bounds.
    pub fn check(&self) -> Result<(), CatalogError> {
        limits::title("name", &self.name)?;
        at_most("bio", self.bio.chars().count(), limits::TEXT, "characters")?;
        at_most("avatar_key", self.avatar_key.as_ref().map_or(0, String::len), 1_024, "bytes")?;
        at_most("preferences", crate::record::text(&self.preferences)?.len(), limits::PREFERENCES, "bytes")
    }
}

/// All that is kept of a person, but for the secrets of their webhooks and the hashes of their links' passphrases, which
/// are left empty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Export {
    /// Their row.
    pub person: Option<Person>,
    /// Their titles, deleted ones too.
    pub media: Vec<Media>,
    /// Their uploads under way.
    pub uploads: Vec<Upload>,
    /// The licences assigned to them.
    pub licences: Vec<Licence>,
    /// What they used, month by month.
    pub usage: Vec<Usage>,
    /// Their collections.
    pub collections: Vec<Collection>,
    /// Their links.
    pub links: Vec<Link>,
    /// How far they watched.
    pub watch: Vec<WatchPosition>,
    /// Their webhooks.
    pub webhooks: Vec<Webhook>,
}

/// People.
#[async_trait]
pub trait PeopleStore: Send + Sync {
    /// The person of that `sub`.
    async fn person(&self, sub: &str) -> Result<Option<Person>, CatalogError>;

    /// Adds a person. `false`: one of that `sub` is there, and stays as they are.
    async fn add_person(&self, sub: &str, person: &PersonChange, now: UnixMillis) -> Result<bool, CatalogError>;

    /// Changes a person, where `version` is still theirs.
    async fn change_person(
        &self,
        sub: &str,
        version: u64,
        person: &PersonChange,
        now: UnixMillis,
    ) -> Result<Change, CatalogError>;

    /// All that is kept of a person.
    async fn export_person(&self, sub: &str) -> Result<Export, CatalogError>;

    /// Removes all that is kept of a person, and frees their licences. Their titles are deleted as of moment 0: nobody
    /// can restore them, and the next purge takes their objects before their rows. `false`: nothing was kept but what a
    /// former call left to the purge. A call that is cut short is made whole by the next.
    async fn delete_person(&self, sub: &str, now: UnixMillis) -> Result<bool, CatalogError>;
}
