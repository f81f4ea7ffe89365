use async_trait::async_trait;

use super::SqliteCatalog;
use super::connection::{rows, to_i64};
use crate::page::{Position, page};
use crate::{
    CatalogError, Change, Collection, CollectionChange, CollectionStore, NewCollection, Page, Sharing, UnixMillis,
    Viewer, record,
};

/// A row as JSON.
pub(super) const ROW: &str = "json_object('id', id, 'owner', owner, 'title', title, 'items', json(items), \
    'sharing', json(sharing), 'version', version, 'created_at', created_at, 'updated_at', updated_at)";

#[async_trait]
impl CollectionStore for SqliteCatalog {
    async fn add_collection(&self, collection: &NewCollection, now: UnixMillis) -> Result<bool, CatalogError> {
        collection.check()?;
        let NewCollection { id, owner, title } = collection.clone();
        self.change(
            "insert into collections (id, owner, title, items, sharing, version, created_at, updated_at) \
             values (?1, ?2, ?3, '[]', ?4, 1, ?5, ?5) on conflict do nothing",
            (id, owner, title, record::text(&Sharing::default())?, now),
        )
        .await
    }

    async fn collection(&self, id: &str) -> Result<Option<Collection>, CatalogError> {
        self.one(format!("select {ROW} from collections where id = ?1"), [id.to_owned()]).await
    }

    async fn collections(
        &self,
        viewer: &Viewer,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Collection>, CatalogError> {
        let from = Position::parse(cursor);
        let sql = format!(
            "select {ROW} from collections where (owner = ?1 or json_extract(sharing, '$.everyone') \
             or exists (select 1 from json_each(sharing, '$.people') where value = ?1) \
             or exists (select 1 from json_each(sharing, '$.groups') where value in (select value from json_each(?2)))) \
             and (created_at, id) < (?3, ?4) order by created_at desc, id desc limit ?5"
        );
        let groups = record::text(&viewer.groups)?;
        let values = (viewer.sub.clone(), groups, from.created_at, from.id, rows(limit.saturating_add(1)));
        let items = self.all(sql, values).await?;
        Ok(page(items, limit, |c: &Collection| Position { created_at: c.created_at, id: c.id.clone() }))
    }

    async fn change_collection(
        &self,
        id: &str,
        version: u64,
        change: &CollectionChange,
        now: UnixMillis,
    ) -> Result<Change, CatalogError> {
        change.check()?;
        let items = change.items.as_ref().map(record::text).transpose()?;
        let sharing = change.sharing.as_ref().map(record::text).transpose()?;
        self.versioned(
            "update collections set title = coalesce(?3, title), items = coalesce(?4, items), \
             sharing = coalesce(?5, sharing), version = version + 1, updated_at = ?6 where id = ?1 and version = ?2",
            (id.to_owned(), to_i64(version), change.title.clone(), items, sharing, now),
            "select 1 from collections where id = ?1",
            id.to_owned(),
        )
        .await
    }

    async fn delete_collection(&self, id: &str) -> Result<bool, CatalogError> {
        self.change("delete from collections where id = ?1", [id.to_owned()]).await
    }
}
