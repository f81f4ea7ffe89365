//! Conditional writes: one item, or some of them together.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem,
    Update as UpdateAction,
};

use super::DynamoCatalog;
use super::client::store_error;
use super::item::{Item, n};
use super::keys::Key;
use crate::CatalogError;

/// Tries at a write that meets a transaction under way; each waits longer than the last.
const TRIES: u32 = 12;

/// What became of a conditional write.
pub(super) enum Written {
    /// It was made, and the item is this now (empty for a put or a delete).
    Made(Item),
    /// The condition did not hold for the item that is there.
    Refused(Option<Item>),
}

impl Written {
    pub fn made(&self) -> bool {
        matches!(self, Self::Made(_))
    }
}

/// A condition: `#name` stands for the attribute of that name, `:name` for a value given with it.
#[derive(Default, Clone)]
pub(super) struct Condition {
    text: String,
    values: HashMap<String, AttributeValue>,
}

impl Condition {
    pub fn new<const N: usize>(text: impl Into<String>, values: [(&str, AttributeValue); N]) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { text: text.into(), values }
    }

    /// There is no such item.
    pub fn absent() -> Self {
        Self::new("attribute_not_exists(#pk)", [])
    }

    /// There is such an item.
    pub fn present() -> Self {
        Self::new("attribute_exists(#pk)", [])
    }

    /// It has that version still.
    pub fn version(version: u64) -> Self {
        Self::new("#version = :if_version", [(":if_version", n(version))])
    }
}

/// Changes of one item's attributes.
#[derive(Default, Clone)]
pub(super) struct Update {
    set: Vec<String>,
    remove: Vec<String>,
    add: Vec<String>,
    values: HashMap<String, AttributeValue>,
    condition: Condition,
}

impl Update {
    pub fn when(condition: Condition) -> Self {
        Self { condition, ..Self::default() }
    }

    pub fn set(mut self, name: &str, value: AttributeValue) -> Self {
        self.set.push(format!("#{name} = :{name}"));
        self.values.insert(format!(":{name}"), value);
        self
    }

    /// Sets it where there is a value, and leaves it otherwise.
    pub fn maybe(self, name: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Sets it where there is a value, and takes it away otherwise.
    pub fn set_or_remove(self, name: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self.remove(name),
        }
    }

    pub fn remove(mut self, name: &str) -> Self {
        self.remove.push(format!("#{name}"));
        self
    }

    pub fn add(mut self, name: &str, amount: impl ToString) -> Self {
        self.add.push(format!("#{name} :{name}"));
        self.values.insert(format!(":{name}"), n(amount));
        self
    }

    fn text(&self) -> String {
        let clauses = [("SET", &self.set), ("REMOVE", &self.remove), ("ADD", &self.add)];
        let clauses = clauses.iter().filter(|(_, parts)| !parts.is_empty());
        clauses.map(|(word, parts)| format!("{word} {}", parts.join(", "))).collect::<Vec<_>>().join(" ")
    }
}

/// A part of a transaction.
pub(super) enum Action {
    Put(Key, Item),
    Update(Key, Update),
    Delete(Key, Condition),
}

/// `#name` for every name in an expression.
pub(super) fn names(text: &str) -> Option<HashMap<String, String>> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names: HashMap<String, String> = text
        .split('#')
        .skip(1)
        .map(|rest| rest.split(|c| !word(c)).next().unwrap_or_default())
        .map(|name| (format!("#{name}"), name.to_owned()))
        .collect();
    (!names.is_empty()).then_some(names)
}

fn some<K, V>(map: HashMap<K, V>) -> Option<HashMap<K, V>> {
    (!map.is_empty()).then_some(map)
}

/// What a failed try means.
enum Failed {
    Refused(Option<Item>),
    /// A transaction holds the item: the next try may do.
    Busy,
    Error(CatalogError),
}

macro_rules! failed {
    ($error:expr, $kind:ident) => {{
        let error: SdkError<$kind, _> = $error;
        match error.as_service_error() {
            Some($kind::ConditionalCheckFailedException(e)) => Failed::Refused(e.item.clone()),
            Some($kind::TransactionConflictException(_)) => Failed::Busy,
            _ => Failed::Error(store_error(error)),
        }
    }};
}

async fn pause(attempt: u32) {
    // Up to 5 ms, then 10, to 1.3 s: chance keeps apart those that were in each other's way.
    let longest_us = 5_000_u64 << attempt.min(8);
    let chance =
        u64::from(u16::from_be_bytes(uuid::Uuid::new_v4().as_bytes().first_chunk().copied().unwrap_or_default()));
    tokio::time::sleep(Duration::from_micros((longest_us * chance) >> 16)).await;
}

fn busy() -> CatalogError {
    CatalogError::Store(format!("other transactions held the item through {TRIES} tries"))
}

impl DynamoCatalog {
    /// Puts an item in the place of whatever is there, if the condition holds for that.
    pub(super) async fn put(&self, key: &Key, item: &Item, condition: &Condition) -> Result<Written, CatalogError> {
        for attempt in 0..TRIES {
            let put = self
                .client
                .put_item()
                .table_name(self.table(key.room))
                .set_item(Some(item.clone()))
                .condition_expression(&condition.text)
                .set_expression_attribute_names(names(&condition.text))
                .set_expression_attribute_values(some(condition.values.clone()))
                .return_values_on_condition_check_failure(OnFailure::AllOld);
            let Err(error) = put.send().await else { return Ok(Written::Made(Item::new())) };
            match failed!(error, PutItemError) {
                Failed::Refused(old) => return Ok(Written::Refused(old)),
                Failed::Busy => pause(attempt).await,
                Failed::Error(error) => return Err(error),
            }
        }
        Err(busy())
    }

    /// Changes an item, if the condition holds.
    pub(super) async fn update(&self, key: &Key, update: &Update) -> Result<Written, CatalogError> {
        let (text, condition) = (update.text(), &update.condition);
        for attempt in 0..TRIES {
            let mut values = update.values.clone();
            values.extend(condition.values.clone());
            let sent = self
                .client
                .update_item()
                .table_name(self.table(key.room))
                .set_key(Some(key.item()))
                .update_expression(&text)
                .set_condition_expression((!condition.text.is_empty()).then(|| condition.text.clone()))
                .set_expression_attribute_names(names(&format!("{text} {}", condition.text)))
                .set_expression_attribute_values(some(values))
                .return_values(ReturnValue::AllNew)
                .return_values_on_condition_check_failure(OnFailure::AllOld)
                .send()
                .await;
            let error = match sent {
                Ok(output) => return Ok(Written::Made(output.attributes.unwrap_or_default())),
                Err(error) => error,
            };
            match failed!(error, UpdateItemError) {
                Failed::Refused(old) => return Ok(Written::Refused(old)),
                Failed::Busy => pause(attempt).await,
                Failed::Error(error) => return Err(error),
            }
        }
        Err(busy())
    }

    /// Removes an item, if the condition holds.
    pub(super) async fn remove(&self, key: &Key, condition: &Condition) -> Result<bool, CatalogError> {
        for attempt in 0..TRIES {
            let delete = self
                .client
                .delete_item()
                .table_name(self.table(key.room))
                .set_key(Some(key.item()))
                .condition_expression(&condition.text)
                .set_expression_attribute_names(names(&condition.text))
                .set_expression_attribute_values(some(condition.values.clone()));
            let Err(error) = delete.send().await else { return Ok(true) };
            match failed!(error, DeleteItemError) {
                Failed::Refused(_) => return Ok(false),
                Failed::Busy => pause(attempt).await,
                Failed::Error(error) => return Err(error),
            }
        }
        Err(busy())
    }

    /// All of it, or nothing: `false` where some condition did not hold. At most 100 actions, each on another item.
    pub(super) async fn transact(&self, actions: &[Action]) -> Result<bool, CatalogError> {
        let items = actions.iter().map(|action| self.action(action)).collect::<Result<Vec<_>, _>>()?;
        for attempt in 0..TRIES {
            let sent = self.client.transact_write_items().set_transact_items(Some(items.clone())).send().await;
            let Err(error) = sent else { return Ok(true) };
            let code = |wanted: &str| match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(e)) => {
                    e.cancellation_reasons().iter().any(|reason| reason.code() == Some(wanted))
                }
                _ => false,
            };
            if code("ConditionalCheckFailed") {
                return Ok(false);
            }
            if !code("TransactionConflict") {
                return Err(store_error(error));
            }
            pause(attempt).await;
        }
        Err(busy())
    }

    fn action(&self, action: &Action) -> Result<TransactWriteItem, CatalogError> {
        let builder = TransactWriteItem::builder();
        Ok(match action {
            Action::Put(key, item) => {
                let put = Put::builder().table_name(self.table(key.room)).set_item(Some(item.clone()));
                builder.put(put.build().map_err(store_error)?)
            }
            Action::Update(key, update) => {
                let (text, condition) = (update.text(), &update.condition);
                let mut values = update.values.clone();
                values.extend(condition.values.clone());
                let update = UpdateAction::builder()
                    .table_name(self.table(key.room))
                    .set_key(Some(key.item()))
                    .update_expression(&text)
                    .set_condition_expression((!condition.text.is_empty()).then(|| condition.text.clone()))
                    .set_expression_attribute_names(names(&format!("{text} {}", condition.text)))
                    .set_expression_attribute_values(some(values));
                builder.update(update.build().map_err(store_error)?)
            }
            Action::Delete(key, condition) => {
                let delete = Delete::builder()
                    .table_name(self.table(key.room))
                    .set_key(Some(key.item()))
                    .set_condition_expression((!condition.text.is_empty()).then(|| condition.text.clone()))
                    .set_expression_attribute_names(names(&condition.text))
                    .set_expression_attribute_values(some(condition.values.clone()));
                builder.delete(delete.build().map_err(store_error)?)
            }
        }
        .build())
    }
}
