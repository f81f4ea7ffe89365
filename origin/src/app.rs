//! What handlers share, and the two look-ups of media that every one of them must use: both see the caller's own only.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use catalog::{Catalog, Media, MediaId, Page, UnixMillis};
use edge_auth::config::EdgeConfig;

use crate::raw::RawBucket;
use crate::{OriginConfig, Problem, Session};

/// Titles on a page of the library, and of `/api/media` where no `limit` is given.
pub const PAGE: usize = 60;

/// The state of the router.
pub struct App {
    pub edge: Arc<EdgeConfig>,
    pub catalog: Arc<dyn Catalog>,
    pub raw: RawBucket,
    pub max_upload_bytes: u64,
    pub uploaded: Arc<dyn Fn(MediaId) + Send + Sync>,
    clock: fn() -> UnixMillis,
}

impl App {
    pub fn new(config: OriginConfig) -> Self {
        Self {
            edge: config.edge,
            catalog: config.catalog,
            raw: RawBucket::new(config.objects, config.raw_bucket),
            max_upload_bytes: config.max_upload_bytes,
            uploaded: config.uploaded,
            clock: config.clock,
        }
    }

    /// The present, in Unix milliseconds.
    pub fn now(&self) -> UnixMillis {
        (self.clock)()
    }

    /// The title that a path names. One that is somebody else's is as absent as one that never was.
    pub async fn own_media(
        &self,
        session: &Session,
        id: Result<Path<String>, PathRejection>,
    ) -> Result<Media, Problem> {
        let id = id.ok().and_then(|Path(text)| MediaId::try_from(text).ok()).ok_or_else(Problem::not_found)?;
        let media = self.catalog.find(&id).await?;
        media.filter(|m| m.owner == session.owner()).ok_or_else(Problem::not_found)
    }

    /// A page of the caller's titles, newest first.
    pub async fn own_list(&self, session: &Session, cursor: Option<&str>, limit: usize) -> Result<Page, Problem> {
        Ok(self.catalog.list(session.owner(), cursor, limit).await?)
    }
}
