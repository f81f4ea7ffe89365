use async_trait::async_trait;

use super::SqliteCatalog;
use super::connection::{one, rows, to_i64};
use crate::{CatalogError, UnixMillis, Upload, UploadStore};

/// A row as JSON.
pub(super) const ROW: &str = "json_object('id', id, 'media', media, 'owner', owner, 'key', key, \
    'multipart_id', multipart_id, 'bytes', bytes, 'part_bytes', part_bytes, \
    'created_at', created_at, 'expires_at', expires_at)";

#[async_trait]
impl UploadStore for SqliteCatalog {
    async fn begin_upload(&self, upload: &Upload) -> Result<bool, CatalogError> {
        upload.check()?;
        let u = upload.clone();
        self.change(
            "insert into uploads (id, media, owner, key, multipart_id, bytes, part_bytes, created_at, expires_at) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) on conflict do nothing",
            (
                u.id,
                u.media.to_string(),
                u.owner,
                u.key,
                u.multipart_id,
                to_i64(u.bytes),
                to_i64(u.part_bytes),
                u.created_at,
                u.expires_at,
            ),
        )
        .await
    }

    async fn upload(&self, id: &str, now: UnixMillis) -> Result<Option<Upload>, CatalogError> {
        let id = id.to_owned();
        self.with(move |c| {
            let sql = format!("select {ROW} from uploads where id = ?1 and expires_at > ?2");
            one::<Upload>(c, &sql, (&id, now))
        })
        .await
    }

    async fn uploads_of(&self, owner: &str, now: UnixMillis) -> Result<Vec<Upload>, CatalogError> {
        let sql = format!(
            "select {ROW} from uploads where owner = ?1 and expires_at > ?2 order by created_at desc, id desc limit 100"
        );
        self.all(sql, (owner.to_owned(), now)).await
    }

    async fn end_upload(&self, id: &str) -> Result<bool, CatalogError> {
        self.change("delete from uploads where id = ?1", [id.to_owned()]).await
    }

    async fn expired_uploads(&self, now: UnixMillis, limit: usize) -> Result<Vec<Upload>, CatalogError> {
        let sql = format!("select {ROW} from uploads where expires_at <= ?1 order by expires_at, id limit ?2");
        self.all(sql, (now, rows(limit))).await
    }
}
