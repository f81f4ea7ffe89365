//! Titles changed, deleted and tried again; collections, webhooks, licences; and the description of it all.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::{Attempt, DeliveryStatus, Kind, Status};
use http::StatusCode;
use serde_json::{Value, json};

use crate::tokens::{access, access_in};
use crate::world::{ADA, Answer, BOB, NOW, World, request};

async fn patch(world: &World, path: &str, body: Value) -> Answer {
    world.send(request("PATCH", path, Some(&access(ADA, "ada")), Some(&body.to_string()))).await
}

async fn by_admin(world: &World, method: &str, path: &str, body: Option<Value>) -> Answer {
    let token = access_in("0a000000-0000-4000-8000-000000000003", "adm", &["admins"]);
    world.send(request(method, path, Some(&token), body.map(|body| body.to_string()).as_deref())).await
}

#[tokio::test]
async fn a_title_is_described_deleted_and_brought_back() {
    let world = World::new().await;
    let id = world.ready(ADA, "IMG_1234.MOV", Kind::Video).await;
    let path = format!("/api/media/{id}");
    let body = json!({"title": "At sea", "comment": "two\nlines", "visibility": {"groups": ["family"]}, "version": 1});
    let changed = patch(&world, &path, body.clone()).await.json();
    assert_eq!(
        (&changed["title"], &changed["comment"], &changed["version"]),
        (&json!("At sea"), &json!("two\nlines"), &json!(2))
    );
    assert_eq!(changed["visibility"], json!({"groups": ["family"]}));
    assert_eq!(patch(&world, &path, body).await.json()["reason"], "stale");
    assert_eq!(patch(&world, &path, json!({"visibility": "everyone"})).await.json()["version"], 3);
    for (body, field) in [
        (json!({"title": " "}), "title"),
        (json!({"comment": "x".repeat(5_001)}), "comment"),
        (json!({"visibility": "nobody"}), "visibility"),
        (json!({"visibility": {"groups": [""]}}), "visibility.groups"),
        (json!({"owner": BOB}), "owner"),
    ] {
        let answer = patch(&world, &path, body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["field"]), (422, &json!(field)), "{}", answer.body);
    }

    assert_eq!(world.delete(ADA, &path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get(ADA, &path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get(ADA, "/api/media").await.json()["items"], json!([]));
    let deleted = world.get(ADA, "/api/media?scope=deleted").await.json();
    assert_eq!(
        (&deleted["items"][0]["id"], &deleted["items"][0]["deleted_at"]),
        (&json!(id), &json!("2026-03-07T00:00:00Z"))
    );
    assert_eq!(world.get(BOB, "/api/media?scope=deleted").await.json()["items"], json!([]));
    let restored = world.post(ADA, &format!("{path}/restore"), None).await;
    assert_eq!((restored.status, &restored.json()["title"]), (StatusCode::OK, &json!("At sea")));
    assert_eq!(world.post(ADA, &format!("{path}/restore"), None).await.json()["reason"], "not_deleted");
    world.delete(ADA, &path).await;
    world.later(7 * 24 * 3_600_000 + 1);
    assert_eq!(world.post(ADA, &format!("{path}/restore"), None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn lists_are_narrowed() {
    let world = World::new().await;
    world.ready(ADA, "Holiday at sea", Kind::Video).await;
    world.ready(ADA, "Pier", Kind::Image).await;
    world.failed(ADA, "notes", "no").await;
    let titles = async |query: &str| {
        let list = world.get(ADA, &format!("/api/media?{query}")).await.json();
        let mut titles: Vec<String> =
            list["items"].as_array().unwrap().iter().map(|m| m["title"].as_str().unwrap().to_owned()).collect();
        titles.sort();
        titles
    };
    assert_eq!(titles("kind=image").await, ["Pier"]);
    assert_eq!(titles("status=failed").await, ["notes"]);
    assert_eq!(titles("search=HOLI").await, ["Holiday at sea"]);
    assert_eq!(titles("search=&kind=&status=&scope=own&cursor=").await.len(), 3);
    assert_eq!(titles("search=nothing").await, Vec::<String>::new());
    for (query, field) in [("kind=film", "kind"), ("status=done", "status"), ("scope=all", "scope")] {
        let answer = world.get(ADA, &format!("/api/media?{query}")).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["field"], &answer.json()["reason"]),
            (422, &json!(field), &json!("not_a_choice"))
        );
    }
}

#[tokio::test]
async fn what_failed_is_tried_again_by_its_owner_or_an_administrator() {
    let world = World::new().await;
    for by_owner in [true, false] {
        let id = world.failed(ADA, "film.mov", "The processor was not there.").await;
        let failures = by_admin(&world, "GET", "/api/admin/failures", None).await;
        assert_eq!((&failures.json()["total"], &failures.json()["items"][0]["id"]), (&json!(1), &json!(id)));
        assert!(!failures.body.contains("film.mov"), "its name is its owner's: {}", failures.body);
        let path = format!("/api/media/{id}/retry");
        let answer =
            if by_owner { world.post(ADA, &path, None).await } else { by_admin(&world, "POST", &path, None).await };
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.body);
        assert_eq!(world.media(&id).await.status, Status::Uploaded);
        assert_eq!(world.told.lock().unwrap().pop(), Some(id.to_string()));
        assert_eq!(world.post(ADA, &path, None).await.json()["reason"], "not_failed");
    }
}

#[tokio::test]
async fn the_way_to_a_file() {
    let world = World::new().await;
    let id = world.ready(ADA, "Größe.mov", Kind::Video).await;
    let path = |query: &str| format!("/api/media/{id}/content{query}");
    let base = format!("/media/{ADA}/{id}");
    let location = async |query: &str| world.get(ADA, &path(query)).await.header("location").to_owned();
    assert_eq!(location("").await, format!("{base}/video.mp4"));
    assert_eq!(location("?rendition=poster").await, format!("{base}/poster.webp"));
    assert_eq!(world.get(ADA, &path("?rendition=nothing")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get(ADA, &path("?rendition=original")).await.status, StatusCode::NOT_FOUND, "it is gone");
    world.objects.put(&format!("{ADA}/{id}/original"), 1_000);
    let original = location("?rendition=original").await;
    assert!(
        original.contains("X-Amz-Signature=") && original.contains("response-content-disposition=attachment"),
        "{original}"
    );
    assert!(original.contains("Gr%25C3%25B6%25C3%259Fe.mov"), "{original}");

    let image = async |url: &str| world.get(ADA, &format!("/proxy/image?url={url}")).await;
    assert_eq!(image(&format!("{base}/poster.webp")).await.header("location"), format!("{base}/poster.webp"));
    for (url, status) in [
        ("https://example.com/x.jpg", 422),
        ("//example.com/x.jpg", 422),
        ("http://169.254.169.254/latest", 422),
        ("/static/app.css", 422),
        ("", 422),
        (&format!("{base}/nothing.webp"), 404),
        (&format!("/media/{ADA}/nothing/poster.webp"), 404),
    ] {
        assert_eq!(image(url).await.status.as_u16(), status, "{url}");
    }
}

#[tokio::test]
async fn collections_are_made_ordered_and_removed() {
    let world = World::new().await;
    let (a, b) = (world.ready(ADA, "a", Kind::Image).await, world.ready(ADA, "b", Kind::Image).await);
    let body =
        json!({"title": "Course", "items": [a, b], "sharing": {"people": [], "groups": ["class"], "everyone": false}});
    let made = world.post(ADA, "/api/collections", Some(&body.to_string())).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let made = made.json();
    assert_eq!((&made["item_count"], &made["item_ids"], &made["version"]), (&json!(2), &json!([a, b]), &json!(2)));
    let path = format!("/api/collections/{}", made["id"].as_str().unwrap());
    let turned = patch(&world, &path, json!({"items": [b, a], "version": 2})).await.json();
    assert_eq!(turned["item_ids"], json!([b, a]));
    assert_eq!(patch(&world, &path, json!({"title": "x", "version": 2})).await.json()["reason"], "stale");
    let twice = patch(&world, &path, json!({"items": [b, b]})).await;
    assert_eq!((twice.status.as_u16(), &twice.json()["field"]), (422, &json!("items")));
    let foreign = world.ready(BOB, "bobs", Kind::Image).await;
    let foreign = patch(&world, &path, json!({"items": [a, foreign]})).await;
    assert_eq!((foreign.status.as_u16(), &foreign.json()["field"]), (422, &json!("items[1]")));
    let listed = world.get(ADA, "/api/collections").await.json();
    assert!(listed["items"][0]["cover"].as_str().unwrap().ends_with("/thumb.webp"), "{listed}");
    assert_eq!(world.delete(ADA, &path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get(ADA, &path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get(ADA, &format!("/api/media/{a}")).await.status, StatusCode::OK, "titles stay");
}

#[tokio::test]
async fn webhooks_are_made_changed_and_removed() {
    let world = World::new().await;
    let add = async |body: Value| world.post(ADA, "/api/webhooks", Some(&body.to_string())).await;
    let made = add(json!({"url": "https://example.com/hook"})).await.json();
    assert_eq!((&made["events"], &made["active"]), (&json!(["media.ready", "media.failed"]), &json!(true)));
    // As Standard Webhooks has it: libraries of receivers take no other alphabet.
    let key = STANDARD.decode(made["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap()).unwrap();
    assert_eq!(key.len(), 32);
    let path = format!("/api/webhooks/{}", made["id"].as_str().unwrap());
    assert!(world.get(ADA, &path).await.json().get("secret").is_none(), "shown once");
    let changed = patch(&world, &path, json!({"active": false, "events": ["media.failed"], "version": 1})).await.json();
    assert_eq!(
        (&changed["active"], &changed["events"], &changed["url"]),
        (&json!(false), &json!(["media.failed"]), &made["url"])
    );
    assert_eq!(patch(&world, &path, json!({"active": true, "version": 1})).await.json()["reason"], "stale");
    let row = world.catalog.webhook(made["id"].as_str().unwrap()).await.unwrap().unwrap();
    assert_eq!(json!(row.secret), made["secret"], "a change keeps the key");
    assert_eq!(world.post(ADA, &format!("{path}/test"), None).await.status, StatusCode::ACCEPTED);
    let deliveries = world.get(ADA, &format!("{path}/deliveries")).await.json();
    assert_eq!(
        (&deliveries["items"][0]["event"], &deliveries["items"][0]["status"]),
        (&json!("test"), &json!("pending"))
    );
    assert_eq!((&deliveries["items"][0]["subject"], &deliveries["items"][0]["answer"]), (&json!(""), &Value::Null));
    let (webhook, delivery) = (made["id"].as_str().unwrap(), deliveries["items"][0]["id"].as_str().unwrap());
    assert!(world.catalog.begin_attempt(webhook, delivery, 1, NOW + 60_000).await.unwrap());
    let status = DeliveryStatus::Pending;
    let attempt = Attempt { number: 1, status, next: Some(NOW + 5_000), answer: "timeout".to_owned(), at: NOW };
    assert!(world.catalog.attempted(webhook, delivery, &attempt).await.unwrap());
    let logged = world.get(ADA, &format!("{path}/deliveries")).await.json()["items"][0].clone();
    assert_eq!((&logged["attempt"], &logged["answer"]), (&json!(1), &json!("timeout")));
    assert_eq!(
        (&logged["answered_at"], &logged["next_attempt_at"]),
        (&json!("2026-03-07T00:00:00Z"), &json!("2026-03-07T00:00:05Z"))
    );
    for (body, field) in [
        (json!({"url": "http://example.com/"}), "url"),
        (json!({"url": "https://user:pass@example.com/"}), "url"),
        (json!({"url": "ftp://example.com/"}), "url"),
        (json!({"url": "/hook"}), "url"),
        (json!({"url": "https://example.com/", "events": []}), "events"),
        (json!({"url": "https://example.com/", "events": ["all"]}), "events"),
    ] {
        let answer = add(body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["field"]), (422, &json!(field)));
    }
    assert_eq!(add(json!({"url": "http://localhost:9/hook"})).await.status, StatusCode::CREATED);
    assert_eq!(world.delete(ADA, &path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get(ADA, &path).await.status, StatusCode::NOT_FOUND);
    for _ in 0..19 {
        add(json!({"url": "https://example.com/"})).await;
    }
    assert_eq!(add(json!({"url": "https://example.com/"})).await.json()["reason"], "too_many");
}

#[tokio::test]
async fn licences_go_from_an_administrator_to_a_person() {
    let world = World::new().await;
    let issue = async |body: Value| by_admin(&world, "POST", "/api/licences", Some(body)).await;
    let quota = json!({"bytes": 5_000, "minutes": 60});
    let licence = issue(json!({"plan": "small", "quota": quota, "expires_at": "2026-04-01T00:00:00Z"})).await;
    assert_eq!(licence.status, StatusCode::CREATED, "{}", licence.body);
    let key = licence.json()["key"].as_str().unwrap().to_owned();
    assert!(key.len() == 29 && key.split('-').all(|five| five.len() == 5), "{key}");
    assert_eq!(world.get(ADA, "/api/usage").await.json()["quota"], json!(null));
    let redeem = async |sub: &str| {
        world
            .post(sub, "/api/licences/redeem", Some(&json!({"key": format!(" {} ", key.to_lowercase())}).to_string()))
            .await
    };
    assert_eq!(redeem(ADA).await.json()["person"], ADA);
    assert_eq!(redeem(ADA).await.status, StatusCode::OK, "twice is once");
    assert_eq!(redeem(BOB).await.json()["reason"], "licence_unknown");
    assert_eq!(world.get(ADA, "/api/usage").await.json()["quota"], quota);
    assert_eq!(world.get(BOB, "/api/licences").await.json()["items"], json!([]));
    assert_eq!(world.get(ADA, "/api/licences").await.json()["items"][0]["key"], json!(key));
    let path = |rest: &str| format!("/api/licences/{key}{rest}");
    assert_eq!(
        by_admin(&world, "POST", &path("/assign"), Some(json!({"person": BOB}))).await.json()["reason"],
        "not_free"
    );
    assert_eq!(by_admin(&world, "POST", &path("/release"), None).await.json()["person"], json!(null));
    assert_eq!(by_admin(&world, "POST", &path("/assign"), Some(json!({"person": BOB}))).await.json()["person"], BOB);
    assert_eq!(by_admin(&world, "DELETE", &path(""), None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get(BOB, "/api/usage").await.json()["quota"], json!(null));
    assert_eq!(by_admin(&world, "GET", "/api/licences", None).await.json()["items"][0]["revoked"], true);
    let direct = issue(json!({"plan": "p", "quota": quota, "person": ADA})).await.json();
    assert_eq!((&direct["person"], &direct["valid"]), (&json!(ADA), &json!(true)));
    for (body, field) in [
        (json!({"plan": "", "quota": quota}), "plan"),
        (json!({"plan": "p", "quota": {"bytes": 1}}), "quota.minutes"),
        (json!({"plan": "p", "quota": {"bytes": u64::MAX, "minutes": 1}}), "quota"),
        (json!({"plan": "p", "quota": quota, "expires_at": "soon"}), "expires_at"),
        (json!({"plan": "p", "quota": quota, "person": ""}), "person"),
    ] {
        let answer = issue(body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["field"]), (422, &json!(field)), "{}", answer.body);
    }
}

#[tokio::test]
async fn the_description_is_the_one_that_was_looked_at() {
    let world = World::new().await;
    let description = world.get(ADA, "/api/openapi.json").await.json();
    assert_eq!(description["openapi"], "3.1.0");
    let text = format!("{}\n", serde_json::to_string_pretty(&description).unwrap());
    let kept = include_str!("openapi.json");
    if text != kept {
        let now = concat!(env!("CARGO_TARGET_TMPDIR"), "/openapi.json");
        std::fs::write(now, &text).unwrap();
        panic!("the API's description has changed; where that is meant: cp {now} origin/tests/it/openapi.json");
    }
    let page = world.get(ADA, "/api/docs").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("POST /api/uploads/{id}/parts"), "{}", page.body);
}
