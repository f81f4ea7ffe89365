use async_trait::async_trait;

use super::DynamoCatalog;
use super::expression::Condition;
use super::item::{item, row, s, ttl};
use super::keys::{Key, Room, sorted, stamp};
use super::media::row_of;
use super::read::{ALL, Order, Stretch};
use super::schema::Type;
use super::write::Written;
use crate::{CatalogError, Part, PartRecord, UnixMillis, Upload, UploadStore};

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
        let key = Key::upload(id);
        let (mut upload, mut parts) = (None, Vec::new());
        for item in self.partition(key.room, &key.pk, "").await? {
            if Key::of(key.room, &item).as_ref() == Some(&key) {
                upload = Some(row::<Upload>(item)?).filter(|upload| upload.expires_at > now);
            } else {
                parts.push(row::<Part>(item)?);
            }
        }
        Ok(upload.map(|upload| Upload { parts, ..upload }))
    }

    async fn uploads_of(&self, owner: &str, now: UnixMillis) -> Result<Vec<Upload>, CatalogError> {
        let name = format!("uploads|{owner}");
        let stretch =
            Stretch { room: Room::Media, index: "listing", name: &name, below: ALL, order: Order::NewestFirst };
        let mut uploads: Vec<Upload> = self.listed(&stretch, 100).await?;
        uploads.retain(|upload| upload.expires_at > now);
        Ok(uploads)
    }

    async fn record_part(&self, id: &str, part: &Part, now: UnixMillis) -> Result<PartRecord, CatalogError> {
        part.check()?;
        // The upload is looked at, not locked: as a condition in one transaction with the part, parts that arrive side by
        // side would hinder each other. A part that is late by that moment belongs to nothing, and goes by its time.
        let upload = self.get::<Upload>(&Key::upload(id)).await?.filter(|upload| upload.expires_at > now);
        let Some(upload) = upload else { return Ok(PartRecord::NoUpload) };
        let key = Key::part(id, part.number);
        let item = item(&key, Type::Part, part, [("ttl", ttl(upload.expires_at.saturating_add(GRACE_MS)))])?;
        Ok(match self.put(&key, &item, &Condition::absent()).await? {
            Written::Made(_) => PartRecord::Recorded,
            Written::Refused(there) => {
                let same = row_of::<Part>(there.unwrap_or_default())?.is_some_and(|there| there == *part);
                if same { PartRecord::Same } else { PartRecord::Different }
            }
        })
    }

    async fn end_upload(&self, id: &str) -> Result<bool, CatalogError> {
        let key = Key::upload(id);
        let ended = self.remove(&key, &Condition::present()).await?;
        self.clear(key.room, &key.pk).await?;
        Ok(ended)
    }

    async fn expired_uploads(&self, now: UnixMillis, limit: usize) -> Result<Vec<Upload>, CatalogError> {
        let below = stamp(now.saturating_add(1));
        let stretch =
            Stretch { room: Room::Media, index: "work", name: UPLOADS, below: &below, order: Order::OldestFirst };
        self.listed(&stretch, limit).await
    }
}
