use async_trait::async_trait;

use super::DynamoCatalog;
use super::expression::Condition;
use super::item::{item, s, ttl};
use super::keys::{Key, Room, sorted, stamp};
use super::read::{ALL, Order, Stretch};
use super::schema::Type;
use crate::{CatalogError, UnixMillis, Upload, UploadStore};

/// How long an expired upload stays for the sweep that aborts it in S3, before DynamoDB removes it: 7 days, in milliseconds.
const GRACE_MS: UnixMillis = 7 * 24 * 3_600_000;

/// The name in index `work` of all uploads.
const UPLOADS: &str = "uploads";

#[async_trait]
impl UploadStore for DynamoCatalog {
    async fn begin_upload(&self, upload: &Upload) -> Result<bool, CatalogError> {
        upload.check()?;
        let key = Key::upload(&upload.id);
        let found_by = [
            ("list", s(format!("uploads|{}", upload.owner))),
            ("sorted", s(sorted(upload.created_at, &upload.id))),
            ("work", s(UPLOADS)),
            ("due", s(sorted(upload.expires_at, &upload.id))),
            ("ttl", ttl(upload.expires_at.saturating_add(GRACE_MS))),
        ];
        let item = item(&key, Type::Upload, upload, found_by)?;
        Ok(self.put(&key, &item, &Condition::absent()).await?.made())
    }

    async fn upload(&self, id: &str, now: UnixMillis) -> Result<Option<Upload>, CatalogError> {
        Ok(self.get::<Upload>(&Key::upload(id)).await?.filter(|upload| upload.expires_at > now))
    }

    async fn uploads_of(&self, owner: &str, now: UnixMillis) -> Result<Vec<Upload>, CatalogError> {
        let name = format!("uploads|{owner}");
        let stretch =
            Stretch { room: Room::Media, index: "listing", name: &name, below: ALL, order: Order::NewestFirst };
        let mut uploads: Vec<Upload> = self.listed(&stretch, 100).await?;
        uploads.retain(|upload| upload.expires_at > now);
        Ok(uploads)
    }

    async fn end_upload(&self, id: &str) -> Result<bool, CatalogError> {
        self.remove(&Key::upload(id), &Condition::present()).await
    }

    async fn expired_uploads(&self, now: UnixMillis, limit: usize) -> Result<Vec<Upload>, CatalogError> {
        let below = stamp(now.saturating_add(1));
        let stretch =
            Stretch { room: Room::Media, index: "work", name: UPLOADS, below: &below, order: Order::OldestFirst };
        self.listed(&stretch, limit).await
    }
}
