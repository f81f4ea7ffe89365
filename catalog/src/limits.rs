//! What fits into the catalog. The bounds stand together since one of DynamoDB's is behind most of them: an item has at
//! most 400 KB, a transaction at most 100 actions.

use crate::CatalogError;

/// Characters of a title or a name.
pub const TITLE: usize = 300;
/// Characters of a comment or a person's own description.
pub const TEXT: usize = 5_000;
/// Groups that a title may be shared with.
pub const GROUPS: usize = 20;
/// Bytes of a group's name or a person's `sub`; Cognito's have at most 128.
pub const NAME: usize = 256;
/// People and groups that a collection may be shared with, together.
pub const SHARES: usize = 40;
/// Titles in a collection.
pub const COLLECTION_ITEMS: usize = 1_000;
/// Bytes of a person's preferences as JSON.
pub const PREFERENCES: usize = 16 * 1024;
/// Events that one webhook may be for.
pub const WEBHOOK_EVENTS: usize = 50;
/// Characters of an address or a secret.
pub const ADDRESS: usize = 2_000;
/// Deliveries that are remembered of each webhook.
pub const DELIVERIES: usize = 100;
/// Bytes of an answer kept for its idempotency key.
pub const ANSWER: usize = 256 * 1024;
/// Characters of an idempotency key.
pub const IDEMPOTENCY_KEY: usize = 200;
/// Rows that a filtered list looks at in one call, where the store cannot filter by index.
pub const EXAMINED: usize = 1_000;

/// `count` may not be more than `most`.
pub(crate) fn at_most(field: &'static str, count: usize, most: usize, what: &str) -> Result<(), CatalogError> {
    if count <= most {
        Ok(())
    } else {
        Err(CatalogError::Invalid { field, message: format!("expected at most {most} {what}, not {count}") })
    }
}

/// A title: not empty, not long.
pub(crate) fn title(field: &'static str, text: &str) -> Result<(), CatalogError> {
    present(field, text)?;
    at_most(field, text.chars().count(), TITLE, "characters")
}

/// What may not be empty.
pub(crate) fn present(field: &'static str, text: &str) -> Result<(), CatalogError> {
    if text.trim().is_empty() {
        return Err(CatalogError::Invalid { field, message: "expected a text, not an empty one".to_owned() });
    }
    Ok(())
}

/// Names of people or groups, none empty and none long: they are part of keys.
pub(crate) fn names(field: &'static str, names: &[String]) -> Result<(), CatalogError> {
    for name in names {
        present(field, name)?;
        at_most(field, name.len(), NAME, "bytes of a name")?;
    }
    Ok(())
}
