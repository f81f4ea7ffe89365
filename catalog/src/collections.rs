//! Collections: titles in an order, shared with others.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::limits::{self, at_most};
use crate::{CatalogError, Change, MediaId, Page, UnixMillis, Viewer};

/// Whom a collection is shared with beside its owner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sharing {
    /// `sub`s of people.
    pub people: Vec<String>,
    /// Groups, whole and case-sensitive.
    pub groups: Vec<String>,
    /// Everyone who is signed in.
    pub everyone: bool,
}

impl Sharing {
    /// Whether it lets that person in.
    pub fn admits(&self, viewer: &Viewer) -> bool {
        self.everyone
            || self.people.contains(&viewer.sub)
            || self.groups.iter().any(|group| viewer.groups.contains(group))
    }
}

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its id.
    pub id: String,
    /// The owner's `sub`.
    pub owner: String,
    /// What it is called.
    pub title: String,
    /// Titles in their order. One may be gone, or not be the reader's to see: what it holds is no right to it.
    pub items: Vec<MediaId>,
    /// Who else may see it.
    pub sharing: Sharing,
    /// Counts changes, from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
}

impl Collection {
    /// Whether a person may see it.
    pub fn visible_to(&self, viewer: &Viewer) -> bool {
        self.owner == viewer.sub || self.sharing.admits(viewer)
    }
}

/// A collection to be made: empty, and its owner's alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCollection {
    /// Its id, unguessable.
    pub id: String,
    /// The owner's `sub`.
    pub owner: String,
    /// 1 to [`limits::TITLE`] characters.
    pub title: String,
}

impl NewCollection {
    /// # Errors
    /// [`CatalogError::Invalid`] names the first field out of bounds.
    pub fn check(&self) -> Result<(), CatalogError> {
        limits::present("id", &self.id)?;
        at_most("id", self.id.len(), 64, "bytes")?;
        limits::title("title", &self.title)
    }
}

/// What is written of a collection. A field that is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionChange {
    /// 1 to [`limits::TITLE`] characters.
    pub title: Option<String>,
    /// All titles in their new order, at most [`limits::COLLECTION_ITEMS`], each once.
    pub items: Option<Vec<MediaId>>,
    /// At most [`limits::SHARES`] people and groups.
    pub sharing: Option<Sharing>,
}

impl CollectionChange {
    /// # Errors
    /// [`CatalogError::Invalid`] names the first field out of bounds.
    pub fn check(&self) -> Result<(), CatalogError> {
        if let Some(title) = &self.title {
            limits::title("title", title)?;
        }
        if let Some(items) = &self.items {
            at_most("items", items.len(), limits::COLLECTION_ITEMS, "titles")?;
            let distinct: std::collections::HashSet<_> = items.iter().collect();
            if distinct.len() < items.len() {
                return Err(CatalogError::Invalid { field: "items", message: "expected each title once".to_owned() });
            }
        }
        if let Some(sharing) = &self.sharing {
            at_most("sharing", sharing.people.len() + sharing.groups.len(), limits::SHARES, "people and groups")?;
            limits::names("sharing.people", &sharing.people)?;
            limits::names("sharing.groups", &sharing.groups)?;
        }
        Ok(())
    }
}

/// Collections.
#[async_trait]
pub trait CollectionStore: Send + Sync {
    /// Makes a collection. `false`: one of that id is there, and stays as it is.
    async fn add_collection(&self, collection: &NewCollection, now: UnixMillis) -> Result<bool, CatalogError>;

    /// The collection of that id, whoever asks.
    async fn collection(&self, id: &str) -> Result<Option<Collection>, CatalogError>;

    /// Collections that a person may see, newest first.
    async fn collections(
        &self,
        viewer: &Viewer,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Collection>, CatalogError>;

    /// Changes a collection, where `version` is still its own.
    async fn change_collection(
        &self,
        id: &str,
        version: u64,
        change: &CollectionChange,
        now: UnixMillis,
    ) -> Result<Change, CatalogError>;

    /// Removes a collection; its titles stay. `false`: there is none.
    async fn delete_collection(&self, id: &str) -> Result<bool, CatalogError>;
}
