use async_trait::async_trait;

use super::SqliteCatalog;
use super::connection::rows;
use crate::{CatalogError, MediaId, WatchPosition, WatchStore};

/// A row as JSON.
pub(super) const ROW: &str =
    "json_object('person', person, 'media', media, 'seconds', seconds, 'updated_at', updated_at)";

#[async_trait]
impl WatchStore for SqliteCatalog {
    async fn watch(&self, position: &WatchPosition) -> Result<bool, CatalogError> {
        let WatchPosition { person, media, seconds, updated_at } = position.clone();
        self.change(
            "insert into watch (person, media, seconds, updated_at) values (?1, ?2, ?3, ?4) \
             on conflict do update set seconds = ?3, updated_at = ?4 where updated_at < ?4",
            (person, media.to_string(), seconds, updated_at),
        )
        .await
    }

    async fn watched(&self, person: &str, media: &MediaId) -> Result<Option<WatchPosition>, CatalogError> {
        let sql = format!("select {ROW} from watch where person = ?1 and media = ?2");
        self.one(sql, (person.to_owned(), media.to_string())).await
    }

    async fn last_watched(&self, person: &str, limit: usize) -> Result<Vec<WatchPosition>, CatalogError> {
        let sql = format!("select {ROW} from watch where person = ?1 order by updated_at desc, media desc limit ?2");
        self.all(sql, (person.to_owned(), rows(limit))).await
    }

    async fn forget_watched(&self, person: &str, media: &MediaId) -> Result<bool, CatalogError> {
        self.change("delete from watch where person = ?1 and media = ?2", (person.to_owned(), media.to_string())).await
    }
}
