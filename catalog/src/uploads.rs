//! Multipart uploads under way, so that a browser that was closed can go on.

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
    /// The parts that have arrived, by number.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// What the client calls this upload, so that announcing it twice makes one.
    pub idempotency_key: Option<String>,
    /// When it was announced.
    pub created_at: UnixMillis,
    /// From when on it is given up.
    pub expires_at: UnixMillis,
}

/// A part that has arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// 1 to [`limits::PARTS`].
    pub number: u32,
    /// Its entity tag without quotes.
    pub etag: String,
    /// SHA-256 of its bytes, as S3 gives it: base64.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartRecord {
    /// This call recorded it.
    Recorded,
    /// It was recorded before, with the same bytes.
    Same,
    /// A part of that number is recorded with other bytes; it stays.
    Different,
    /// There is no such upload, or it has expired.
    NoUpload,
}

impl Upload {
    /// # Errors
    /// [`CatalogError::Invalid`] names the first field out of bounds.
    pub fn check(&self) -> Result<(), CatalogError> {
        limits::present("id", &self.id)?;
        at_most("id", self.id.len(), 64, "bytes")?;
        if self.parts.is_empty() {
            Ok(())
        } else {
            Err(CatalogError::Invalid { field: "parts", message: "expected none at the start".to_owned() })
        }
    }
}

impl Part {
    /// # Errors
    /// [`CatalogError::Invalid`] for a number that S3 has no part of.
    pub fn check(&self) -> Result<(), CatalogError> {
        if (1..=limits::PARTS).contains(&self.number) {
            return Ok(());
        }
        let message = format!("expected 1 to {}, not {}", limits::PARTS, self.number);
        Err(CatalogError::Invalid { field: "number", message })
    }
}

/// Uploads under way. One that has expired is as absent as one that never was, but for [`UploadStore::expired_uploads`].
#[async_trait]
pub trait UploadStore: Send + Sync {
    /// Adds an upload without parts. `false`: one of that id is there, and stays as it is.
    async fn begin_upload(&self, upload: &Upload) -> Result<bool, CatalogError>;

    /// The upload of that id with its parts in order.
    async fn upload(&self, id: &str, now: UnixMillis) -> Result<Option<Upload>, CatalogError>;

    /// One owner's uploads, newest first, without their parts; at most 100.
    async fn uploads_of(&self, owner: &str, now: UnixMillis) -> Result<Vec<Upload>, CatalogError>;

    /// Records a part, once.
    async fn record_part(&self, id: &str, part: &Part, now: UnixMillis) -> Result<PartRecord, CatalogError>;

    /// Forgets an upload and its parts: it is completed or aborted. `false`: there is none.
    async fn end_upload(&self, id: &str) -> Result<bool, CatalogError>;

    /// At most `limit` uploads that have expired at `now`, the longest expired first, without their parts: they are to
    /// be aborted in S3 and then ended here.
    async fn expired_uploads(&self, now: UnixMillis, limit: usize) -> Result<Vec<Upload>, CatalogError>;
}
