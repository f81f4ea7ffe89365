//! Multipart uploads under way, so that a browser that was closed can go on. Which parts have arrived, S3 alone says.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::limits::{self, at_most};
use crate::{CatalogError, MediaId, UnixMillis};

/// A multipart upload under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Its id, unguessable.
    pub id: String,
    /// The title that it will be.
    pub media: MediaId,
    /// The owner's `sub`.
    pub owner: String,
    /// The object's key in the raw bucket.
    pub key: String,
    /// S3's id of the multipart upload.
    pub multipart_id: String,
    /// The whole file, in bytes.
    pub bytes: u64,
    /// Every part but the last, in bytes.
    pub part_bytes: u64,
    /// When it was announced.
    pub created_at: UnixMillis,
    /// From when on it is given up.
    pub expires_at: UnixMillis,
}

impl Upload {
    /// # Errors
    /// [`CatalogError::Invalid`] names the first field out of bounds.
    pub fn check(&self) -> Result<(), CatalogError> {
        limits::present("id", &self.id)?;
        at_most("id", self.id.len(), 64, "bytes")
    }
}

/// Uploads under way. One that has expired is as absent as one that never was, but for [`UploadStore::expired_uploads`].
#[async_trait]
pub trait UploadStore: Send + Sync {
    /// Adds an upload. `false`: one of that id is there, and stays as it is.
    async fn begin_upload(&self, upload: &Upload) -> Result<bool, CatalogError>;

    /// The upload of that id.
    async fn upload(&self, id: &str, now: UnixMillis) -> Result<Option<Upload>, CatalogError>;

    /// One owner's uploads, newest first; at most 100.
    async fn uploads_of(&self, owner: &str, now: UnixMillis) -> Result<Vec<Upload>, CatalogError>;

    /// Forgets an upload: it is completed or aborted. `false`: there is none.
    async fn end_upload(&self, id: &str) -> Result<bool, CatalogError>;

    /// At most `limit` uploads that have expired at `now`, the longest expired first: they are to be aborted in
    /// S3 and then ended here.
    async fn expired_uploads(&self, now: UnixMillis, limit: usize) -> Result<Vec<Upload>, CatalogError>;
}
