use async_trait::async_trait;

use super::DynamoCatalog;
use super::expression::Condition;
use super::item::{item, n, s};
use super::keys::{Key, Room, sorted};
use super::read::{ALL, Order, Stretch};
use super::schema::Type;
use crate::{CatalogError, MediaId, WatchPosition, WatchStore};

#[async_trait]
impl WatchStore for DynamoCatalog {
    async fn watch(&self, position: &WatchPosition) -> Result<bool, CatalogError> {
        let WatchPosition { person, media, updated_at, .. } = position;
        let key = Key::watch(person, media);
        let found_by = [("list", s(format!("watch|{person}"))), ("sorted", s(sorted(*updated_at, media.as_str())))];
        let item = item(&key, Type::Watch, position, found_by)?;
        let condition =
            Condition::new("attribute_not_exists(#pk) OR #updated_at < :later", [(":later", n(updated_at))]);
        Ok(self.put(&key, &item, &condition).await?.made())
    }

    async fn watched(&self, person: &str, media: &MediaId) -> Result<Option<WatchPosition>, CatalogError> {
        self.get(&Key::watch(person, media)).await
    }

    async fn last_watched(&self, person: &str, limit: usize) -> Result<Vec<WatchPosition>, CatalogError> {
        let name = format!("watch|{person}");
        let stretch =
            Stretch { room: Room::People, index: "listing", name: &name, below: ALL, order: Order::NewestFirst };
        self.listed(&stretch, limit).await
    }

    async fn forget_watched(&self, person: &str, media: &MediaId) -> Result<bool, CatalogError> {
        self.remove(&Key::watch(person, media), &Condition::present()).await
    }
}
