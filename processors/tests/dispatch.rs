//! Dispatch, from events as S3 and the local queue write them to rows and answers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::sync::atomic::Ordering;

use catalog::{Kind, Outcome, Status};
use processors::ProcessError;
use processors::dispatch::{Event, dispatch};
use serde_json::{Value, json};
use support::{World, id};

const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0 and so on";
const MP4: &[u8] = b"\0\0\0\x14ftypisom\0\0\0\0mp41";

fn created(bucket: &str, key: &str) -> Value {
    json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "awsRegion": "eu-central-1",
        "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": bucket, "arn": "arn:aws:s3:::raw"},
               "object": {"key": key, "size": 999_999, "eTag": "stale", "sequencer": "0A1B"}}})
}

async fn sent(world: &World, event: Value) -> Result<Value, ProcessError> {
    let event: Event = serde_json::from_value(event).unwrap();
    dispatch(&world.services, event).await.map(|answer| serde_json::to_value(answer).unwrap())
}

async fn answer(world: &World, event: Value) -> Value {
    sent(world, event).await.unwrap()
}

fn one(id: &str, kind: &str) -> Value {
    json!({"items": [{"media_id": id, "kind": kind}]})
}

#[tokio::test]
async fn an_announced_upload_is_seen_through_its_event() {
    let world = World::new();
    let id = world.announce("a1").await;
    world.drop_in("ada/a1/original", JPEG);
    assert_eq!(answer(&world, json!({"Records": [created("raw", "ada/a1/original")]})).await, one("a1", "image"));
    let row = world.row(&id).await;
    assert_eq!((row.status, row.title.as_str()), (Status::Uploaded, "Title"));
    // The object was asked, not the event.
    assert_eq!((row.source.bytes, row.source.etag), (JPEG.len() as u64, support::etag(JPEG)));
    assert_eq!(row.source.key, "ada/a1/original");
}

#[tokio::test]
async fn a_title_is_looked_at_by_its_id() {
    let world = World::new();
    let id = world.announce("a1").await;
    assert_eq!(answer(&world, json!({"media_id": "a1"})).await, one("a1", "missing"));
    assert_eq!(world.row(&id).await.status, Status::Uploading);
    world.drop_in("ada/a1/original", MP4);
    assert_eq!(answer(&world, json!({"media_id": "a1"})).await, one("a1", "video"));
    let row = world.row(&id).await;
    assert_eq!((row.status, row.source.bytes), (Status::Uploaded, MP4.len() as u64));
    assert_eq!(answer(&world, json!({"media_id": "nobody"})).await, one("nobody", "missing"));
}

#[tokio::test]
async fn an_object_dropped_into_the_bucket_gets_one_row() {
    let world = World::new();
    world.drop_in("ada/2024/my film +1.mp4", MP4);
    let event = || json!({"Records": [created("raw", "ada/2024/my+film+%2B1.mp4")]});
    let first = answer(&world, event()).await;
    assert_eq!(answer(&world, event()).await, first);
    assert_eq!(first["items"][0]["kind"], "video");
    let page = world.catalog().list("ada", None, 10).await.unwrap();
    assert_eq!(page.items.len(), 1);
    let row = &page.items[0];
    assert_eq!((row.title.as_str(), row.status, row.kind), ("my film +1.mp4", Status::Uploaded, Kind::Unknown));
    assert_eq!((row.source.key.as_str(), row.source.bytes), ("ada/2024/my film +1.mp4", MP4.len() as u64));
    assert_eq!((row.id.as_str().len(), &first["items"][0]["media_id"]), (32, &json!(row.id.as_str())));
}

#[tokio::test]
async fn nobody_fills_anothers_title() {
    let world = World::new();
    let adas = world.announce("a1").await;
    world.drop_in("bob/a1/original", JPEG);
    let answer = answer(&world, json!({"Records": [created("raw", "bob/a1/original")]})).await;
    assert_ne!(answer["items"][0]["media_id"], "a1");
    assert_eq!(world.row(&adas).await.status, Status::Uploading);
    let bobs = world.catalog().list("bob", None, 10).await.unwrap();
    assert_eq!(bobs.items.len(), 1);
    assert_eq!(world.catalog().list("ada", None, 10).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn what_is_neither_fails_with_a_reason() {
    let world = World::new();
    let neither = "This file is neither a picture nor a film that Stagedoor knows (JPEG, PNG, WebP, GIF, HEIC, AVIF, \
                   TIFF, BMP, MP4, MOV, WebM, MKV, TS).";
    let table: [(&str, &[u8], &str); 3] = [
        ("text", b"Dear Ada, enclosed you find", neither),
        ("empty", b"", "The file is empty."),
        ("list", b"#EXTM3U\nhttp://127.0.0.1/secret.ts\n", neither),
    ];
    for (name, bytes, reason) in table {
        let id = world.upload(name, bytes).await;
        assert_eq!(answer(&world, json!({"media_id": name})).await, one(name, "unsupported"));
        let row = world.row(&id).await;
        assert_eq!(row.status, Status::Failed, "{name}");
        assert!(row.reason.as_deref().unwrap().starts_with(reason), "{name}: {:?}", row.reason);
        assert_eq!(answer(&world, json!({"media_id": name})).await, one(name, "ended"));
    }
}

#[tokio::test]
async fn what_has_ended_stays_ended() {
    let world = World::new();
    let id = world.upload("a1", JPEG).await;
    let ready = Outcome::Ready { renditions: Vec::new(), duration_ms: None, picture: None, later: false };
    assert!(world.catalog().finish(&id, &ready, 5).await.unwrap());
    let before = world.row(&id).await;
    assert_eq!(answer(&world, json!({"Records": [created("raw", "ada/a1/original")]})).await, one("a1", "ended"));
    assert_eq!(world.row(&id).await, before);
}

#[tokio::test]
async fn what_is_being_processed_may_be_dispatched_again() {
    let world = World::new();
    let id = world.upload("a1", JPEG).await;
    assert!(world.catalog().processing(&id, Kind::Image, 5).await.unwrap());
    assert_eq!(answer(&world, json!({"media_id": "a1"})).await, one("a1", "image"));
    assert_eq!(world.row(&id).await.status, Status::Processing);
}

#[tokio::test]
async fn an_object_that_is_gone_is_missing_and_said() {
    let world = World::new();
    let id = world.upload("a1", JPEG).await;
    std::fs::remove_file(world.store.path("raw", "ada/a1/original")).unwrap();
    assert_eq!(answer(&world, json!({"media_id": "a1"})).await, one("a1", "missing"));
    let row = world.row(&id).await;
    assert_eq!(
        (row.status, row.reason.as_deref()),
        (Status::Failed, Some("The uploaded file is no longer there. Upload it again."))
    );

    let gone = answer(&world, json!({"Records": [created("raw", "ada/x/never.jpg")]})).await;
    assert_eq!(gone["items"][0]["kind"], "missing");
    assert_eq!(world.catalog().list("ada", None, 10).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn events_that_are_not_for_us_are_skipped() {
    let world = World::new();
    world.drop_in("x.jpg", JPEG);
    world.drop_in("ada/x.jpg", JPEG);
    let mut removed = created("raw", "ada/x.jpg");
    removed["eventName"] = json!("ObjectRemoved:Delete");
    for record in [created("raw", "x.jpg"), created("raw", "../x.jpg"), created("media", "ada/x.jpg"), removed] {
        assert_eq!(answer(&world, json!({"Records": [record]})).await, json!({"items": []}));
    }
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "raw"});
    assert_eq!(answer(&world, test).await, json!({"items": []}));
    assert!(world.catalog().in_status(&[Status::Uploaded, Status::Failed]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_wrong_event_names_its_field() {
    let world = World::new();
    for (event, field) in [(json!({}), "Records"), (json!({"media_id": "Not An Id"}), "media_id")] {
        let error = sent(&world, event).await.unwrap_err();
        assert!(matches!(error, ProcessError::Event { field: named, .. } if named == field), "{error}");
    }
}

#[tokio::test]
async fn a_store_that_fails_changes_no_row() {
    let world = World::new();
    let id = world.upload("a1", JPEG).await;
    let before = world.row(&id).await;
    world.store.failing.store(true, Ordering::SeqCst);
    for event in [json!({"media_id": "a1"}), json!({"Records": [created("raw", "ada/a1/original")]})] {
        assert!(matches!(sent(&world, event).await, Err(ProcessError::Objects(_))));
    }
    assert_eq!(world.row(&id).await, before);
    world.store.failing.store(false, Ordering::SeqCst);
    assert_eq!(answer(&world, json!({"media_id": id.as_str()})).await, one("a1", "image"));
}

#[tokio::test]
async fn several_records_are_several_items() {
    let world = World::new();
    for name in ["a1", "a2"] {
        world.announce(name).await;
        world.drop_in(&format!("ada/{name}/original"), JPEG);
    }
    let records = json!({"Records": [created("raw", "ada/a1/original"), created("raw", "ada/a2/original")]});
    assert_eq!(answer(&world, records).await["items"].as_array().unwrap().len(), 2);
    assert_eq!(world.row(&id("a2")).await.status, Status::Uploaded);
}
