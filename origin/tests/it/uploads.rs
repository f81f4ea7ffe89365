//! `/api/uploads`.

use std::collections::HashMap;

use axum::body::Body;
use catalog::{MediaId, Status};
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::objects::BUCKET;
use crate::tokens::access;
use crate::world::{ADA, MAX_UPLOAD, World};

async fn announce(world: &World, size: u64) -> (MediaId, Value) {
    let body = json!({"name": "pier.jpg", "size": size, "type": "image/jpeg"}).to_string();
    let answer = world.post(ADA, "/api/uploads", Some(&body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let upload = answer.json();
    (MediaId::try_from(upload["id"].as_str().unwrap().to_owned()).unwrap(), upload)
}

#[tokio::test]
async fn an_announced_upload_is_signed_with_its_length_and_type() {
    let world = World::new().await;
    let (id, upload) = announce(&world, 1_234).await;
    assert_eq!(upload["method"], "PUT");
    assert_eq!(upload["headers"], json!({"content-type": "image/jpeg"}));
    assert_eq!(upload["expires_at"], "2026-03-07T00:15:00Z");
    let (address, query) = upload["url"].as_str().unwrap().split_once('?').unwrap();
    assert!(address.ends_with(&format!("/{BUCKET}/{ADA}/{id}/original")), "{address}");
    let query: HashMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    assert_eq!(query["X-Amz-Expires"], "900");
    assert_eq!(query["X-Amz-Date"], "20260307T000000Z");
    let signed: Vec<&str> = query["X-Amz-SignedHeaders"].split("%3B").collect();
    assert_eq!(signed, ["content-length", "content-type", "host"]);
    assert!(!upload.to_string().contains("secret-access-key"));

    let row = world.media(&id).await;
    assert_eq!((row.status, row.owner.as_str(), row.title.as_str()), (Status::Uploading, ADA, "pier.jpg"));
    assert_eq!((row.source.key, row.source.bytes), (format!("{ADA}/{id}/original"), 1_234));
}

#[tokio::test]
async fn what_may_be_announced() {
    let world = World::new().await;
    let name = |name: &str| json!({"name": name, "size": 1}).to_string();
    let size = |size: Value| json!({"name": "a", "size": size}).to_string();
    let media_type = |t: &str| json!({"name": "a", "size": 1, "type": t}).to_string();
    let good = [
        (name(" padded.jpg\u{a0}"), "padded.jpg"),
        (name("фото 🎉 عربى.jpg"), "фото 🎉 عربى.jpg"),
        (name("<script>alert(1)</script>"), "<script>alert(1)</script>"),
        (name("../../etc/passwd"), "../../etc/passwd"),
        (name(&"🎉".repeat(255)), &"🎉".repeat(255)),
        (size(json!(1)), "a"),
        (size(json!(MAX_UPLOAD)), "a"),
        (media_type(""), "a"),
        (json!({"name": "a", "size": 1, "type": null}).to_string(), "a"),
        (media_type("video/quicktime"), "a"),
    ];
    for (body, title) in good {
        let answer = world.post(ADA, "/api/uploads", Some(&body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{body}: {}", answer.body);
        let id = MediaId::try_from(answer.json()["id"].as_str().unwrap().to_owned()).unwrap();
        assert_eq!(world.media(&id).await.title, title);
    }
    let before = world.get(ADA, "/api/media").await.json()["items"].as_array().unwrap().len();
    let bad = [
        (name(""), "name", "empty"),
        (name(" \u{3000} "), "name", "empty"),
        (name("a\nb"), "name", "control_character"),
        (name("a\u{0}b"), "name", "control_character"),
        (name("a\u{85}b"), "name", "control_character"),
        (name("a\u{2028}b"), "name", "control_character"),
        (name(&"x".repeat(256)), "name", "too_long"),
        (json!({"size": 1}).to_string(), "name", "missing"),
        (json!({"name": 7, "size": 1}).to_string(), "name", "wrong_type"),
        (json!({"name": "a"}).to_string(), "size", "missing"),
        (size(json!(null)), "size", "wrong_type"),
        (size(json!("1")), "size", "wrong_type"),
        (size(json!(-1)), "size", "wrong_type"),
        (size(json!(1.5)), "size", "wrong_type"),
        (size(json!(0)), "size", "empty_file"),
        (size(json!(MAX_UPLOAD + 1)), "size", "file_too_large"),
        (size(json!(u64::MAX)), "size", "file_too_large"),
        (media_type("jpeg"), "type", "not_a_media_type"),
        (media_type("image/"), "type", "not_a_media_type"),
        (media_type("image/jpeg\r\nx: y"), "type", "not_a_media_type"),
        (media_type("image/jpeg; a=b"), "type", "not_a_media_type"),
        (media_type(&format!("image/{}", "x".repeat(200))), "type", "not_a_media_type"),
        (json!({"name": "a", "size": 1, "type": []}).to_string(), "type", "wrong_type"),
        (json!({"name": "a", "size": 1, "title": " "}).to_string(), "title", "empty"),
        (json!({"name": "a", "size": 1, "title": "x".repeat(301)}).to_string(), "title", "out_of_bounds"),
        (json!({"name": "a", "size": 1, "comment": "x".repeat(5_001)}).to_string(), "comment", "out_of_bounds"),
        (json!({"name": "a", "size": 1, "crc64nvme": "AAAA"}).to_string(), "crc64nvme", "not_a_checksum"),
        (json!({"name": "a", "size": 1, "sise": 1}).to_string(), "sise", "unknown_field"),
    ];
    for (body, field, reason) in bad {
        let answer = world.post(ADA, "/api/uploads", Some(&body)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        assert_eq!((&problem["field"], &problem["reason"]), (&json!(field), &json!(reason)), "{body}");
        assert!(problem["detail"].as_str().unwrap().len() > 10);
    }
    let after = world.get(ADA, "/api/media").await.json()["items"].as_array().unwrap().len();
    assert_eq!(before, after, "a refused upload leaves no row");
}

#[tokio::test]
async fn bodies_that_are_no_json_object() {
    let world = World::new().await;
    let large = json!({"name": "a", "size": 1, "x": "x".repeat(65_536)}).to_string();
    let table = [
        (Some("application/json"), "{", StatusCode::BAD_REQUEST, "body_not_json"),
        (Some("application/json"), r#"{"name":"\ud800","size":1}"#, StatusCode::BAD_REQUEST, "body_not_json"),
        (Some("application/json"), "[1]", StatusCode::BAD_REQUEST, "body_not_object"),
        (Some("application/json"), "", StatusCode::BAD_REQUEST, "body_not_json"),
        (Some("application/json"), &large, StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
        (Some("text/plain"), "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type_not_json"),
        (Some("application/x-www-form-urlencoded"), "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type_not_json"),
        (Some("application/jsonp"), "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type_not_json"),
        (None, "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type_not_json"),
        (Some("Application/JSON; charset=utf-8"), "{}", StatusCode::UNPROCESSABLE_ENTITY, "missing"),
    ];
    for (content_type, body, status, reason) in table {
        let mut request = Request::post("/api/uploads").header("x-stagedoor-token", access(ADA, "ada"));
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let answer = world.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!(answer.status, status, "{content_type:?} {reason}: {}", answer.body);
        assert_eq!(answer.json()["reason"], reason);
        assert_eq!(answer.json()["status"], status.as_u16());
    }
}

#[tokio::test]
async fn complete_believes_the_object_and_not_the_caller() {
    let world = World::new().await;
    let (id, _) = announce(&world, 1_234).await;
    let (path, key) = (format!("/api/uploads/{id}/complete"), format!("{ADA}/{id}/original"));

    let answer = world.post(ADA, &path, None).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    assert_eq!(answer.json()["reason"], "object_missing");

    world.objects.put(&key, 1_233);
    let answer = world.post(ADA, &path, None).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.json()["reason"], "size_differs");
    assert!(answer.json()["detail"].as_str().unwrap().contains("1233"));
    assert_eq!(world.media(&id).await.status, Status::Uploading);
    assert!(world.told.lock().unwrap().is_empty());

    world.objects.put(&key, 1_234);
    let answer = world.post(ADA, &path, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.json()["media"]["status"], "uploaded");
    assert_eq!(answer.json()["media"]["id"], id.as_str());
    let row = world.media(&id).await;
    assert_eq!((row.status, row.source.etag.as_str()), (Status::Uploaded, "0123abcd"));
    assert_eq!(*world.told.lock().unwrap(), [id.to_string()]);

    // A client that lost the answer asks again: the same answer, and nothing starts twice.
    let again = world.post(ADA, &path, None).await;
    assert_eq!((again.status, again.body), (StatusCode::OK, answer.body));
    assert_eq!(world.told.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn complete_told_many_times_at_once_starts_one() {
    let world = World::new().await;
    let (id, _) = announce(&world, 10).await;
    world.objects.put(&format!("{ADA}/{id}/original"), 10);
    let path = format!("/api/uploads/{id}/complete");
    let (a, b, c) =
        tokio::join!(world.post(ADA, &path, None), world.post(ADA, &path, None), world.post(ADA, &path, None));
    assert_eq!([a.status, b.status, c.status], [StatusCode::OK; 3]);
    assert_eq!(world.told.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn objects_that_do_not_answer_are_a_503_and_no_verdict() {
    let world = World::new().await;
    let (id, _) = announce(&world, 10).await;
    world.objects.fail();
    let answer = world.post(ADA, &format!("/api/uploads/{id}/complete"), None).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["reason"], "objects_unavailable");
    assert!(!answer.body.contains("127.0.0.1"));
    assert_eq!(world.media(&id).await.status, Status::Uploading);
}
