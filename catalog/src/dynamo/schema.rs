//! Items' versions. Each item says in `schema` by which version of this code it was written; an older one is brought up when
//! it is read, and written back, and all at once by `stagedoor migrate up`. Items never go down.

use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::DynamoCatalog;
use super::audience::listing_of;
use super::client::store_error;
use super::expression::Condition;
use super::item::{Item, item, n, plain, s};
use super::keys::{Key, Room, sorted};
use crate::{CatalogError, Media, record};

/// What this build writes. 1: media as SQLite's first migration has it. 2: media with comment, visibility and version, found
/// by the indexes `listing` and `work`; and everything else.
pub const NEWEST: u32 = 2;

/// What an item is; the change feed takes `media` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Media,
    /// Says in the index who may see the row beside it, or that it is deleted.
    Pointer,
    Upload,
    Collection,
    Link,
    Person,
    Watch,
    Once,
    Webhook,
    Delivery,
    Licence,
    Usage,
}

impl Type {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Media => "media",
            Self::Pointer => "pointer",
            Self::Upload => "upload",
            Self::Collection => "collection",
            Self::Link => "link",
            Self::Person => "person",
            Self::Watch => "watch",
            Self::Once => "once",
            Self::Webhook => "webhook",
            Self::Delivery => "delivery",
            Self::Licence => "licence",
            Self::Usage => "usage",
        }
    }
}

/// The schema that an item was written by; 1 where it does not say.
pub(super) fn of(item: &Item) -> u32 {
    item.get("schema").and_then(|v| v.as_n().ok()?.parse().ok()).unwrap_or(1)
}

/// A row's JSON as this build writes it.
pub(super) fn upgraded(mut row: Value) -> Result<Value, CatalogError> {
    let schema = row.get("schema").and_then(Value::as_u64).unwrap_or(1);
    let newest = u64::from(NEWEST);
    let place = || row.get("pk").and_then(Value::as_str).unwrap_or("?").to_owned();
    if schema > newest {
        let message =
            format!("it was written by schema {schema}, and this build knows {newest}; use the newer Stagedoor");
        return Err(CatalogError::Schema { place: format!("item {}", place()), message });
    }
    if schema < 2
        && let Some(fields) = row.as_object_mut()
    {
        for (name, value) in [("comment", json!("")), ("visibility", json!("owner")), ("version", json!(1))] {
            fields.entry(name).or_insert(value);
        }
        fields.insert("schema".to_owned(), json!(2));
    }
    Ok(row)
}

/// An item of media as this build writes it.
pub(super) fn upgrade_item(key: &Key, old: Item) -> Result<Item, CatalogError> {
    let media: Media = record::read(upgraded(plain(old)?)?)?;
    media_item(key, &media)
}

/// A row of media that is not deleted, as an item.
pub(super) fn media_item(key: &Key, media: &Media) -> Result<Item, CatalogError> {
    let place = sorted(media.created_at, media.id.as_str());
    item(
        key,
        Type::Media,
        media,
        [
            ("list", s(listing_of("media", "own", &media.owner))),
            ("sorted", s(&place)),
            ("work", s(status_name(media.status))),
            ("due", s(place)),
        ],
    )
}

/// The name in index `work` of all rows in one state.
pub(super) fn status_name(status: crate::Status) -> String {
    format!("status|{}", record::name(status))
}

/// How many items a table has of each schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableState {
    /// The table.
    pub table: String,
    /// Items by schema.
    pub items: BTreeMap<u32, u64>,
}

/// Counts the items of each table by schema. Reads all of them.
///
/// # Errors
/// [`CatalogError::Store`] where a table cannot be read.
pub async fn status(catalog: &DynamoCatalog) -> Result<Vec<TableState>, CatalogError> {
    let mut states = Vec::new();
    for room in Room::ALL {
        let mut items = BTreeMap::new();
        catalog
            .scan(room, async |item| {
                *items.entry(of(&item)).or_default() += 1;
                Ok(())
            })
            .await?;
        states.push(TableState { table: catalog.table(room), items });
    }
    Ok(states)
}

/// Writes every item of an older schema anew; how many this call did. It may run beside everything else, and twice.
///
/// # Errors
/// [`CatalogError::Store`] where a table cannot be read or written, [`CatalogError::Row`] for an item that has no shape
/// of ours, [`CatalogError::Schema`] for one of a newer schema.
pub async fn up(catalog: &DynamoCatalog) -> Result<u64, CatalogError> {
    let mut written = 0;
    for room in Room::ALL {
        catalog
            .scan(room, async |item| {
                if of(&item) > NEWEST {
                    upgraded(plain(item)?)?;
                } else if of(&item) < NEWEST
                    && let Some(key) = Key::of(room, &item)
                {
                    let item = upgrade_item(&key, item)?;
                    written += u64::from(catalog.back_fill(&key, &item).await?);
                }
                Ok(())
            })
            .await?;
    }
    Ok(written)
}

impl DynamoCatalog {
    /// Writes an item that was brought up in the place of the older one, unless that has changed since it was read.
    pub(super) async fn back_fill(&self, key: &Key, item: &Item) -> Result<bool, CatalogError> {
        let condition =
            "(attribute_not_exists(#schema) OR #schema < :newest) AND #updated_at = :read AND #status = :was";
        let field = |name: &str| item.get(name).cloned().unwrap_or_else(|| s(""));
        let values = [(":newest", n(NEWEST)), (":read", field("updated_at")), (":was", field("status"))];
        Ok(self.put(key, item, &Condition::new(condition, values)).await?.made())
    }

    async fn scan(
        &self,
        room: Room,
        mut each: impl AsyncFnMut(Item) -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        let mut start = None;
        loop {
            let scan = self.client.scan().table_name(self.table(room)).set_exclusive_start_key(start);
            let answer = scan.consistent_read(true).send().await.map_err(store_error)?;
            for item in answer.items.into_iter().flatten() {
                each(item).await?;
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(());
            }
        }
    }
}
