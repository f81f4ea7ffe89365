//! Profiles, pictures of people, usage, accounts.

use catalog::{Amount, Kind, Month};
use http::StatusCode;
use image::{ExtendedColorType, ImageEncoder as _};
use serde_json::{Value, json};

use crate::objects::{BUCKET, MEDIA_BUCKET};
use crate::tokens::access;
use crate::world::{ADA, Answer, BOB, NOW, World, request};

async fn patch(world: &World, body: Value) -> Answer {
    world.send(request("PATCH", "/api/profile", Some(&access(ADA, "ada")), Some(&body.to_string()))).await
}

#[tokio::test]
async fn a_person_writes_what_others_see() {
    let world = World::new().await;
    let first = world.get(ADA, "/api/profile").await.json();
    assert_eq!(
        first,
        json!({"sub": ADA, "username": "ada", "name": "ada", "bio": "", "avatar": null, "preferences": {}, "groups": [],
               "admin": false, "version": 0})
    );
    let written = patch(&world, json!({"name": " Ada Lovelace ", "preferences": {"speed": 1.5}})).await.json();
    assert_eq!(
        (&written["name"], &written["preferences"], &written["version"]),
        (&json!("Ada Lovelace"), &json!({"speed": 1.5}), &json!(1))
    );
    let written = patch(&world, json!({"bio": "counts\non"})).await.json();
    assert_eq!(
        (&written["name"], &written["bio"], &written["version"]),
        (&json!("Ada Lovelace"), &json!("counts\non"), &json!(2))
    );
    let stale = patch(&world, json!({"bio": "x", "version": 1})).await;
    assert_eq!((stale.status, &stale.json()["reason"]), (StatusCode::CONFLICT, &json!("stale")));
    assert_eq!(patch(&world, json!({"bio": "x", "version": 2})).await.status, StatusCode::OK);
    for (body, field, reason) in [
        (json!({"name": ""}), "name", "empty"),
        (json!({"name": "a\nb"}), "name", "control_character"),
        (json!({"name": "x".repeat(301)}), "name", "out_of_bounds"),
        (json!({"bio": "x".repeat(5_001)}), "bio", "out_of_bounds"),
        (json!({"preferences": {"x": "y".repeat(16 * 1024)}}), "preferences", "out_of_bounds"),
        (json!({"preferences": []}), "preferences", "wrong_type"),
        (json!({"avatar": "/media/x"}), "avatar", "wrong_type"),
        (json!({"sub": BOB}), "sub", "unknown_field"),
    ] {
        let answer = patch(&world, body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["field"], &answer.json()["reason"]),
            (422, &json!(field), &json!(reason))
        );
    }
    assert_eq!(world.get(BOB, "/api/profile").await.json()["bio"], "");
}

/// A red pixel as JPEG, PNG and WebP, each with a place and a maker in its metadata.
fn pictures() -> Vec<(&'static str, Vec<u8>)> {
    let exif = b"II*\0\x08\0\0\0\x01\0\x0f\x01\x02\0\x0c\0\0\0\x1a\0\0\0\0\0\0\0GPS at home\0";
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new(&mut jpeg).write_image(&[255, 0, 0], 1, 1, ExtendedColorType::Rgb8).unwrap();
    let mut segment = vec![0xFF, 0xE1];
    segment.extend(u16::try_from(exif.len() + 8).unwrap().to_be_bytes());
    segment.extend(b"Exif\0\0");
    segment.extend(exif);
    segment.extend(b"\xFF\xFE\0\x12GPS at home!!!!!");
    jpeg.splice(2..2, segment);
    let mut png = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
    encoder.set_exif_metadata(exif.to_vec()).unwrap();
    encoder.write_image(&[255, 0, 0], 1, 1, ExtendedColorType::Rgb8).unwrap();
    let mut webp = Vec::new();
    let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut webp);
    encoder.set_exif_metadata(exif.to_vec()).unwrap();
    encoder.write_image(&[255, 0, 0], 1, 1, ExtendedColorType::Rgb8).unwrap();
    vec![("jpeg", jpeg), ("png", png), ("webp", webp)]
}

#[tokio::test]
async fn a_picture_of_a_person_loses_all_but_its_pixels() {
    let world = World::new().await;
    let mut former: Option<String> = None;
    for (kind, bytes) in pictures() {
        let holds = |bytes: &[u8]| bytes.windows(11).any(|window| window == b"GPS at home");
        assert!(holds(&bytes), "{kind}");
        let body = json!({"size": bytes.len(), "type": format!("image/{kind}")}).to_string();
        let announced = world.post(ADA, "/api/profile/avatar", Some(&body)).await;
        assert_eq!(announced.status, StatusCode::CREATED, "{}", announced.body);
        let announced = announced.json();
        let id = announced["id"].as_str().unwrap();
        let raw = format!("{ADA}/avatar/{id}");
        assert!(announced["url"].as_str().unwrap().contains(&format!("/{BUCKET}/{raw}?")));
        let complete = json!({"id": id}).to_string();
        let early = world.post(ADA, "/api/profile/avatar/complete", Some(&complete)).await;
        assert_eq!(early.json()["reason"], "object_missing");
        world.objects.put_starting(&raw, bytes.len() as u64, &bytes);
        assert_eq!(world.post(BOB, "/api/profile/avatar/complete", Some(&complete)).await.status, StatusCode::CONFLICT);
        let profile = world.post(ADA, "/api/profile/avatar/complete", Some(&complete)).await;
        assert_eq!(profile.status, StatusCode::OK, "{}", profile.body);
        let key = profile.json()["avatar"].as_str().unwrap().strip_prefix('/').unwrap().to_owned();
        assert!(key.starts_with(&format!("avatars/{ADA}/{id}.")), "{key}");
        let served = world.objects.content(MEDIA_BUCKET, &key).unwrap();
        assert!(!holds(&served), "{kind}");
        let pixel = image::load_from_memory(&served).unwrap().to_rgb8().get_pixel(0, 0).0;
        assert!(pixel[0] > 250 && pixel[1] < 5, "{kind}: {pixel:?}");
        assert_eq!(world.objects.content(BUCKET, &raw), None, "what was sent is gone");
        if let Some(former) = former.replace(key) {
            assert_eq!(world.objects.content(MEDIA_BUCKET, &former), None);
        }
    }
    assert_eq!(patch(&world, json!({"avatar": null})).await.json()["avatar"], json!(null));
}

#[tokio::test]
async fn what_is_no_picture_of_a_person() {
    let world = World::new().await;
    for (size, media_type, field) in
        [(0, "image/png", "size"), (1_048_577, "image/png", "size"), (9, "image/svg+xml", "type"), (9, "", "type")]
    {
        let body = json!({"size": size, "type": media_type}).to_string();
        let answer = world.post(ADA, "/api/profile/avatar", Some(&body)).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["field"]), (422, &json!(field)));
    }
    let id = "0123456789abcdef0123456789abcdef";
    for bytes in [
        &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
        b"\xFF\xD8\xFF\xE0\0\x10JF",
        b"\x89PNG\r\n\x1A\n",
        b"RIFF\0\0\0\0WEBP",
    ] {
        world.objects.put_starting(&format!("{ADA}/avatar/{id}"), bytes.len() as u64, bytes);
        let answer = world.post(ADA, "/api/profile/avatar/complete", Some(&json!({"id": id}).to_string())).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (422, &json!("not_a_picture")), "{bytes:?}");
        assert_eq!(world.objects.keys(BUCKET), Vec::<String>::new());
    }
    for id in ["../../x", "", &"g".repeat(32)] {
        let answer = world.post(ADA, "/api/profile/avatar/complete", Some(&json!({"id": id}).to_string())).await;
        assert_eq!(answer.json()["reason"], "object_missing");
    }
}

#[tokio::test]
async fn usage_and_quota() {
    let world = World::new().await;
    let any = Amount { bytes: Amount::MOST, minutes: Amount::MOST };
    let month = Month::of(NOW);
    world.catalog.reserve(ADA, &month, Amount { bytes: 5_000, minutes: 3 }, any).await.unwrap();
    let film = world.ready(ADA, "a", Kind::Video).await;
    world.post(ADA, &format!("/api/media/{film}/play"), None).await;
    let usage = world.get(ADA, "/api/usage").await.json();
    assert_eq!(
        usage,
        json!({"stored": {"bytes": 5_000, "minutes": 3}, "quota": null,
               "months": [{"month": "2026-03", "bytes": 5_000, "minutes": 3, "uploads": 0, "plays": 1}]})
    );
}

#[tokio::test]
async fn an_account_is_taken_along_and_removed() {
    let world = World::new().await;
    let film = world.ready(ADA, "holiday.mp4", Kind::Video).await;
    patch(&world, json!({"bio": "counts"})).await;
    let upload =
        world.post(ADA, "/api/uploads", Some(&json!({"name": "b", "size": 80_000_000}).to_string())).await.json();
    let export = world.get(ADA, "/api/account/export").await;
    assert_eq!(export.header("content-disposition"), "attachment; filename=\"stagedoor-export.json\"");
    let all = export.json();
    assert_eq!((&all["person"]["bio"], &all["media"].as_array().unwrap().len()), (&json!("counts"), &2));

    let remove = |name: &str| {
        request("DELETE", "/api/account", Some(&access(ADA, "ada")), Some(&json!({"confirm": name}).to_string()))
    };
    let meant = world.send(remove("bob")).await;
    assert_eq!((meant.status.as_u16(), &meant.json()["reason"]), (422, &json!("not_confirmed")));
    assert_eq!(world.send(remove("ada")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get(ADA, "/api/media").await.json()["items"], json!([]));
    assert_eq!(world.get(ADA, "/api/profile").await.json()["version"], 0);
    assert_eq!(world.objects.uploads(), 0, "{upload}");
    let restore = world.post(ADA, &format!("/api/media/{film}/restore"), None).await;
    assert_eq!(restore.status, StatusCode::NOT_FOUND);
    world.origin.sweep().await.unwrap();
    assert_eq!(world.catalog.find(&film).await.unwrap(), None);
}

#[tokio::test]
async fn a_token_is_shown_where_that_is_switched_on_to_this_sites_pages() {
    let token = access(ADA, "ada");
    let ask = |site: Option<&str>| {
        let mut asked = request("GET", "/api/token", Some(&token), None);
        if let Some(site) = site {
            asked.headers_mut().insert("sec-fetch-site", site.parse().unwrap());
        }
        asked
    };
    let off = World::new().await;
    assert_eq!(off.send(ask(Some("same-origin"))).await.status, StatusCode::NOT_FOUND);
    let on = World::showing_tokens().await;
    let shown = on.send(ask(Some("same-origin"))).await;
    assert_eq!((shown.status, shown.header("cache-control")), (StatusCode::OK, "private, no-store"));
    assert_eq!(shown.json(), json!({"token": token, "expires_at": "2026-04-06T00:00:00Z"}));
    for site in [None, Some("cross-site"), Some("same-site"), Some("none")] {
        let answer = on.send(ask(site)).await;
        assert_eq!((answer.status, &answer.json()["reason"]), (StatusCode::FORBIDDEN, &json!("cross_site")));
        assert!(!answer.body.contains(&token));
    }
}
