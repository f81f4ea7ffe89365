use async_trait::async_trait;

use super::SqliteCatalog;
use super::connection::{rows, to_i64};
use crate::page::{Position, page};
use crate::{
    CatalogError, Change, Filter, Kind, Media, MediaChange, MediaId, MediaStore, NewMedia, Outcome, Page, Progress,
    RESTORE_MS, Rendition, Scope, Source, Status, UnixMillis, record,
};

/// A row as JSON.
pub(super) const ROW: &str = "json_object('id', id, 'owner', owner, 'title', title, 'comment', comment, \
    'visibility', json(visibility), 'version', version, 'kind', kind, 'status', status, \
    'progress', json(progress), 'reason', reason, \
    'source', json_object('key', source_key, 'bytes', source_bytes, 'etag', source_etag), \
    'renditions', json(renditions), 'later', json(iif(later, 'true', 'false')), \
    'duration_ms', duration_ms, 'width', width, 'height', height, \
    'thumbhash', thumbhash, 'deleted_at', deleted_at, 'created_at', created_at, 'updated_at', updated_at)";

#[async_trait]
impl MediaStore for SqliteCatalog {
    async fn insert(&self, media: &NewMedia, now: UnixMillis) -> Result<bool, CatalogError> {
        let NewMedia { id, owner, title, source, status } = media.clone();
        self.change(
            "insert into media (id, owner, title, kind, status, source_key, source_bytes, source_etag, renditions, \
             created_at, updated_at) values (?1, ?2, ?3, 'unknown', ?4, ?5, ?6, ?7, '[]', ?8, ?8) on conflict do nothing",
            (id.to_string(), owner, title, record::name(status), source.key, to_i64(source.bytes), source.etag, now),
        )
        .await
    }

    async fn find(&self, id: &MediaId) -> Result<Option<Media>, CatalogError> {
        self.one(format!("select {ROW} from media where id = ?1"), [id.to_string()]).await
    }

    async fn browse(
        &self,
        scope: &Scope,
        filter: &Filter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, CatalogError> {
        let (scope, who, groups) = match scope {
            Scope::Owned(owner) => ("deleted_at is null and owner = ?1 and ?2 = '[]'", owner.clone(), "[]".to_owned()),
            Scope::Deleted(owner) => {
                ("deleted_at is not null and owner = ?1 and ?2 = '[]'", owner.clone(), "[]".to_owned())
            }
            Scope::Visible(viewer) => (
                "deleted_at is null and (owner = ?1 or visibility = '\"everyone\"' or exists (select 1 from \
                 json_each(visibility, '$.groups') where value in (select value from json_each(?2))))",
                viewer.sub.clone(),
                record::text(&viewer.groups)?,
            ),
        };
        let sql = format!(
            "select {ROW} from media where {scope} and (created_at, id) < (?3, ?4) \
             and (?5 is null or kind = ?5) and (?6 is null or status = ?6) \
             and (?7 is null or instr(fold(title), ?7) > 0) order by created_at desc, id desc limit ?8"
        );
        let from = Position::parse(cursor);
        let Filter { kind, status, search } = filter;
        let search = search.as_deref().map(record::fold);
        let (kind, status) = (kind.map(record::name), status.map(record::name));
        let values = (who, groups, from.created_at, from.id, kind, status, search, rows(limit.saturating_add(1)));
        let items: Vec<Media> = self.all(sql, values).await?;
        Ok(page(items, limit, |m| Position { created_at: m.created_at, id: m.id.to_string() }))
    }

    async fn in_status(&self, statuses: &[Status]) -> Result<Vec<Media>, CatalogError> {
        let sql = format!(
            "select {ROW} from media where status in (select value from json_each(?1)) order by created_at, id"
        );
        self.all(sql, [record::text(&statuses)?]).await
    }

    async fn uploaded(&self, id: &MediaId, source: &Source, now: UnixMillis) -> Result<bool, CatalogError> {
        let Source { key, bytes, etag } = source.clone();
        self.change(
            "update media set status = 'uploaded', source_key = ?2, source_bytes = ?3, source_etag = ?4, \
             updated_at = ?5 where id = ?1 and status = 'uploading'",
            (id.to_string(), key, to_i64(bytes), etag, now),
        )
        .await
    }

    async fn processing(&self, id: &MediaId, kind: Kind, now: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "update media set status = 'processing', kind = ?2, updated_at = ?3 \
             where id = ?1 and status in ('uploaded', 'processing')",
            (id.to_string(), record::name(kind), now),
        )
        .await
    }

    async fn progress(&self, id: &MediaId, progress: &Progress, now: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "update media set progress = ?2, updated_at = ?4 where id = ?1 and status = 'processing' \
             and (progress is null or progress ->> 'done' < ?3)",
            (id.to_string(), record::text(progress)?, progress.done, now),
        )
        .await
    }

    async fn finish(&self, id: &MediaId, outcome: &Outcome, now: UnixMillis) -> Result<bool, CatalogError> {
        match outcome {
            Outcome::Ready { renditions, duration_ms, picture, later } => {
                let thumbhash = picture.as_ref().and_then(|p| p.thumbhash.clone()).map(String::from);
                self.change(
                    "update media set status = 'ready', renditions = ?2, duration_ms = ?3, width = ?4, height = ?5, \
                     thumbhash = ?6, updated_at = ?7, later = ?8, progress = null \
                     where id = ?1 and status in ('uploaded', 'processing')",
                    (
                        id.to_string(),
                        record::text(renditions)?,
                        duration_ms.map(to_i64),
                        picture.as_ref().map(|p| p.width),
                        picture.as_ref().map(|p| p.height),
                        thumbhash,
                        now,
                        *later,
                    ),
                )
                .await
            }
            Outcome::Failed { reason } => {
                self.change(
                    "update media set status = 'failed', reason = ?2, updated_at = ?3, progress = null \
                     where id = ?1 and status in ('uploaded', 'processing')",
                    (id.to_string(), reason.clone(), now),
                )
                .await
            }
        }
    }

    async fn add_later(&self, id: &MediaId, renditions: &[Rendition], now: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "update media set later = 0, updated_at = ?3, renditions = (select json_group_array(json(value)) from \
             (select value from json_each(renditions) union all select value from json_each(?2))) \
             where id = ?1 and status = 'ready' and later",
            (id.to_string(), record::text(&renditions)?, now),
        )
        .await
    }

    async fn retry(&self, id: &MediaId, now: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "update media set status = 'uploaded', reason = null, progress = null, updated_at = ?2 \
             where id = ?1 and status = 'failed' and deleted_at is null",
            (id.to_string(), now),
        )
        .await
    }

    async fn describe(
        &self,
        id: &MediaId,
        version: u64,
        change: &MediaChange,
        now: UnixMillis,
    ) -> Result<Change, CatalogError> {
        change.check()?;
        let MediaChange { title, comment, visibility } = change.clone();
        let visibility = visibility.as_ref().map(record::text).transpose()?;
        self.versioned(
            "update media set title = coalesce(?3, title), comment = coalesce(?4, comment), \
             visibility = coalesce(?5, visibility), version = version + 1, updated_at = ?6 \
             where id = ?1 and version = ?2 and deleted_at is null",
            (id.to_string(), to_i64(version), title, comment, visibility, now),
            "select 1 from media where id = ?1 and deleted_at is null",
            id.to_string(),
        )
        .await
    }

    async fn delete(&self, id: &MediaId, now: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "update media set deleted_at = ?2, updated_at = ?2 where id = ?1 and deleted_at is null",
            (id.to_string(), now),
        )
        .await
    }

    async fn restore(&self, id: &MediaId, now: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "update media set deleted_at = null, updated_at = ?2 where id = ?1 and deleted_at >= ?3",
            (id.to_string(), now, now.saturating_sub(RESTORE_MS)),
        )
        .await
    }

    async fn purgeable(&self, now: UnixMillis, limit: usize) -> Result<Vec<Media>, CatalogError> {
        let sql = format!("select {ROW} from media where deleted_at < ?1 order by deleted_at, id limit ?2");
        self.all(sql, (now.saturating_sub(RESTORE_MS), rows(limit))).await
    }

    async fn purge(&self, id: &MediaId, now: UnixMillis) -> Result<bool, CatalogError> {
        let before = now.saturating_sub(RESTORE_MS);
        self.change("delete from media where id = ?1 and deleted_at < ?2", (id.to_string(), before)).await
    }
}
