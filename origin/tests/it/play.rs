//! `/api/media/{id}/play`, and the player's way to a pass.

use catalog::Kind;
use edge_auth::Reason;
use edge_auth::pass::{PassRequest, PassStore, Ring, Unavailable, VerifiedPass, judge, split};
use http::StatusCode;
use serde_json::{Value, json};

use crate::world::{ADA, NOW, World, pass_key};

/// Knows the one key.
struct Store;

impl PassStore for Store {
    fn ring(&self) -> Result<Ring, Unavailable> {
        Ok(Ring { keys: vec![pass_key()], revocations: false })
    }

    fn exists(&self, _: &str) -> Result<bool, Unavailable> {
        Err(Unavailable)
    }
}

/// The verdict over `/p/PASS/…` so many seconds from now.
fn judged(url: &str, seconds: u64) -> Result<VerifiedPass, Reason> {
    let (pass, path) = split(url).unwrap();
    let request = PassRequest { path, method: "GET", address: "192.0.2.1" };
    judge(pass, &request, u64::try_from(NOW / 1000).unwrap() + seconds, &Store)
}

fn routes() -> [Value; 2] {
    let mine = json!({"claim": "sub", "equals_path": "owner"});
    [
        json!({"path": "/p/*", "allow": "pass", "gate": "function", "origin": "media", "cache": "media"}),
        json!({"path": "/play/{owner}/{id}/*", "allow": mine,
               "answer": {"pass": {"for": "/media/{owner}/{id}/", "ttl": "90m"}}}),
    ]
}

#[tokio::test]
async fn a_pass_opens_all_of_one_title_for_as_long_as_the_policy_says() {
    let world = World::routed(&routes(), Some(pass_key())).await;
    let id = world.ready(ADA, "holiday.mp4", Kind::Video).await;
    let answer = world.post(ADA, &format!("/api/media/{id}/play"), None).await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::CREATED, "private, no-store"));
    let playing = answer.json();
    assert_eq!(playing["expires_at"], "2026-03-07T01:30:00Z");
    let prefix = playing["prefix"].as_str().unwrap();
    let base = format!("/media/{ADA}/{id}/");
    assert!(prefix.starts_with("/p/") && prefix.ends_with(&base), "{prefix}");
    let media = &playing["media"];
    let links = ["thumb", "poster", "content"].map(|name| &media[name]);
    let renditions = media["renditions"].as_array().unwrap().iter().map(|rendition| &rendition["url"]);
    for link in links.into_iter().chain(renditions) {
        let link = link.as_str().unwrap();
        assert!(link.starts_with(prefix), "{link}");
        assert!(judged(link, 0).is_ok() && judged(link, 90 * 60 - 1).is_ok(), "{link}");
        assert_eq!(judged(link, 90 * 60), Err(Reason::PassExpired));
    }
    let other = prefix.replace(id.as_str(), "other");
    assert_eq!(judged(&format!("{other}video.mp4"), 0), Err(Reason::PassPath));

    let grant = judged(&format!("{prefix}x"), 0).unwrap().grant().clone();
    assert_eq!((grant.subject.as_deref(), grant.id.len()), (Some(ADA), 16));
    let again = world.post(ADA, &format!("/api/media/{id}/play"), None).await.json();
    assert_ne!(again["pass_id"], playing["pass_id"], "each pass can be revoked by itself");
}

#[tokio::test]
async fn where_the_policy_gives_no_passes_six_hours_are_meant() {
    let world = World::new().await;
    let id = world.ready(ADA, "pier.jpg", Kind::Image).await;
    let playing = world.post(ADA, &format!("/api/media/{id}/play"), None).await.json();
    assert_eq!(playing["expires_at"], "2026-03-07T06:00:00Z");
}

#[tokio::test]
async fn what_is_not_ready_is_not_played() {
    let world = World::new().await;
    for id in [
        world.processing(ADA, "new.mov", Kind::Video).await,
        world.failed(ADA, "notes.txt", "This is neither a photo nor a film.").await,
        world.announce(ADA, "late.mov", 0).await,
    ] {
        let answer = world.post(ADA, &format!("/api/media/{id}/play"), None).await;
        assert_eq!((answer.status, answer.json()["reason"].as_str()), (StatusCode::CONFLICT, Some("not_ready")));
    }
}

#[tokio::test]
async fn without_a_key_the_answer_is_unavailable() {
    let world = World::routed(&[], None).await;
    let id = world.ready(ADA, "holiday.mp4", Kind::Video).await;
    let answer = world.post(ADA, &format!("/api/media/{id}/play"), None).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["reason"], "passes_unavailable");
}

#[tokio::test]
async fn the_watch_page_plays_a_film_through_the_route_that_gives_passes() {
    let world = World::routed(&routes(), Some(pass_key())).await;
    let film = world.ready(ADA, "holiday.mp4", Kind::Video).await;
    let page = world.get(ADA, &format!("/watch/{film}")).await.body;
    assert!(page.contains(&format!("src=\"/play/{ADA}/{film}/video.mp4\"")), "{page}");
    assert!(page.contains(&format!("poster=\"/media/{ADA}/{film}/poster.webp\"")));
    let photo = world.ready(ADA, "pier.jpg", Kind::Image).await;
    let page = world.get(ADA, &format!("/watch/{photo}")).await.body;
    assert!(page.contains(&format!("src=\"/media/{ADA}/{photo}/w1280.webp\"")), "one request needs no pass");
}
