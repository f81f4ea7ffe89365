//! Rows as JSON: the one form that both stores read and write, so that a field is named once.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::CatalogError;

/// A row out of its JSON; an error names the row and the field.
pub(crate) fn read<T: DeserializeOwned>(row: Value) -> Result<T, CatalogError> {
    let id = ["id", "key", "sub", "person"].iter().find_map(|name| row.get(*name)?.as_str()).unwrap_or("?").to_owned();
    serde_path_to_error::deserialize(row).map_err(|e| CatalogError::Row {
        id,
        field: e.path().to_string(),
        message: e.into_inner().to_string(),
    })
}

/// JSON as text, for a column.
pub(crate) fn text(value: &impl Serialize) -> Result<String, CatalogError> {
    serde_json::to_string(value).map_err(|e| CatalogError::Store(e.to_string()))
}

/// An enum's stored form: its serde name.
pub(crate) fn name(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Text as searches compare it.
pub(crate) fn fold(text: &str) -> String {
    text.to_lowercase()
}
