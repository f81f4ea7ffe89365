//! Conditional writes: one item, or some of them together.

use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem,
    Update as UpdateAction,
};

use super::DynamoCatalog;
use super::client::store_error;
use super::expression::{Condition, Update, names, some};
use super::item::Item;
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

/// A part of a transaction.
pub(super) enum Action {
    Put(Key, Item),
    Update(Key, Update),
    Delete(Key, Condition),
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
        for attempt in 0..TRIES {
            let sent = self
                .client
                .update_item()
                .table_name(self.table(key.room))
                .set_key(Some(key.item()))
                .update_expression(update.text())
                .set_condition_expression(update.condition.expression())
                .set_expression_attribute_names(update.all_names())
                .set_expression_attribute_values(update.all_values())
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
                let action = UpdateAction::builder()
                    .table_name(self.table(key.room))
                    .set_key(Some(key.item()))
                    .update_expression(update.text())
                    .set_condition_expression(update.condition.expression())
                    .set_expression_attribute_names(update.all_names())
                    .set_expression_attribute_values(update.all_values());
                builder.update(action.build().map_err(store_error)?)
            }
            Action::Delete(key, condition) => {
                let delete = Delete::builder()
                    .table_name(self.table(key.room))
                    .set_key(Some(key.item()))
                    .set_condition_expression(condition.expression())
                    .set_expression_attribute_names(names(&condition.text))
                    .set_expression_attribute_values(some(condition.values.clone()));
                builder.delete(delete.build().map_err(store_error)?)
            }
        }
        .build())
    }
}
