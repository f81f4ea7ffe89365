//! The tables as data: `tables.json` is what Terraform makes them from, and what is read here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};
use serde::Deserialize;

use super::DynamoCatalog;
use super::client::store_error;
use crate::CatalogError;

/// `tables.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    /// The key of every table: attributes of type string.
    pub key: KeyPair,
    /// The attribute with the second from which on DynamoDB may remove an item.
    pub ttl: String,
    /// Indexes by name: attributes of type string, projection `KEYS_ONLY`.
    pub indexes: BTreeMap<String, KeyPair>,
    /// Tables by name, less the prefix.
    pub tables: BTreeMap<String, Table>,
}

/// Names of a partition key and a sort key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPair {
    /// The partition key.
    pub hash: String,
    /// The sort key.
    pub range: String,
}

/// A table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Names of its indexes.
    pub indexes: Vec<String>,
    /// Whether it has a stream, with new and old images.
    pub stream: bool,
}

/// The text that Terraform reads too.
pub const TABLES_JSON: &str = include_str!("../../tables.json");

/// The tables.
#[expect(clippy::expect_used, reason = "the file is part of the build, and a test reads it")]
pub static TABLES: LazyLock<Tables> =
    LazyLock::new(|| serde_json::from_str(TABLES_JSON).expect("tables.json has the shape of Tables"));

/// Makes the tables that are missing, and waits until they can be used. For tests and local use: Terraform makes those
/// that are deployed.
///
/// # Errors
/// [`CatalogError::Store`] where DynamoDB refuses.
pub async fn create_tables(catalog: &DynamoCatalog) -> Result<(), CatalogError> {
    for (name, table) in &TABLES.tables {
        let full_name = catalog.table_name(name);
        let indexes = table.indexes.iter().filter_map(|name| Some((name, TABLES.indexes.get(name)?)));
        let mut create = catalog
            .client
            .create_table()
            .table_name(&full_name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(key_schema(&TABLES.key)?))
            .set_attribute_definitions(Some(definitions(&TABLES.key)?));
        for (name, key) in indexes {
            let projection = Projection::builder().projection_type(ProjectionType::KeysOnly).build();
            let index = GlobalSecondaryIndex::builder()
                .index_name(name)
                .set_key_schema(Some(key_schema(key)?))
                .projection(projection)
                .build()
                .map_err(store_error)?;
            create = create.global_secondary_indexes(index);
            for definition in definitions(key)? {
                create = create.attribute_definitions(definition);
            }
        }
        if table.stream {
            let stream = StreamSpecification::builder()
                .stream_enabled(true)
                .stream_view_type(StreamViewType::NewAndOldImages)
                .build()
                .map_err(store_error)?;
            create = create.stream_specification(stream);
        }
        match create.send().await {
            Ok(_) => {}
            Err(e) if e.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) => continue,
            Err(e) => return Err(store_error(e)),
        }
        wait_for(catalog, &full_name).await?;
        let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(&TABLES.ttl).build();
        let ttl = ttl.map_err(store_error)?;
        let set = catalog.client.update_time_to_live().table_name(&full_name).time_to_live_specification(ttl);
        set.send().await.map_err(store_error)?;
    }
    Ok(())
}

async fn wait_for(catalog: &DynamoCatalog, table: &str) -> Result<(), CatalogError> {
    use aws_sdk_dynamodb::client::Waiters as _;
    let wait = catalog.client.wait_until_table_exists().table_name(table);
    wait.wait(std::time::Duration::from_secs(60)).await.map_err(store_error)?;
    Ok(())
}

fn key_schema(key: &KeyPair) -> Result<Vec<KeySchemaElement>, CatalogError> {
    let element = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let elements = [element(&key.hash, KeyType::Hash), element(&key.range, KeyType::Range)];
    elements.into_iter().collect::<Result<_, _>>().map_err(store_error)
}

fn definitions(key: &KeyPair) -> Result<Vec<AttributeDefinition>, CatalogError> {
    let text =
        |name: &str| AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
    [text(&key.hash), text(&key.range)].into_iter().collect::<Result<_, _>>().map_err(store_error)
}
