use std::path::PathBuf;
use std::sync::Arc;

use crate::{Catalog, CatalogError, DynamoCatalog, SqliteCatalog};

/// Where a catalog is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `sqlite:PATH`: a file.
    Sqlite(PathBuf),
    /// `dynamodb:PREFIX`: tables `PREFIX-people`, `PREFIX-media`, … of the account that the environment names.
    DynamoDb(String),
}

impl std::str::FromStr for Address {
    type Err = CatalogError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A table's name has 3 to 255 of these; ours adds at most nine.
        let table = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            Some(("dynamodb", prefix)) if (1..=200).contains(&prefix.len()) && prefix.chars().all(table) => {
                Ok(Self::DynamoDb(prefix.to_owned()))
            }
            _ => Err(CatalogError::Address(text.to_owned())),
        }
    }
}

/// Opens the store that an address names: `sqlite:PATH` (the file is made where it is missing, and brought up to this
/// build's schema) or `dynamodb:PREFIX` (the tables have to be there; the SDK reads region, credentials and
/// `AWS_ENDPOINT_URL_DYNAMODB` from the environment, and nothing is asked of them before the first use).
///
/// # Errors
/// [`CatalogError::Address`] for another form, [`CatalogError::Store`] where the store cannot be opened,
/// [`CatalogError::Schema`] where a newer build has written it.
pub async fn open(address: &str) -> Result<Arc<dyn Catalog>, CatalogError> {
    Ok(match address.parse()? {
        Address::Sqlite(path) => Arc::new(SqliteCatalog::open(path)?),
        Address::DynamoDb(prefix) => Arc::new(DynamoCatalog::from_environment(&prefix).await),
    })
}
