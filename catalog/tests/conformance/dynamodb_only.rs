//! What DynamoDB has beside the catalog: tables as data, items' versions, times to live, a stream.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, KeySchemaElement, StreamSpecification};
use catalog::dynamo::schema::{self, NEWEST};
use catalog::dynamo::tables::{TABLES, create_tables};
use catalog::{
    CatalogError, CollectionStore as _, DynamoCatalog, MediaChange, MediaStore as _, NewCollection, OnceStore as _,
    UploadStore as _, Visibility,
};

use crate::media::{declared, id};
use crate::moto;
use crate::uploads::upload;

async fn fresh() -> (DynamoCatalog, Client, String) {
    let (client, prefix) = (moto::client().await, moto::fresh_prefix());
    let catalog = DynamoCatalog::new(client.clone(), &prefix);
    create_tables(&catalog).await.unwrap();
    (catalog, client, prefix)
}

async fn items(client: &Client, table: &str) -> Vec<HashMap<String, AttributeValue>> {
    client.scan().table_name(table).send().await.unwrap().items.unwrap_or_default()
}

/// An item of media as schema 1 had it.
async fn put_old(client: &Client, table: &str, name: &str) {
    let s = |text: &str| AttributeValue::S(text.to_owned());
    let n = |number: u64| AttributeValue::N(number.to_string());
    let source = HashMap::from([
        ("key".to_owned(), s("ada/old/original")),
        ("bytes".to_owned(), n(5)),
        ("etag".to_owned(), s("e")),
    ]);
    let put = client.put_item().table_name(table).item("pk", s(&format!("m#{name}"))).item("sk", s("row"));
    let put = put.item("schema", n(1)).item("id", s(name)).item("owner", s("ada")).item("title", s("Old"));
    let put = put.item("kind", s("unknown")).item("status", s("uploaded")).item("source", AttributeValue::M(source));
    let put = put.item("renditions", AttributeValue::L(vec![])).item("created_at", n(7)).item("updated_at", n(8));
    put.send().await.unwrap();
}

#[tokio::test]
async fn the_tables_are_made_as_they_are_written_down() {
    let (catalog, client, prefix) = fresh().await;
    create_tables(&catalog).await.expect("tables that are there stay");
    assert!(TABLES.tables.len() < 10);
    for (name, table) in &TABLES.tables {
        let table_name = format!("{prefix}-{name}");
        let found = client.describe_table().table_name(&table_name).send().await.unwrap().table.unwrap();
        let keys: Vec<&str> = found.key_schema().iter().map(KeySchemaElement::attribute_name).collect();
        assert_eq!(keys, [&TABLES.key.hash, &TABLES.key.range], "{name}");
        let indexes: BTreeMap<&str, Vec<&str>> = found
            .global_secondary_indexes()
            .iter()
            .map(|i| (i.index_name().unwrap(), i.key_schema().iter().map(KeySchemaElement::attribute_name).collect()))
            .collect();
        let wanted: BTreeMap<&str, Vec<&str>> = table
            .indexes
            .iter()
            .map(|i| (i.as_str(), vec![TABLES.indexes[i].hash.as_str(), TABLES.indexes[i].range.as_str()]))
            .collect();
        assert_eq!(indexes, wanted, "{name}");
        assert_eq!(
            found.stream_specification().is_some_and(StreamSpecification::stream_enabled),
            table.stream,
            "{name}"
        );
        let ttl = client.describe_time_to_live().table_name(&table_name).send().await.unwrap();
        assert_eq!(ttl.time_to_live_description.unwrap().attribute_name(), Some(TABLES.ttl.as_str()), "{name}");
    }
}

#[tokio::test]
async fn an_old_item_is_brought_up_when_it_is_read() {
    let (catalog, client, prefix) = fresh().await;
    let table = format!("{prefix}-media");
    put_old(&client, &table, "old").await;
    assert!(catalog.list("ada", None, 9).await.unwrap().items.is_empty(), "no index finds it yet");

    let row = catalog.find(&id("old")).await.unwrap().unwrap();
    assert_eq!((row.title.as_str(), row.comment.as_str(), row.version), ("Old", "", 1));
    assert_eq!((row.visibility, row.created_at, row.updated_at, row.source.bytes), (Visibility::Owner, 7, 8, 5));
    let item = &items(&client, &table).await[0];
    assert_eq!(item["schema"], AttributeValue::N(NEWEST.to_string()));
    assert_eq!(catalog.list("ada", None, 9).await.unwrap().items.len(), 1);
    let change = MediaChange { title: Some("New".to_owned()), ..MediaChange::default() };
    assert_eq!(catalog.describe(&id("old"), 1, &change, 9).await.unwrap(), catalog::Change::Made);
}

#[tokio::test]
async fn all_old_items_are_brought_up_by_command() {
    let (catalog, client, prefix) = fresh().await;
    let table = format!("{prefix}-media");
    for n in 0..3 {
        put_old(&client, &table, &format!("old{n}")).await;
    }
    catalog.insert(&declared("new", "ada"), 1).await.unwrap();
    let of_media = |states: Vec<schema::TableState>| states.into_iter().find(|s| s.table == table).unwrap().items;
    assert_eq!(of_media(schema::status(&catalog).await.unwrap()), BTreeMap::from([(1, 3), (NEWEST, 1)]));
    assert_eq!(schema::up(&catalog).await.unwrap(), 3);
    assert_eq!(schema::up(&catalog).await.unwrap(), 0);
    assert_eq!(of_media(schema::status(&catalog).await.unwrap()), BTreeMap::from([(NEWEST, 4)]));
    assert_eq!(catalog.list("ada", None, 9).await.unwrap().items.len(), 4);
    assert_eq!(catalog.in_status(&[catalog::Status::Uploaded]).await.unwrap().len(), 3);
}

#[tokio::test]
async fn an_item_of_a_newer_build_is_refused() {
    let (catalog, client, prefix) = fresh().await;
    catalog.insert(&declared("a", "ada"), 1).await.unwrap();
    client
        .update_item()
        .table_name(format!("{prefix}-media"))
        .key("pk", AttributeValue::S("m#a".to_owned()))
        .key("sk", AttributeValue::S("row".to_owned()))
        .update_expression("SET #s = :s")
        .expression_attribute_names("#s", "schema")
        .expression_attribute_values(":s", AttributeValue::N((NEWEST + 1).to_string()))
        .send()
        .await
        .unwrap();
    for refused in [
        catalog.find(&id("a")).await.map(|_| ()),
        catalog.list("ada", None, 9).await.map(|_| ()),
        schema::up(&catalog).await.map(|_| ()),
    ] {
        let text = refused.as_ref().unwrap_err().to_string();
        assert!(matches!(refused, Err(CatalogError::Schema { .. })), "{text}");
        assert!(text.contains("m#a") && text.contains("schema 3") && text.contains("knows 2"), "{text}");
    }
}

#[tokio::test]
async fn every_item_says_what_it_is_and_what_may_go_says_when() {
    let (catalog, client, prefix) = fresh().await;
    let now = 1_800_000_000_000;
    catalog.insert(&declared("m", "ada"), now).await.unwrap();
    let shared = MediaChange { visibility: Some(Visibility::Everyone), ..MediaChange::default() };
    catalog.describe(&id("m"), 1, &shared, now).await.unwrap();
    catalog.begin_upload(&upload("u", now)).await.unwrap();
    catalog.begin_once("ada", "k", now).await.unwrap();
    let collection = NewCollection { id: "c".to_owned(), owner: "ada".to_owned(), title: "c".to_owned() };
    catalog.add_collection(&collection, now).await.unwrap();

    let mut kinds = BTreeSet::new();
    for table in ["media", "people"] {
        for item in items(&client, &format!("{prefix}-{table}")).await {
            let kind = item["type"].as_s().unwrap().clone();
            assert_eq!(item["schema"], AttributeValue::N(NEWEST.to_string()), "{kind}");
            let ttl = item.get("ttl").map(|ttl| ttl.as_n().unwrap().parse::<i64>().unwrap());
            match kind.as_str() {
                "upload" => assert_eq!(ttl, Some(now / 1_000 + 1 + 7 * 86_400)),
                "once" => assert_eq!(ttl, Some(now / 1_000 + 86_400)),
                _ => assert_eq!(ttl, None, "{kind}"),
            }
            kinds.insert(kind);
        }
    }
    assert_eq!(kinds, ["collection", "media", "once", "pointer", "upload"].map(str::to_owned).into());
}

#[tokio::test]
async fn a_table_that_is_missing_is_said() {
    let catalog = DynamoCatalog::new(moto::client().await, "nowhere");
    let text = catalog.find(&id("a")).await.unwrap_err().to_string();
    assert!(text.contains("ResourceNotFound"), "{text}");
}
