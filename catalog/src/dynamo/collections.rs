use async_trait::async_trait;

use super::DynamoCatalog;
use super::audience::{changes, listings_for, of_sharing};
use super::expression::{Condition, Update};
use super::item::{item, json, n, s};
use super::keys::{Key, Room, sorted};
use super::list::Listing;
use super::schema::Type;
use super::write::Action;
use crate::page::Position;
use crate::{
    CatalogError, Change, Collection, CollectionChange, CollectionStore, NewCollection, Page, Sharing, UnixMillis,
    Viewer,
};

const WHAT: &str = "collections";

#[async_trait]
impl CollectionStore for DynamoCatalog {
    async fn add_collection(&self, collection: &NewCollection, now: UnixMillis) -> Result<bool, CatalogError> {
        collection.check()?;
        let NewCollection { id, owner, title } = collection.clone();
        let key = Key::collection(&id);
        let found_by = [("list", s(format!("{WHAT}|own|{owner}"))), ("sorted", s(sorted(now, &id)))];
        let row = Collection {
            id,
            owner,
            title,
            items: Vec::new(),
            sharing: Sharing::default(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let item = item(&key, Type::Collection, &row, found_by)?;
        Ok(self.put(&key, &item, &Condition::absent()).await?.made())
    }

    async fn collection(&self, id: &str) -> Result<Option<Collection>, CatalogError> {
        self.get(&Key::collection(id)).await
    }

    async fn collections(
        &self,
        viewer: &Viewer,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Collection>, CatalogError> {
        let listing = Listing::new(Room::Media, listings_for(WHAT, viewer), cursor, limit);
        let place = |c: &Collection| Position { created_at: c.created_at, id: c.id.clone() };
        self.page(listing, limit, place, |c: &Collection| c.visible_to(viewer)).await
    }

    async fn change_collection(
        &self,
        id: &str,
        version: u64,
        change: &CollectionChange,
        now: UnixMillis,
    ) -> Result<Change, CatalogError> {
        change.check()?;
        let key = Key::collection(id);
        let Some(row) = self.collection(id).await? else { return Ok(Change::Missing) };
        if row.version != version {
            return Ok(Change::Stale);
        }
        let update = Update::when(Condition::version(version))
            .maybe("title", change.title.as_ref().map(s))
            .maybe("items", change.items.as_ref().map(json).transpose()?)
            .maybe("sharing", change.sharing.as_ref().map(json).transpose()?)
            .add("version", 1)
            .set("updated_at", n(now));
        let to = change.sharing.as_ref().unwrap_or(&row.sharing);
        let place = sorted(row.created_at, id);
        let mut actions = vec![Action::Update(key.clone(), update)];
        actions.extend(changes(&key, WHAT, &place, &of_sharing(&row.sharing), &of_sharing(to))?);
        if self.transact(&actions).await? {
            return Ok(Change::Made);
        }
        Ok(if self.collection(id).await?.is_some() { Change::Stale } else { Change::Missing })
    }

    async fn delete_collection(&self, id: &str) -> Result<bool, CatalogError> {
        let key = Key::collection(id);
        let deleted = self.remove(&key, &Condition::present()).await?;
        // A pointer that a cut-short call leaves leads to nothing, and goes with the next.
        self.clear(key.room, &key.pk).await?;
        Ok(deleted)
    }
}
