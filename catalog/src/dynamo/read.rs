//! Reads: one item, some of them, a partition, a stretch of an index.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use serde::de::DeserializeOwned;

use super::client::store_error;
use super::expression::{Condition, names};
use super::item::{Item, row, s};
use super::keys::{Key, ROW, Room};
use super::{DynamoCatalog, schema};
use crate::CatalogError;

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    OldestFirst,
    NewestFirst,
}

/// A stretch of an index: what has that name, up to (and without) that sort key.
pub(super) struct Stretch<'a> {
    pub room: Room,
    /// `listing` or `work`.
    pub index: &'static str,
    pub name: &'a str,
    /// The sort key that ends it (oldest first) or behind which it begins (newest first).
    pub below: &'a str,
    pub order: Order,
}

/// Sorts behind every sort key that begins with a moment.
pub(super) const ALL: &str = "~";

impl DynamoCatalog {
    /// The row at that place, as it is now.
    pub(super) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, CatalogError> {
        self.get_item(key).await?.map(row).transpose()
    }

    /// The item at that place, as it is now; one of an older schema is written anew.
    pub(super) async fn get_item(&self, key: &Key) -> Result<Option<Item>, CatalogError> {
        let get = self.client.get_item().table_name(self.table(key.room)).set_key(Some(key.item()));
        let found = get.consistent_read(true).send().await.map_err(store_error)?.item;
        match found {
            Some(item) if schema::of(&item) < schema::NEWEST => {
                let item = schema::upgrade_item(key, item)?;
                self.back_fill(key, &item).await?;
                Ok(Some(item))
            }
            found => Ok(found),
        }
    }

    /// Those of the rows that are there, in the order of their keys.
    pub(super) async fn rows<T: DeserializeOwned>(&self, keys: &[Key]) -> Result<Vec<T>, CatalogError> {
        let mut found = HashMap::new();
        for some in keys.chunks(100) {
            let mut wanted: HashMap<String, KeysAndAttributes> = HashMap::new();
            for key in some {
                let table = self.table(key.room);
                let mut keys = wanted.remove(&table).map_or_else(Vec::new, |request| request.keys);
                keys.push(key.item());
                let request = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true);
                wanted.insert(table, request.build().map_err(store_error)?);
            }
            // DynamoDB answers with less than was asked for where that is over 16 MB or it is busy.
            while !wanted.is_empty() {
                let get = self.client.batch_get_item().set_request_items(Some(wanted));
                let answer = get.send().await.map_err(store_error)?;
                for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items) {
                    let place = |name: &str| item.get(name).and_then(|v| v.as_s().ok()).cloned().unwrap_or_default();
                    found.insert((place("pk"), place("sk")), item);
                }
                wanted = answer.unprocessed_keys.unwrap_or_default();
            }
        }
        let items = keys.iter().filter_map(|key| found.remove(&(key.pk.clone(), key.sk.clone())));
        items.map(row).collect()
    }

    /// Sort keys and rows' places of a stretch, at most `limit`.
    pub(super) async fn stretch(
        &self,
        stretch: &Stretch<'_>,
        limit: usize,
    ) -> Result<Vec<(String, Key)>, CatalogError> {
        let range = if stretch.index == "listing" { "sorted" } else { "due" };
        let hash = if stretch.index == "listing" { "list" } else { "work" };
        let condition = format!("#{hash} = :name AND #{range} < :below");
        let (mut found, mut start) = (Vec::new(), None);
        while found.len() < limit {
            let query = self
                .client
                .query()
                .table_name(self.table(stretch.room))
                .index_name(stretch.index)
                .key_condition_expression(&condition)
                .set_expression_attribute_names(names(&condition))
                .expression_attribute_values(":name", s(stretch.name))
                .expression_attribute_values(":below", s(stretch.below))
                .scan_index_forward(stretch.order == Order::OldestFirst)
                .limit(i32::try_from(limit.saturating_sub(found.len()).min(1_000)).unwrap_or(1_000))
                .set_exclusive_start_key(start);
            let answer = query.send().await.map_err(store_error)?;
            for item in answer.items.into_iter().flatten() {
                let sorted = item.get(range).and_then(|v| v.as_s().ok()).cloned();
                let (Some(sorted), Some(key)) = (sorted, Key::of(stretch.room, &item)) else { continue };
                found.push((sorted, key));
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// The rows that a stretch leads to, at most `limit`.
    pub(super) async fn listed<T: DeserializeOwned>(
        &self,
        stretch: &Stretch<'_>,
        limit: usize,
    ) -> Result<Vec<T>, CatalogError> {
        let keys: Vec<Key> = self.stretch(stretch, limit).await?.into_iter().map(|(_, key)| key).collect();
        self.rows(&keys).await
    }

    /// Every item of a partition whose sort key begins with that, as they are now, in order.
    pub(super) async fn partition(&self, room: Room, pk: &str, begins: &str) -> Result<Vec<Item>, CatalogError> {
        let mut condition = "#pk = :pk".to_owned();
        let mut values = HashMap::from([(":pk".to_owned(), s(pk))]);
        if !begins.is_empty() {
            condition.push_str(" AND begins_with(#sk, :begins)");
            values.insert(":begins".to_owned(), s(begins));
        }
        let (mut found, mut start): (Vec<Item>, Option<HashMap<String, AttributeValue>>) = (Vec::new(), None);
        loop {
            let query = self
                .client
                .query()
                .table_name(self.table(room))
                .key_condition_expression(&condition)
                .set_expression_attribute_names(names(&condition))
                .set_expression_attribute_values(Some(values.clone()))
                .consistent_read(true)
                .set_exclusive_start_key(start);
            let answer = query.send().await.map_err(store_error)?;
            found.extend(answer.items.into_iter().flatten());
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    /// Removes every item of a partition; how many there were.
    pub(super) async fn clear(&self, room: Room, pk: &str) -> Result<usize, CatalogError> {
        let mut removed = 0_usize;
        for item in self.partition(room, pk, "").await? {
            if let Some(key) = Key::of(room, &item) {
                removed += usize::from(self.remove(&key, &Condition::present()).await?);
            }
        }
        Ok(removed)
    }
}

impl Key {
    /// The row that a pointer beside it leads to.
    pub(super) fn its_row(&self) -> Self {
        self.beside(ROW.to_owned())
    }
}
