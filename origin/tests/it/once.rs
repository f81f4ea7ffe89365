//! `Idempotency-Key`: sent twice, carried out once.

use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::tokens::access;
use crate::world::{ADA, Answer, BOB, World, request};

const KEY: &str = "4b0c5f0e-5e6d-4a52-9a0e-2f8ad4a0a1c7";

async fn send(world: &World, sub: &str, path: &str, key: &str, body: &Value) -> Answer {
    let mut request = request("POST", path, Some(&access(sub, "ada")), Some(&body.to_string()));
    request.headers_mut().insert("idempotency-key", HeaderValue::from_str(key).unwrap());
    world.send(request).await
}

fn upload() -> Value {
    json!({"name": "pier.jpg", "size": 9})
}

#[tokio::test]
async fn the_second_request_gets_the_first_ones_answer() {
    let world = World::new().await;
    let first = send(&world, ADA, "/api/uploads", KEY, &upload()).await;
    assert_eq!(first.status, StatusCode::CREATED);
    world.later(23 * 3_600_000);
    let second = send(&world, ADA, "/api/uploads", KEY, &upload()).await;
    assert_eq!((second.status, &second.body), (first.status, &first.body));
    assert_eq!(second.header("content-type"), first.header("content-type"));
    assert_eq!(world.catalog.list(ADA, None, 9).await.unwrap().items.len(), 1);
    assert_eq!(world.catalog.stored(ADA).await.unwrap().bytes, 9);
    // Another's key of the same text, another address, another key, and a day later are other requests.
    for (sub, path, key) in
        [(BOB, "/api/uploads", KEY), (ADA, "/avatars/key_upload", KEY), (ADA, "/api/uploads", "another")]
    {
        let body = if path == "/api/uploads" { upload() } else { json!({"size": 9, "type": "image/png"}) };
        let answer = send(&world, sub, path, key, &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        assert_ne!(answer.body, first.body);
    }
    world.later(2 * 3_600_000);
    assert_ne!(send(&world, ADA, "/api/uploads", KEY, &upload()).await.body, first.body);
}

#[tokio::test]
async fn a_refusal_is_an_answer_too_and_a_failure_is_none() {
    let world = World::new().await;
    let refused = send(&world, ADA, "/api/uploads", KEY, &json!({"name": "a", "size": 0})).await;
    let again = send(&world, ADA, "/api/uploads", KEY, &json!({"name": "a", "size": 0})).await;
    assert_eq!((refused.status, &refused.body), (again.status, &again.body));
    assert_eq!(again.header("content-type"), "application/problem+json");

    let id = world.announce(ADA, "a", 0).await;
    let path = format!("/api/uploads/{id}/complete");
    world.objects.fail();
    assert_eq!(send(&world, ADA, &path, KEY, &json!({})).await.status, StatusCode::SERVICE_UNAVAILABLE);
    world.objects.recover();
    world.objects.put(&format!("{ADA}/{id}/original"), 1_000);
    assert_eq!(send(&world, ADA, &path, KEY, &json!({})).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_key_stands_for_one_request() {
    let world = World::new().await;
    send(&world, ADA, "/api/uploads", KEY, &upload()).await;
    let other = send(&world, ADA, "/api/uploads", KEY, &json!({"name": "other.jpg", "size": 9})).await;
    assert_eq!((other.status.as_u16(), &other.json()["reason"]), (422, &json!("key_reused")));
    for key in ["", &"x".repeat(201)] {
        let answer = send(&world, ADA, "/api/uploads", key, &upload()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (422, &json!("not_a_key")));
    }
}

#[tokio::test]
async fn of_many_at_once_one_is_carried_out() {
    let world = World::new().await;
    let body = upload();
    let one = || send(&world, ADA, "/api/uploads", KEY, &body);
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    for answer in [a, b, c, d] {
        match answer.status {
            StatusCode::CREATED => {}
            StatusCode::CONFLICT => assert_eq!(answer.json()["reason"], "under_way"),
            other => panic!("{other}"),
        }
    }
    assert_eq!(world.catalog.list(ADA, None, 9).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_secret_in_an_answer_is_not_in_the_catalog() {
    let world = World::new().await;
    let hook = json!({"url": "https://example.com/hook"});
    let media = world.ready(ADA, "a", catalog::Kind::Image).await;
    let link = json!({"target": {"media": media}});
    let answer = send(&world, ADA, "/api/links", KEY, &link).await;
    let url = answer.json()["url"].as_str().unwrap().to_owned();
    let secret = url.strip_prefix("/s#").unwrap();
    assert_eq!(send(&world, ADA, "/api/links", KEY, &link).await.body, answer.body, "it can be shown again by the key");
    let hook = send(&world, ADA, "/api/webhooks", "another-key", &hook).await.json();
    let file = world.database();
    let holds = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!holds(secret) && !holds(KEY) && !holds("another-key"));
    assert!(holds(hook["id"].as_str().unwrap()), "it is the right file");
}
