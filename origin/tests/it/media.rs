//! `/api/media`.

use catalog::{Kind, MediaChange, Outcome, Visibility};
use http::StatusCode;
use serde_json::json;

use crate::world::{ADA, BOB, NOW, World};

#[tokio::test]
async fn a_title_shows_links_on_this_site_and_nothing_of_the_original() {
    let world = World::new().await;
    let id = world.ready(ADA, "holiday.mp4", Kind::Video).await;
    let answer = world.get(ADA, &format!("/api/media/{id}")).await;
    assert_eq!(answer.header("content-type"), "application/json");
    let media = answer.json();
    let base = format!("/media/{ADA}/{id}");
    let rendition = |name: &str, file: &str, content_type: &str| {
        json!({"name": name, "url": format!("{base}/{file}"), "content_type": content_type,
               "width": 1280, "height": 720, "bytes": 10})
    };
    assert_eq!(
        media,
        json!({
            "id": id.as_str(), "owner": ADA, "own": true, "title": "holiday.mp4", "comment": "", "visibility": "owner",
            "version": 1, "kind": "video", "status": "ready", "progress": null, "reason": null,
            "bytes": 1_000,
            "duration_ms": 754_000, "width": null, "height": null, "thumbhash": null,
            "created_at": "2026-03-07T00:00:00Z", "updated_at": "2026-03-07T00:00:00Z", "deleted_at": null,
            "thumb": format!("{base}/thumb.webp"), "poster": format!("{base}/poster.webp"),
            "content": format!("{base}/video.mp4"),
            "renditions": [
                rendition("thumb", "thumb.webp", "image/webp"),
                rendition("poster", "poster.webp", "image/webp"),
                rendition("video", "video.mp4", "video/mp4"),
            ],
        })
    );
    assert!(!answer.body.contains("original") && !answer.body.contains(crate::objects::BUCKET));
}

#[tokio::test]
async fn states_and_reasons() {
    let world = World::new().await;
    let failed = world.failed(ADA, "notes.txt", "This is neither a photo nor a film.").await;
    let working = world.processing(ADA, "pier.jpg", Kind::Image).await;
    let answer = world.get(ADA, &format!("/api/media/{failed}")).await.json();
    assert_eq!(
        (&answer["status"], &answer["reason"]),
        (&json!("failed"), &json!("This is neither a photo nor a film."))
    );
    let answer = world.get(ADA, &format!("/api/media/{working}")).await.json();
    assert_eq!((&answer["status"], &answer["content"]), (&json!("processing"), &json!(null)));
}

#[tokio::test]
async fn how_far_a_processor_is_until_it_has_ended() {
    let world = World::new().await;
    let film = world.processing(ADA, "holiday.mp4", Kind::Video).await;
    let path = format!("/api/media/{film}");
    assert_eq!(world.get(ADA, &path).await.json()["progress"], json!(null), "it has not said so");
    world.at_step(&film, "poster", 1, 4).await;
    let progress = json!({"step": "poster", "done": 1, "of": 4});
    assert_eq!(world.get(ADA, &path).await.json()["progress"], progress);
    assert_eq!(world.get(ADA, "/api/media").await.json()["items"][0]["progress"], progress);

    // Whoever sees the title sees it, and nobody else.
    assert_eq!(world.get(BOB, &path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get(BOB, "/api/media").await.json()["items"], json!([]));
    let change = MediaChange { visibility: Some(Visibility::Everyone), ..MediaChange::default() };
    world.catalog.describe(&film, 1, &change, NOW).await.unwrap();
    assert_eq!(world.get(BOB, &path).await.json()["progress"], progress);

    let outcome = Outcome::Failed { reason: "This film is damaged.".to_owned() };
    assert!(world.catalog.finish(&film, &outcome, NOW).await.unwrap());
    let failed = world.get(ADA, &path).await.json();
    assert_eq!((&failed["status"], &failed["progress"]), (&json!("failed"), &json!(null)));
    assert_eq!(world.post(ADA, &format!("{path}/retry"), None).await.status, StatusCode::NO_CONTENT);
    let again = world.get(ADA, &path).await.json();
    assert_eq!((&again["status"], &again["progress"]), (&json!("uploaded"), &json!(null)));
}

#[tokio::test]
async fn the_list_is_walked_by_cursor_newest_first() {
    let world = World::new().await;
    for n in 0..7 {
        // Two of one age each: the order among equals must hold as well.
        world.announce(ADA, &format!("ada-{n}"), (n / 2) * 1_000).await;
        world.announce(BOB, &format!("bob-{n}"), n).await;
    }
    let whole = world.get(ADA, "/api/media").await.json();
    assert_eq!(whole["next"], json!(null));
    let (mut path, mut walked) = ("/api/media?limit=3".to_owned(), Vec::new());
    for length in [3, 3, 1] {
        let page = world.get(ADA, &path).await.json();
        let items = page["items"].as_array().unwrap().clone();
        assert_eq!(items.len(), length);
        walked.extend(items);
        path = match page["next"].as_str() {
            Some(next) => format!("/api/media?limit=3&cursor={next}"),
            None => String::new(),
        };
    }
    assert_eq!(path, "", "the end says so");
    assert_eq!(json!(walked), whole["items"]);
    let titles: Vec<_> = walked.iter().map(|m| m["title"].as_str().unwrap()).collect();
    assert!(titles.iter().all(|t| t.starts_with("ada-")), "{titles:?}");
    assert_eq!(titles.last(), Some(&"ada-6"));
}

#[tokio::test]
async fn limits_and_queries_that_cannot_be() {
    let world = World::new().await;
    for limit in ["0", "101", "-1", "x", "", "1e2", "99999999999999999999"] {
        let answer = world.get(ADA, &format!("/api/media?limit={limit}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{limit}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        assert_eq!((&problem["field"], &problem["reason"]), (&json!("limit"), &json!("out_of_range")));
        assert_eq!(problem["status"], 422);
    }
    let twice = world.get(ADA, "/api/media?cursor=a&cursor=b").await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    assert_eq!(twice.json()["reason"], "query_unreadable");
    let foreign = world.get(ADA, "/api/media?cursor=%27%20or%201=1").await;
    assert_eq!(foreign.json(), json!({"items": [], "next": null}));
}

#[tokio::test]
async fn a_broken_catalog_is_a_503_that_keeps_its_insides() {
    let world = World::without_catalog().await;
    for path in ["/api/media", "/api/media/x", "/", "/watch/x"] {
        let answer = world.get(ADA, path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(!answer.body.contains("secret-place") && !answer.body.contains("no such table"), "{}", answer.body);
    }
}
