//! What Stagedoor knows of media: one trait, and the stores behind it.
//!
//! The catalog is the only record of what was uploaded and what became of it. A row's status only moves forward
//! ([`Status`]), every change is conditional, and each change says whether it was this call that made it: a step that
//! runs twice, or twice at once, ends the same.

mod media;
mod sqlite;

use async_trait::async_trait;

pub use media::{Kind, Media, MediaId, NewMedia, Outcome, Rendition, Source, Status, UnixMillis};
pub use sqlite::SqliteCatalog;

/// Why a store could not answer. A row that is not there, or not in the wanted state, is no error.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The store failed or could not be reached.
    #[error("the catalog cannot be read or written: {0}")]
    Store(String),
    /// A stored row does not have the shape that this version writes.
    #[error("catalog row {id}, field {field}: {message}")]
    Row {
        /// The row's id.
        id: String,
        /// The column that could not be read.
        field: &'static str,
        /// What was found and what was expected.
        message: String,
    },
    /// `STAGEDOOR_CATALOG` names no store that this build has.
    #[error("STAGEDOOR_CATALOG is {0:?}; expected sqlite:PATH")]
    Address(String),
}

/// One page of [`Catalog::list`].
#[derive(Debug, Clone)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Media>,
    /// Hand this to the next call for what follows; `None` at the end.
    pub next: Option<String>,
}

/// The media catalog.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// Adds a row. `false`: a row of that id was there already, and stays as it is.
    async fn insert(&self, media: &NewMedia, now: UnixMillis) -> Result<bool, CatalogError>;

    /// The row of that id.
    async fn find(&self, id: &MediaId) -> Result<Option<Media>, CatalogError>;

    /// One owner's rows, newest first, at most `limit` of them, from `cursor` on (a former page's `next`).
    async fn list(&self, owner: &str, cursor: Option<&str>, limit: usize) -> Result<Page, CatalogError>;

    /// Every row in one of these states, oldest first: what a restart has to take up again.
    async fn in_status(&self, statuses: &[Status]) -> Result<Vec<Media>, CatalogError>;

    /// `uploading` → `uploaded`, with what is known of the object now. `false`: it was further on already, or is not there.
    async fn uploaded(&self, id: &MediaId, source: &Source, now: UnixMillis) -> Result<bool, CatalogError>;

    /// `uploaded` → `processing`; a row that is `processing` already may be taken up again (its processor may be dead).
    /// `false`: it is in any other state, or not there.
    async fn processing(&self, id: &MediaId, kind: Kind, now: UnixMillis) -> Result<bool, CatalogError>;

    /// `uploaded` or `processing` → `ready` or `failed`. `false`: it had ended before, or is not there.
    async fn finish(&self, id: &MediaId, outcome: &Outcome, now: UnixMillis) -> Result<bool, CatalogError>;
}

/// Opens the store that an address names: `sqlite:PATH` (the file is made where it is missing).
///
/// # Errors
/// [`CatalogError::Address`] for another form, [`CatalogError::Store`] where the store cannot be opened.
pub fn open(address: &str) -> Result<std::sync::Arc<dyn Catalog>, CatalogError> {
    match address.strip_prefix("sqlite:") {
        Some(path) if !path.is_empty() => Ok(std::sync::Arc::new(SqliteCatalog::open(path)?)),
        _ => Err(CatalogError::Address(address.to_owned())),
    }
}
