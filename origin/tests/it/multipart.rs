//! Uploads in parts, small uploads in forms, and what sweeping takes away.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::{Amount, Kind, MediaId, NewLicence, RESTORE_MS, Status};
use crc_fast::CrcAlgorithm::Crc64Nvme;
use crc_fast::{checksum, checksum_combine};
use http::StatusCode;
use serde_json::{Value, json};

use crate::objects::{BUCKET, MEDIA_BUCKET};
use crate::world::{ADA, BOB, NOW, World};

const MIB: u64 = 1 << 20;
/// Nine parts, the last shorter.
const SIZE: u64 = 70 * MIB;
const PART: u64 = 8 * MIB;

async fn announce(world: &World) -> String {
    let body = json!({"name": "film.mov", "size": SIZE, "comment": "summer"}).to_string();
    let answer = world.post(ADA, "/api/uploads", Some(&body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let upload = answer.json();
    assert_eq!(
        (&upload["kind"], &upload["part_bytes"], &upload["parts"]),
        (&json!("multipart"), &json!(PART), &json!(9))
    );
    assert_eq!(upload["expires_at"], "2026-03-14T00:00:00Z");
    upload["id"].as_str().unwrap().to_owned()
}

fn length(number: u32) -> u64 {
    if number < 9 { PART } else { SIZE - 8 * PART }
}

fn sha256(number: u32) -> String {
    STANDARD.encode([u8::try_from(number).unwrap(); 32])
}

/// The parts' CRCs are made up; the whole's is what they make together.
fn whole() -> Value {
    let crc = |number: u32| checksum(Crc64Nvme, &number.to_be_bytes());
    let joined = (2..=9).fold(crc(1), |joined, n| checksum_combine(Crc64Nvme, joined, crc(n), length(n)));
    let text = |crc: u64| STANDARD.encode(crc.to_be_bytes());
    let part = |n| json!({"number": n, "sha256": sha256(n), "crc64nvme": text(crc(n))});
    json!({"crc64nvme": text(joined), "parts": (1..=9).map(part).collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_file_comes_in_parts_and_goes_on_where_it_was() {
    let world = World::new().await;
    let id = announce(&world).await;
    let path = |rest: &str| format!("/api/uploads/{id}{rest}");
    let wanted = json!({"parts": [{"number": 9, "sha256": sha256(9)}]}).to_string();
    let signed = world.post(ADA, &path("/parts"), Some(&wanted)).await.json();
    let part = &signed["parts"][0];
    assert_eq!((&part["number"], &part["method"]), (&json!(9), &json!("PUT")));
    assert_eq!(part["headers"], json!({"x-amz-checksum-sha256": sha256(9)}));
    let url = part["url"].as_str().unwrap();
    assert!(url.contains("partNumber=9") && url.contains("content-length%3Bhost%3Bx-amz-checksum-sha256"), "{url}");

    for number in 1..=8 {
        world.objects.part(number, length(number), &sha256(number));
    }
    let seen = world.get(ADA, &path("")).await.json();
    assert_eq!(seen["arrived"].as_array().unwrap().len(), 8);
    assert_eq!(seen["arrived"][7], json!({"number": 8, "bytes": PART, "etag": "etag-8", "sha256": sha256(8)}));
    assert_eq!((&seen["name"], &seen["size"]), (&json!("film.mov"), &json!(SIZE)));
    let listed = world.get(ADA, "/api/uploads").await.json();
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["arrived"]), (&json!(id), &json!(null)));

    let body = whole().to_string();
    let early = world.post(ADA, &path("/complete"), Some(&body)).await;
    assert_eq!((early.status, &early.json()["reason"]), (StatusCode::CONFLICT, &json!("parts_missing")));
    world.objects.part(9, length(9), &sha256(8));
    let wrong = world.post(ADA, &path("/complete"), Some(&body)).await;
    assert_eq!(wrong.json()["reason"], "parts_missing", "the last part is another one");
    world.objects.part(9, length(9), &sha256(9));

    let done = world.post(ADA, &path("/complete"), Some(&body)).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert_eq!(
        (&done.json()["media"]["status"], &done.json()["media"]["comment"]),
        (&json!("uploaded"), &json!("summer"))
    );
    assert_eq!(world.told.lock().unwrap().as_slice(), std::slice::from_ref(&id));
    let again = world.post(ADA, &path("/complete"), Some(&body)).await;
    assert_eq!((again.status, again.body), (StatusCode::OK, done.body));
    assert_eq!(world.get(ADA, &path("")).await.status, StatusCode::NOT_FOUND, "it is no upload any more");
    let usage = world.get(ADA, "/api/usage").await.json();
    assert_eq!((&usage["stored"]["bytes"], &usage["months"][0]["uploads"]), (&json!(SIZE), &json!(1)));
}

#[tokio::test]
async fn joining_goes_on_where_an_answer_was_lost() {
    let world = World::new().await;
    let id = announce(&world).await;
    let upload = world.catalog.upload(&id, NOW).await.unwrap().unwrap();
    // The store has joined it, and the app died before it could say so.
    world.objects.put(&upload.key, SIZE);
    world.objects.forget_uploads();
    let done = world.post(ADA, &format!("/api/uploads/{id}/complete"), Some(&whole().to_string())).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
}

#[tokio::test]
async fn what_cannot_be_joined_is_told_apart() {
    let world = World::new().await;
    let id = announce(&world).await;
    for number in 1..=9 {
        world.objects.part(number, length(number), &sha256(number));
    }
    let path = format!("/api/uploads/{id}/complete");
    let with = |change: fn(&mut Value)| {
        let mut whole = whole();
        change(&mut whole);
        whole.to_string()
    };
    let table: [(String, u16, &str); 7] = [
        (with(|w| w["crc64nvme"] = json!("AAAAAAAAAAA=")), 409, "checksum_differs"),
        (with(|w| w["parts"][3]["crc64nvme"] = json!("AAAAAAAAAAA=")), 409, "checksum_differs"),
        (with(|w| w["parts"].as_array_mut().unwrap().truncate(8)), 422, "out_of_range"),
        (with(|w| w["parts"].as_array_mut().unwrap().swap(0, 1)), 422, "out_of_range"),
        (with(|w| w["parts"][0]["sha256"] = json!("AAAA")), 422, "not_a_checksum"),
        (with(|w| w["crc64nvme"] = json!("no base64")), 422, "not_a_checksum"),
        ("{}".to_owned(), 422, "missing"),
    ];
    for (body, status, reason) in table {
        let answer = world.post(ADA, &path, Some(&body)).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (status, &json!(reason)), "{}", answer.body);
    }
    assert_eq!(world.objects.uploads(), 1, "nothing was given up");
    for (body, reason) in [
        (json!({"parts": []}), "out_of_range"),
        (json!({"parts": [{"number": 0, "sha256": sha256(1)}]}), "out_of_range"),
        (json!({"parts": [{"number": 10, "sha256": sha256(1)}]}), "out_of_range"),
        (json!({"parts": [{"number": 1, "sha256": "x"}]}), "not_a_checksum"),
    ] {
        let answer = world.post(ADA, &format!("/api/uploads/{id}/parts"), Some(&body.to_string())).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (422, &json!(reason)), "{body}");
    }
}

#[tokio::test]
async fn giving_up_leaves_nothing() {
    let world = World::new().await;
    let id = announce(&world).await;
    let answer = world.delete(ADA, &format!("/api/uploads/{id}")).await;
    assert_eq!((answer.status, world.objects.uploads()), (StatusCode::NO_CONTENT, 0));
    assert_eq!(world.catalog.find(&MediaId::try_from(id).unwrap()).await.unwrap(), None);
    assert_eq!(world.catalog.stored(ADA).await.unwrap(), Amount::default());
}

#[tokio::test]
async fn a_quota_stops_before_a_byte_moves() {
    let world = World::new().await;
    let licence = NewLicence {
        key: "K".to_owned(),
        plan: "small".to_owned(),
        quota: Amount { bytes: 1_500, minutes: 10 },
        expires_at: None,
        issued_by: "x".to_owned(),
    };
    world.catalog.issue_licence(&licence, NOW).await.unwrap();
    world.catalog.assign_licence("K", ADA, NOW).await.unwrap();
    let body = json!({"name": "a.jpg", "size": 1_000}).to_string();
    assert_eq!(world.post(ADA, "/api/uploads", Some(&body)).await.status, StatusCode::CREATED);
    let refused = world.post(ADA, "/api/uploads", Some(&body)).await;
    assert_eq!((refused.status, &refused.json()["reason"]), (StatusCode::FORBIDDEN, &json!("quota_exceeded")));
    assert_eq!(
        refused.json()["detail"],
        "The file has 1 kB; you have stored 1 kB of 1.5 kB. Delete something, or ask for more room."
    );
    assert_eq!(world.catalog.stored(ADA).await.unwrap().bytes, 1_000);
    assert_eq!(world.post(BOB, "/api/uploads", Some(&body)).await.status, StatusCode::CREATED, "it is another's quota");
    // What could not be announced after all is not counted.
    let large = json!({"name": "a.mov", "size": SIZE}).to_string();
    world.objects.fail();
    assert_eq!(world.post(BOB, "/api/uploads", Some(&large)).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.catalog.stored(BOB).await.unwrap().bytes, 1_000);
}

#[tokio::test]
async fn bytes_say_what_a_file_is() {
    let world = World::new().await;
    let body = json!({"name": "report.jpg", "size": 20, "type": "image/jpeg"}).to_string();
    let id = world.post(ADA, "/api/uploads", Some(&body)).await.json()["id"].as_str().unwrap().to_owned();
    world.objects.put_starting(&format!("{ADA}/{id}/original"), 20, b"%PDF-1.7 0123456789a");
    let answer = world.post(ADA, &format!("/api/uploads/{id}/complete"), None).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (422, &json!("not_media")));
    let row = world.media(&MediaId::try_from(id).unwrap()).await;
    assert_eq!((row.status, row.reason.as_deref()), (Status::Failed, answer.json()["detail"].as_str()));
    assert!(world.told.lock().unwrap().is_empty(), "no processor is asked");
}

#[tokio::test]
async fn a_form_brings_a_small_file() {
    let world = World::new().await;
    let field = |name: &str, text: &[u8]| {
        [format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n").as_bytes(), text, b"\r\n"].concat()
    };
    let file = |name: &str, bytes: &[u8]| {
        let head = format!("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        [head.as_bytes(), bytes, b"\r\n"].concat()
    };
    let end = b"--b--\r\n".to_vec();
    let jpeg = crate::objects::JPEG;
    let good = [file("é 🎉.jpg", jpeg), field("comment", "at sea".as_bytes()), end.clone()].concat();
    let answer = world.form(ADA, "/api/upload", good).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let media = &answer.json()["media"];
    let seen = ["title", "comment", "status"].map(|name| media[name].as_str().unwrap());
    assert_eq!(seen, ["é 🎉.jpg", "at sea", "uploaded"]);
    let key = format!("{ADA}/{}/original", media["id"].as_str().unwrap());
    assert_eq!(world.objects.content(BUCKET, &key).as_deref(), Some(jpeg));

    let large = vec![0xFF; 4 * 1024 * 1024 + 1];
    let larger = vec![0xFF; 5 * 1024 * 1024];
    let table = [
        ([file("a.jpg", &large), end.clone()].concat(), 413, "too_large_for_form"),
        ([file("a.jpg", &larger), end.clone()].concat(), 413, "too_large_for_form"),
        ([file("a.jpg", b""), end.clone()].concat(), 422, "empty_file"),
        ([file("a.txt", b"text that is no picture"), end.clone()].concat(), 422, "not_media"),
        ([field("comment", b"x"), end.clone()].concat(), 422, "missing"),
        ([file("a.jpg", jpeg), field("colour", b"x"), end.clone()].concat(), 422, "unknown_field"),
        ([file("a.jpg", jpeg), file("b.jpg", jpeg), end.clone()].concat(), 400, "form_unreadable"),
        ([file("a.jpg", jpeg), field("title", b" "), end.clone()].concat(), 422, "empty"),
        (file("a.jpg", jpeg), 400, "form_unreadable"),
    ];
    for (body, status, reason) in table {
        let answer = world.form(ADA, "/api/upload", body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (status, &json!(reason)), "{}", answer.body);
        if status == 413 {
            assert!(answer.json()["detail"].as_str().unwrap().contains("POST /api/uploads"));
        }
    }
    let answer = world.post(ADA, "/api/upload", Some("{}")).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (415, &json!("content_type_not_form")));
}

#[tokio::test]
async fn sweeping_takes_what_is_over_and_nothing_else() {
    let world = World::new().await;
    let day = 24 * 3_600_000;
    let kept = world.ready(ADA, "kept", Kind::Video).await;
    let gone = world.ready(ADA, "gone", Kind::Video).await;
    let restorable = world.ready(ADA, "restorable", Kind::Video).await;
    for id in [&kept, &gone, &restorable] {
        world.objects.put(&format!("{ADA}/{id}/original"), 1_000);
        world.objects.put_media(&format!("media/{ADA}/{id}/video.mp4"));
    }
    world.catalog.delete(&gone, NOW - RESTORE_MS - 1).await.unwrap();
    world.catalog.delete(&restorable, NOW - RESTORE_MS).await.unwrap();
    let waiting = world.announce(ADA, "waiting", day).await;
    let abandoned = world.announce(ADA, "abandoned", 3 * day).await;
    let late = world.announce(ADA, "late", 3 * day).await;
    world.objects.put(&format!("{ADA}/{late}/original"), 1_000);
    let month = catalog::Month::of(NOW);
    let any = Amount { bytes: Amount::MOST, minutes: Amount::MOST };
    let stored = Amount { bytes: 6_000, minutes: 39 };
    assert!(world.catalog.reserve(ADA, &month, stored, any).await.unwrap());

    let swept = world.origin.sweep().await.unwrap();
    assert_eq!((swept.uploads, swept.titles), (1, 1));
    for (id, there) in
        [(kept, true), (restorable, true), (waiting, true), (late, true), (gone, false), (abandoned, false)]
    {
        assert_eq!(world.catalog.find(&id).await.unwrap().is_some(), there, "{id}");
    }
    assert_eq!((world.objects.keys(BUCKET).len(), world.objects.keys(MEDIA_BUCKET).len()), (3, 2));
    // 754 seconds are 13 minutes begun.
    assert_eq!(world.catalog.stored(ADA).await.unwrap(), Amount { bytes: 4_000, minutes: 26 });
    let again = world.origin.sweep().await.unwrap();
    assert_eq!((again.uploads, again.titles), (0, 0));
}

#[tokio::test]
async fn an_upload_that_nobody_goes_on_with_is_given_up() {
    let world = World::new().await;
    let id = announce(&world).await;
    world.later(7 * 24 * 3_600_000);
    assert_eq!(world.get(ADA, "/api/uploads").await.json(), json!({"items": []}));
    let swept = world.origin.sweep().await.unwrap();
    assert_eq!((swept.uploads, world.objects.uploads()), (1, 0));
    assert_eq!(world.catalog.find(&MediaId::try_from(id).unwrap()).await.unwrap(), None);
    assert_eq!(world.catalog.stored(ADA).await.unwrap(), Amount::default());
}
