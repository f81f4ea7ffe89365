//! Items and values: rows as JSON on one side, DynamoDB's attributes on the other.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::store_error;
use super::keys::Key;
use super::schema::{self, Type};
use crate::{CatalogError, UnixMillis, record};

pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

#[expect(clippy::needless_pass_by_value, reason = "numbers are handed over as numbers, not as references to them")]
pub(super) fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Any value in its JSON form.
pub(super) fn json(value: &impl Serialize) -> Result<AttributeValue, CatalogError> {
    serde_dynamo::to_attribute_value(value).map_err(store_error)
}

/// The second from which on DynamoDB may remove an item.
pub(super) fn ttl(at: UnixMillis) -> AttributeValue {
    n(at.div_euclid(1_000))
}

/// A row as an item, with what indexes find it by. What a row has not is no attribute, so that conditions can ask for it.
pub(super) fn item(
    key: &Key,
    kind: Type,
    row: &impl Serialize,
    more: impl IntoIterator<Item = (&'static str, AttributeValue)>,
) -> Result<Item, CatalogError> {
    let row = serde_json::to_value(row).map_err(store_error)?;
    let mut item = key.item();
    for (name, value) in row.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        item.insert(name.clone(), json(value)?);
    }
    item.insert("type".to_owned(), s(kind.name()));
    item.insert("schema".to_owned(), n(schema::NEWEST));
    item.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Ok(item)
}

/// A row out of an item, of whatever schema.
pub(super) fn row<T: DeserializeOwned>(item: Item) -> Result<T, CatalogError> {
    record::read(schema::upgraded(plain(item)?)?)
}

/// An item as JSON.
pub(super) fn plain(item: Item) -> Result<Value, CatalogError> {
    serde_dynamo::from_item(item).map_err(store_error)
}
