use async_trait::async_trait;

use super::SqliteCatalog;
use super::connection::{all, one, rows, to_i64};
use crate::{CatalogError, Part, PartRecord, UnixMillis, Upload, UploadStore};

/// A row as JSON, without its parts.
pub(super) const ROW: &str = "json_object('id', id, 'media', media, 'owner', owner, 'key', key, \
    'multipart_id', multipart_id, 'bytes', bytes, 'part_bytes', part_bytes, 'idempotency_key', idempotency_key, \
    'created_at', created_at, 'expires_at', expires_at)";
const PART: &str = "json_object('number', number, 'etag', etag, 'sha256', sha256, 'bytes', bytes)";

#[async_trait]
impl UploadStore for SqliteCatalog {
    async fn begin_upload(&self, upload: &Upload) -> Result<bool, CatalogError> {
        upload.check()?;
        let u = upload.clone();
        self.change(
            "insert into uploads (id, media, owner, key, multipart_id, bytes, part_bytes, idempotency_key, created_at, \
             expires_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) on conflict do nothing",
            (
                u.id,
                u.media.to_string(),
                u.owner,
                u.key,
                u.multipart_id,
                to_i64(u.bytes),
                to_i64(u.part_bytes),
                u.idempotency_key,
                u.created_at,
                u.expires_at,
            ),
        )
        .await
    }

    async fn upload(&self, id: &str, now: UnixMillis) -> Result<Option<Upload>, CatalogError> {
        let id = id.to_owned();
        self.with(move |c| {
            let transaction = c.transaction()?;
            let sql = format!("select {ROW} from uploads where id = ?1 and expires_at > ?2");
            let Some(upload) = one::<Upload>(&transaction, &sql, (&id, now))? else { return Ok(None) };
            let sql = format!("select {PART} from upload_parts where upload = ?1 order by number");
            Ok(Some(Upload { parts: all(&transaction, &sql, [&id])?, ..upload }))
        })
        .await
    }

    async fn uploads_of(&self, owner: &str, now: UnixMillis) -> Result<Vec<Upload>, CatalogError> {
        let sql = format!(
            "select {ROW} from uploads where owner = ?1 and expires_at > ?2 order by created_at desc, id desc limit 100"
        );
        self.all(sql, (owner.to_owned(), now)).await
    }

    async fn record_part(&self, id: &str, part: &Part, now: UnixMillis) -> Result<PartRecord, CatalogError> {
        part.check()?;
        let (id, part) = (id.to_owned(), part.clone());
        self.with(move |c| {
            let recorded = c
                .prepare_cached(
                    "insert into upload_parts (upload, number, etag, sha256, bytes) select id, ?2, ?3, ?4, ?5 \
                     from uploads where id = ?1 and expires_at > ?6 on conflict do nothing",
                )?
                .execute((&id, part.number, &part.etag, &part.sha256, to_i64(part.bytes), now))?;
            if recorded > 0 {
                return Ok(PartRecord::Recorded);
            }
            let sql = format!(
                "select {PART} from upload_parts where upload = ?1 and number = ?2 \
                 and exists (select 1 from uploads where id = ?1 and expires_at > ?3)"
            );
            Ok(match one::<Part>(c, &sql, (&id, part.number, now))? {
                None => PartRecord::NoUpload,
                Some(there) if there == part => PartRecord::Same,
                Some(_) => PartRecord::Different,
            })
        })
        .await
    }

    async fn end_upload(&self, id: &str) -> Result<bool, CatalogError> {
        self.change("delete from uploads where id = ?1", [id.to_owned()]).await
    }

    async fn expired_uploads(&self, now: UnixMillis, limit: usize) -> Result<Vec<Upload>, CatalogError> {
        let sql = format!("select {ROW} from uploads where expires_at <= ?1 order by expires_at, id limit ?2");
        self.all(sql, (now, rows(limit))).await
    }
}
