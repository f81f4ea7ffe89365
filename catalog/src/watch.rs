//! Watch positions: where a person stopped.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{CatalogError, MediaId, UnixMillis};

/// How far a person watched a film.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchPosition {
    /// The `sub`.
    pub person: String,
    /// The film.
    pub media: MediaId,
    /// Seconds from its beginning.
    pub seconds: u32,
    /// When that was.
    pub updated_at: UnixMillis,
}

/// Watch positions.
#[async_trait]
pub trait WatchStore: Send + Sync {
    /// Remembers a position. `false`: a later one is remembered (two devices, or reports that overtook each other).
    async fn watch(&self, position: &WatchPosition) -> Result<bool, CatalogError>;

    /// Where that person stopped in that film.
    async fn watched(&self, person: &str, media: &MediaId) -> Result<Option<WatchPosition>, CatalogError>;

    /// Where that person stopped last, newest first, at most `limit`.
    async fn last_watched(&self, person: &str, limit: usize) -> Result<Vec<WatchPosition>, CatalogError>;

    /// Forgets a position. `false`: there is none.
    async fn forget_watched(&self, person: &str, media: &MediaId) -> Result<bool, CatalogError>;
}
