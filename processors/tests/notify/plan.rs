use catalog::{Media, Outcome, Status, Webhook};
use processors::notify::{body, plan};
use serde_json::{Value, json};

use crate::world::{World, id};

fn webhook(name: &str) -> Webhook {
    Webhook {
        id: name.to_owned(),
        owner: "ada".to_owned(),
        url: "https://x.test".to_owned(),
        secret: String::new(),
        events: vec!["media.ready".to_owned()],
        active: true,
        version: 1,
        created_at: 1,
        updated_at: 1,
    }
}

#[tokio::test]
async fn a_message_says_what_happened_and_what_the_title_is_now() {
    let film = World::new("0").ready("film").await;
    let planned = plan(&film, &[]).unwrap();
    let message: Value = serde_json::from_str(&planned.message).unwrap();
    let links = json!({
        "page": "/watch/film", "api": "/api/media/film", "thumb": "/media/ada/film/poster.webp",
        "poster": "/media/ada/film/poster.webp", "content": "/media/ada/film/video.mp4",
    });
    let media = json!({
        "id": "film", "title": "Grüße vom See", "kind": "video", "status": "ready", "reason": null,
        "duration_ms": 4_200, "links": links,
    });
    assert_eq!(
        message,
        json!({"id": message["id"], "event": "media.ready", "created_at": "1970-01-01T00:00:03Z", "media": media})
    );
    assert_eq!((planned.event, planned.owner.as_str()), ("media.ready", "ada"));
}

#[tokio::test]
async fn a_title_that_failed_has_a_reason_and_nothing_to_see() {
    let world = World::new("0");
    world.film("film").await;
    world.catalog().finish(&id("film"), &Outcome::Failed { reason: "Damaged.".to_owned() }, 5).await.unwrap();
    let planned = plan(&world.row("film").await, &[]).unwrap();
    let message: Value = serde_json::from_str(&planned.message).unwrap();
    assert_eq!(message["event"], "media.failed");
    assert_eq!((&message["media"]["reason"], &message["media"]["status"]), (&json!("Damaged."), &json!("failed")));
    assert_eq!(message["media"]["links"]["content"], Value::Null);
}

#[test]
fn a_test_is_about_nothing() {
    let message: Value = serde_json::from_str(&body("d", "test", 0, None)).unwrap();
    assert_eq!(message, json!({"id": "d", "event": "test", "created_at": "1970-01-01T00:00:00Z"}));
}

#[tokio::test]
async fn only_the_owners_active_webhooks_for_that_event_are_told() {
    let film = World::new("0").ready("film").await;
    let all = [
        webhook("told"),
        Webhook { active: false, ..webhook("off") },
        Webhook { events: vec!["media.failed".to_owned()], ..webhook("for-failures") },
        Webhook { owner: "bob".to_owned(), ..webhook("of-another") },
        webhook("told-too"),
    ];
    let deliveries = plan(&film, &all).unwrap().deliveries;
    let told: Vec<_> = deliveries.iter().map(|d| (d.webhook.as_str(), d.event.as_str(), d.subject.as_str())).collect();
    assert_eq!(told, [("told", "media.ready", "film"), ("told-too", "media.ready", "film")]);
}

#[tokio::test]
async fn ids_are_the_same_for_the_same_and_differ_for_everything_else() {
    let film = World::new("0").ready("film").await;
    let ids = |film: &Media, name: &str| {
        let planned = plan(film, &[webhook(name)]).unwrap();
        let message: Value = serde_json::from_str(&planned.message).unwrap();
        [planned.deliveries[0].id.clone(), message["id"].as_str().unwrap().to_owned()]
    };
    assert_eq!(ids(&film, "w"), ids(&film.clone(), "w"));
    let again = Media { updated_at: film.updated_at + 1, ..film.clone() };
    let other = Media { id: id("other"), ..film.clone() };
    let mut all: Vec<String> = [ids(&film, "w"), ids(&again, "w"), ids(&other, "w")].concat();
    all.push(ids(&film, "x")[0].clone());
    // A dot would make two readings of what is signed.
    assert!(all.iter().all(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())), "{all:?}");
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "{all:?}");
}

#[tokio::test]
async fn nobody_is_told_of_what_is_under_way_or_deleted() {
    let film = World::new("0").ready("film").await;
    for status in [Status::Uploading, Status::Uploaded, Status::Processing] {
        assert_eq!(plan(&Media { status, ..film.clone() }, &[webhook("w")]), None, "{status:?}");
    }
    assert_eq!(plan(&Media { deleted_at: Some(9), ..film }, &[webhook("w")]), None);
}
