//! Events come at least once and in any order: one set of outputs, one change of the row.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use catalog::{Media, Status};
use image::{Rgb, RgbImage};
use processors::dispatch::{self, dispatch};
use processors::process::{self, Answer, Call, End, image_calls};
use serde_json::{Value, json};
use support::{World, jpeg};

/// A photo of its own for each title, wide enough for two rungs of the ladder.
fn photo(name: &str) -> Vec<u8> {
    let shade = name.bytes().fold(0_u8, |sum, byte| sum.wrapping_add(byte).wrapping_mul(7));
    jpeg(&RgbImage::from_fn(500, 300, |x, y| Rgb([(x / 2) as u8, (y % 256) as u8, shade])), None)
}

fn s3_event(name: &str) -> Value {
    json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {
        "bucket": {"name": support::RAW}, "object": {"key": format!("ada/{name}/original")},
    }}]})
}

/// A message of the queue as Lambda hands it over.
fn message(id: &str, body: &str) -> Value {
    json!({"messageId": id, "receiptHandle": "r", "body": body, "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {}, "md5OfBody": "0", "eventSource": "aws:sqs", "awsRegion": "eu-central-1"})
}

fn body(name: &str, later: bool) -> String {
    json!({"media_id": name, "later": later}).to_string()
}

async fn called(world: &World, call: Value) -> Answer {
    let call: Call = serde_json::from_value(call).unwrap();
    image_calls(&world.services, call).await.unwrap()
}

/// One of a title's three events; whether it was this call that moved the row to an end, or added what came later.
async fn delivered(world: &World, name: &str, step: usize) -> Option<usize> {
    let call = match step {
        0 => {
            let event: dispatch::Event = serde_json::from_value(s3_event(name)).unwrap();
            dispatch(&world.services, event).await.unwrap();
            return None;
        }
        1 => json!({"media_id": name}),
        _ => json!({"media_id": name, "later": true}),
    };
    let call: Call = serde_json::from_value(call).unwrap();
    match image_calls(&world.services, call).await {
        Ok(Answer::One(processed)) => (processed.status == End::Ready).then_some(step),
        Ok(other @ Answer::Batch { .. }) => panic!("{other:?}"),
        // It came before dispatch had seen the object, and will come again.
        Err(processors::ProcessError::NotUploaded { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

/// What has to be there in the end, whatever the order was.
fn ended(world: &World, row: &Media) -> Vec<String> {
    assert_eq!((row.status, row.later), (Status::Ready, false), "{row:?}");
    let names: Vec<&str> = row.renditions.iter().map(|rendition| rendition.name.as_str()).collect();
    let first = ["w640", "w640-jpeg", "thumb", "w320", "w320-jpeg"];
    assert_eq!(names, [&first[..], &["w640-avif", "w320-avif"]].concat());
    let keys: BTreeSet<_> = row.renditions.iter().map(|rendition| rendition.key.clone()).collect();
    let prefix = format!("media/ada/{}/", row.id);
    let made: Vec<_> =
        world.store.made.lock().unwrap().iter().filter(|key| key.starts_with(&prefix)).cloned().collect();
    assert_eq!(made.len(), keys.len(), "each once: {made:?}");
    assert_eq!(made.iter().cloned().collect::<BTreeSet<_>>(), keys, "and nothing else");
    for rendition in &row.renditions {
        assert_eq!(world.media(&rendition.key).len() as u64, rendition.bytes, "{}", rendition.key);
    }
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn twice_in_reverse_and_in_parallel_end_the_same() {
    let world = World::new();
    // The order of the steps in the first round; after it each is delivered until nothing changes, as a queue does.
    for (name, order) in [("forward", [0, 1, 2]), ("reverse", [2, 1, 0]), ("mixed", [1, 2, 0])] {
        let id = world.announce(name).await;
        world.drop_in(&format!("ada/{name}/original"), &photo(name));
        let mut moved = Vec::new();
        for step in [order, order, order].concat() {
            // Twice each time.
            for _ in 0..2 {
                moved.extend(delivered(&world, name, step).await);
            }
        }
        assert_eq!(moved, [1, 2], "{name}: one change by each step");
        let row = world.row(&id).await;
        ended(&world, &row);
        for step in order {
            assert_eq!(delivered(&world, name, step).await, None);
        }
        assert_eq!(world.row(&id).await, row, "{name}: no event changes what has ended");
    }

    let id = world.announce("parallel").await;
    world.drop_in("ada/parallel/original", &photo("parallel"));
    let mut moved = Vec::new();
    for _ in 0..3 {
        let all = [0, 1, 2, 2, 1, 0].map(|step| delivered(&world, "parallel", step));
        moved.extend(futures::future::join_all(all).await.into_iter().flatten());
    }
    moved.sort_unstable();
    assert_eq!(moved, [1, 2], "one change by each step");
    ended(&world, &world.row(&id).await);
}

#[tokio::test]
async fn a_batch_says_which_messages_have_failed() {
    let world = World::new();
    for name in ["good", "late"] {
        world.upload(name, &photo(name)).await;
    }
    world.announce("early").await;
    let batch = json!({"Records": [
        message("m-1", &body("good", false)),
        message("m-2", "no JSON"),
        message("m-3", &body("early", false)),
        message("m-4", &body("good", true)),
        message("m-5", "{\"later\":true}"),
        message("m-6", &body("nobody", true)),
        message("m-7", &body("late", false)),
    ]});
    let answer = serde_json::to_value(called(&world, batch).await).unwrap();
    let failed = ["m-2", "m-3", "m-5"].map(|id| json!({"itemIdentifier": id}));
    assert_eq!(answer, json!({"batchItemFailures": failed}));
    ended(&world, &world.row(&support::id("good")).await);
    assert_eq!(world.row(&support::id("late")).await.status, Status::Ready);

    world.store.failing.store(true, Ordering::SeqCst);
    let again = called(&world, json!({"Records": [message("m-8", &body("late", true))]})).await;
    assert_eq!(serde_json::to_value(again).unwrap(), json!({"batchItemFailures": [{"itemIdentifier": "m-8"}]}));
    assert!(world.row(&support::id("late")).await.later, "it still waits");
    world.store.failing.store(false, Ordering::SeqCst);
    let again = called(&world, json!({"Records": [message("m-8", &body("late", true))]})).await;
    assert_eq!(serde_json::to_value(again).unwrap(), json!({"batchItemFailures": []}));
    ended(&world, &world.row(&support::id("late")).await);
}

#[tokio::test]
async fn a_call_of_another_shape_names_the_field() {
    for (call, expected) in [
        (json!({}), "missing field `media_id`"),
        (json!({"media_id": 7}), "invalid type"),
        (json!({"Records": [{"body": "x"}]}), "missing field `messageId`"),
        (json!({"media_id": "a", "later": "yes"}), "expected a boolean"),
    ] {
        let error = serde_json::from_value::<Call>(call.clone()).unwrap_err().to_string();
        assert!(error.contains(expected), "{call}: {error}");
    }
}

#[tokio::test]
async fn an_object_that_is_replaced_meanwhile_is_read_again() {
    let world = World::new();
    let id = world.upload("a", &photo("a")).await;
    *world.store.replaced.lock().unwrap() = Some(photo("another"));
    let call = || process::Event { media_id: id.clone(), later: false };
    assert!(process::image(&world.services, call()).await.unwrap_err().to_string().contains("replaced"));
    assert_eq!(world.row(&id).await.status, Status::Processing);
    assert_eq!(process::image(&world.services, call()).await.unwrap().status, End::Ready);
    let row = world.row(&id).await;

    // What comes later is of the same object or not at all; the title keeps what it has.
    world.drop_in("ada/a/original", &photo("a third"));
    let later = || process::Event { media_id: id.clone(), later: true };
    assert_eq!(process::image(&world.services, later()).await.unwrap().status, End::Ready);
    let after = world.row(&id).await;
    assert_eq!((after.renditions, after.later, after.status), (row.renditions, false, Status::Ready));

    let gone = world.upload("gone", &photo("gone")).await;
    let event = |later| process::Event { media_id: gone.clone(), later };
    assert_eq!(process::image(&world.services, event(false)).await.unwrap().status, End::Ready);
    std::fs::remove_file(world.store.path(support::RAW, "ada/gone/original")).unwrap();
    assert_eq!(process::image(&world.services, event(true)).await.unwrap().status, End::Failed);
    assert_eq!(world.row(&gone).await.status, Status::Ready);
    assert_eq!(process::image(&world.services, event(true)).await.unwrap().status, End::Ended, "not tried again");
}

#[tokio::test]
async fn the_same_photo_is_the_same_files_and_another_has_other_keys() {
    let world = World::new();
    let (one, two) = (world.upload("one", &photo("x")).await, world.upload("two", &photo("x")).await);
    for id in [&one, &two] {
        process::image(&world.services, process::Event { media_id: id.clone(), later: false }).await.unwrap();
    }
    let (one, two) = (world.row(&one).await, world.row(&two).await);
    let folder = |row: &Media| row.renditions[0].key.rsplit('/').nth(1).unwrap().to_owned();
    assert_ne!(folder(&one), folder(&two), "of another key of the raw bucket");
    for (a, b) in one.renditions.iter().zip(&two.renditions) {
        assert_eq!(world.media(&a.key), world.media(&b.key), "{}", a.name);
    }
}
