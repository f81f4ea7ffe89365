//! Nobody without a token that verifies here sees anything; nobody sees what is somebody else's.

use catalog::Kind;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::tokens::{access, claims, forge, sign};
use crate::world::{ADA, BOB, NOW, World, request};

/// Every route but `/health`, and paths that are none.
const ROUTES: [(&str, &str); 14] = [
    ("GET", "/"),
    ("GET", "/upload"),
    ("GET", "/watch/ID"),
    ("GET", "/api/media"),
    ("GET", "/api/media/ID"),
    ("POST", "/api/media/ID/play"),
    ("POST", "/api/uploads"),
    ("POST", "/api/uploads/ID/complete"),
    ("GET", "/api/uploads"),
    ("DELETE", "/api/media/ID"),
    ("GET", "/nothing/here"),
    ("GET", "/api/nothing"),
    ("POST", "/"),
    ("OPTIONS", "/api/media"),
];

#[tokio::test]
async fn no_route_answers_without_a_good_token() {
    let world = World::new().await;
    let id = world.ready(ADA, "holiday.mp4", Kind::Video).await.to_string();
    let now = NOW / 1000;
    let with = |field: &str, value: serde_json::Value| {
        let mut all = claims(ADA, "ada");
        all[field] = value;
        sign(&all)
    };
    let good = access(ADA, "ada");
    let bad = [
        (None, "no_token"),
        (Some(String::new()), "token_malformed"),
        (Some("garbage".to_owned()), "token_malformed"),
        (Some(format!("{good}x")), "token_malformed"),
        (Some(forge(&claims(ADA, "ada"))), "signature_invalid"),
        (Some(with("exp", json!(now - 31))), "token_expired"),
        (Some(with("iss", json!("https://id.example.test/other"))), "issuer_unknown"),
        (Some(with("client_id", json!("client-2"))), "client_unknown"),
        (Some(with("token_use", json!("id"))), "token_use_wrong"),
    ];
    for (method, route) in ROUTES {
        let path = route.replace("ID", &id);
        for (token, reason) in &bad {
            let answer = world.send(request(method, &path, token.as_deref(), None)).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path} {reason}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            assert!(!answer.body.contains("holiday"), "{}", answer.body);
            if reason != &"token_malformed" {
                assert_eq!(answer.json()["reason"], *reason, "{method} {path}");
            }
            if let Some(token) = token.as_deref().filter(|t| !t.is_empty()) {
                assert!(!answer.body.contains(token));
            }
        }
        let answer = world.send(request(method, &path, Some(&good), None)).await;
        assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}: the good token is good");
    }
}

#[tokio::test]
async fn a_wrong_body_is_not_looked_at_before_the_token() {
    let world = World::new().await;
    let mut request = request("POST", "/api/uploads", None, Some("{"));
    request.headers_mut().insert("content-type", HeaderValue::from_static("text/plain"));
    assert_eq!(world.send(request).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn other_headers_say_nothing_about_who_asks() {
    let world = World::new().await;
    world.ready(ADA, "holiday.mp4", Kind::Video).await;
    let spoofed = [
        ("x-stagedoor-user", ADA),
        ("x-stagedoor-sub", ADA),
        ("x-stagedoor-host", "localhost"),
        ("x-forwarded-user", ADA),
        ("authorization", &format!("Bearer {}", access(ADA, "ada"))),
        ("cookie", &format!("__Host-sd-access={}", access(ADA, "ada"))),
    ];
    let with_spoofed = |token: Option<&str>| {
        let mut request = request("GET", "/api/media", token, None);
        for (name, value) in spoofed {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        request
    };
    assert_eq!(world.send(with_spoofed(None)).await.status, StatusCode::UNAUTHORIZED);
    let bob = world.send(with_spoofed(Some(&access(BOB, "bob")))).await;
    assert_eq!(bob.json()["items"], json!([]));
}

#[tokio::test]
async fn two_tokens_are_none() {
    let world = World::new().await;
    let mut request = request("GET", "/", Some(&access(ADA, "ada")), None);
    request.headers_mut().append("x-stagedoor-token", access(BOB, "bob").parse().unwrap());
    assert_eq!(world.send(request).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn somebody_elses_title_is_as_absent_as_one_that_never_was() {
    let world = World::new().await;
    let id = world.ready(ADA, "holiday.mp4", Kind::Video).await;
    let waiting = world.announce(ADA, "secret.jpg", 0).await;
    for (theirs, path) in [
        ("GET", format!("/watch/{id}")),
        ("GET", format!("/api/media/{id}")),
        ("POST", format!("/api/media/{id}/play")),
        ("POST", format!("/api/uploads/{id}/complete")),
        ("POST", format!("/api/uploads/{waiting}/complete")),
    ] {
        let absent = path.replace(id.as_str(), "nobodys").replace(waiting.as_str(), "nobodys");
        let bob = access(BOB, "bob");
        let theirs_answer = world.send(request(theirs, &path, Some(&bob), None)).await;
        let absent_answer = world.send(request(theirs, &absent, Some(&bob), None)).await;
        assert_eq!(theirs_answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(theirs_answer.body, absent_answer.body, "{path}");
    }
    for path in ["/", "/api/media"] {
        let answer = world.get(BOB, path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!answer.body.contains(id.as_str()) && !answer.body.contains("holiday"), "{path}");
    }
    assert_eq!(world.get(ADA, &format!("/watch/{id}")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_id_that_is_none_is_not_found() {
    let world = World::new().await;
    for id in ["%2e%2e", "a%2fb", "%ff", "UPPER", "%00", "a%20b", &"x".repeat(65)] {
        for route in ["/watch/", "/api/media/"] {
            let answer = world.get(ADA, &format!("{route}{id}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{route}{id}");
        }
    }
}

#[tokio::test]
async fn a_subject_that_cannot_name_a_folder_is_told_so() {
    let world = World::new().await;
    for sub in ["../ada", "auth0|x", ""] {
        let token = access(sub, "x");
        let answer = world.send(request("GET", "/api/media", Some(&token), None)).await;
        assert!(answer.status.is_client_error(), "{sub}: {}", answer.body);
        assert!(["subject_unusable", "claim_malformed"].contains(&answer.json()["reason"].as_str().unwrap()));
    }
}
