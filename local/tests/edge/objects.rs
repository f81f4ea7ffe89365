//! Objects: ranges, conditions, and what the cache keeps.

use crate::fake_s3::{MODIFIED, Object};
use crate::http1::{get, send};
use crate::support::{World, changing, forwarding, scripted};
use serde_json::json;

async fn with_video() -> World {
    let world = forwarding().await;
    world.s3.put("media/media/a/v.mp4", b"0123456789");
    world.s3.put("media/fresh/v.mp4", b"0123456789");
    world
}

#[tokio::test]
async fn ranges_are_the_same_with_and_without_the_cache() {
    let world = with_video().await;
    // The first round fills the cache, the second is served from it; `/fresh/` never is.
    for (round, target) in [(1, "/media/a/v.mp4"), (2, "/media/a/v.mp4"), (3, "/fresh/v.mp4")] {
        for (range, status, body, content_range) in [
            ("bytes=0-3", 206, "0123", Some("bytes 0-3/10")),
            ("bytes=7-", 206, "789", Some("bytes 7-9/10")),
            ("bytes=-2", 206, "89", Some("bytes 8-9/10")),
            ("bytes=-99", 206, "0123456789", Some("bytes 0-9/10")),
            ("bytes=0-99", 206, "0123456789", Some("bytes 0-9/10")),
            ("bytes=10-", 416, "", Some("bytes */10")),
            ("bytes=-0", 416, "", Some("bytes */10")),
            ("bytes=0-1,3-4", 200, "0123456789", None),
            ("bytes=3-1", 200, "0123456789", None),
            ("lines=1-2", 200, "0123456789", None),
        ] {
            let answer = get(world.address, target, &[&format!("Range: {range}")]).await;
            let name = format!("{range}, round {round}");
            assert_eq!((answer.status, answer.text().as_str()), (status, body), "{name}");
            assert_eq!(answer.header("content-range"), content_range, "{name}");
            assert_eq!(answer.header("content-length"), Some(body.len().to_string().as_str()), "{name}");
            assert_eq!(answer.header("accept-ranges"), Some("bytes"), "{name}");
        }
    }
    assert!(world.edge.cache_statistics().hits >= 19);
}

#[tokio::test]
async fn an_answer_carries_what_s3_says_and_the_policys_headers() {
    let world = forwarding().await;
    let object =
        |cache_control| Object { bytes: b"x".to_vec(), content_type: "image/webp", etag: "\"e9\"", cache_control };
    world.s3.put_object("media/media/a/p.webp", object(Some("private, max-age=60")));
    world.s3.put_object("site/static/app.css", Object { content_type: "text/css", ..object(None) });
    let answer = get(world.address, "/media/a/p.webp", &[]).await;
    for (name, value) in [
        ("content-type", Some("image/webp")),
        ("etag", Some("\"e9\"")),
        ("last-modified", Some(MODIFIED)),
        ("cache-control", Some("private, max-age=60")),
        ("x-content-type-options", Some("nosniff")),
        ("content-security-policy", Some("sandbox; default-src 'none'")),
        ("x-cache", Some("Miss from cloudfront")),
        ("x-amz-meta-owner", None),
        ("age", None),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let answer = get(world.address, "/static/app.css", &[]).await;
    assert_eq!(answer.header("content-type"), Some("text/css"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("content-security-policy"), None);
    assert!(answer.header("via").unwrap().contains("CloudFront"));
}

#[tokio::test]
async fn conditions_save_the_body() {
    let world = with_video().await;
    let (earlier, later) = ("Sun, 06 Nov 1994 08:49:36 GMT", "Mon, 07 Nov 1994 00:00:00 GMT");
    for target in ["/media/a/v.mp4", "/fresh/v.mp4"] {
        for (lines, status) in [
            (vec!["If-None-Match: \"e1\"".to_owned()], 304),
            (vec!["If-None-Match: \"x\", W/\"e1\"".to_owned()], 304),
            (vec!["If-None-Match: *".to_owned()], 304),
            (vec!["If-None-Match: \"x\"".to_owned()], 200),
            (vec![format!("If-Modified-Since: {MODIFIED}")], 304),
            (vec![format!("If-Modified-Since: {later}")], 304),
            (vec![format!("If-Modified-Since: {earlier}")], 200),
            (vec![format!("If-Modified-Since: {later}"), "If-None-Match: \"x\"".to_owned()], 200),
            (vec!["Range: bytes=0-1".to_owned(), "If-None-Match: \"e1\"".to_owned()], 304),
            (vec!["Range: bytes=0-1".to_owned(), "If-Range: \"e1\"".to_owned()], 206),
            (vec!["Range: bytes=0-1".to_owned(), "If-Range: W/\"e1\"".to_owned()], 200),
            (vec!["Range: bytes=0-1".to_owned(), "If-Range: \"x\"".to_owned()], 200),
            (vec!["Range: bytes=0-1".to_owned(), format!("If-Range: {MODIFIED}")], 206),
            (vec!["Range: bytes=0-1".to_owned(), format!("If-Range: {later}")], 200),
            (vec!["Range: bytes=50-".to_owned(), "If-Range: \"x\"".to_owned()], 200),
        ] {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let answer = get(world.address, target, &lines).await;
            assert_eq!(answer.status, status, "{target} {lines:?}");
            if status == 304 {
                assert!(answer.body.is_empty());
                assert_eq!(answer.header("etag"), Some("\"e1\""));
            }
        }
    }
}

#[tokio::test]
async fn head_says_what_get_would_without_the_body() {
    let world = with_video().await;
    for target in ["/media/a/v.mp4", "/fresh/v.mp4"] {
        for round in 1..=2 {
            let answer = send(world.address, &format!("HEAD {target}"), &["Range: bytes=0-1"]).await;
            assert_eq!((answer.status, answer.header("content-length")), (200, Some("10")), "{target} {round}");
            assert!(answer.body.is_empty());
            get(world.address, target, &[]).await;
        }
    }
    let answer = send(world.address, "HEAD /media/a/none", &[]).await;
    assert_eq!((answer.status, answer.body.len()), (404, 0));
}

#[tokio::test]
async fn the_cache_is_keyed_by_path_alone() {
    let world = with_video().await;
    get(world.address, "/media/a/v.mp4?x=1", &["Cookie: viewer=1"]).await;
    assert_eq!(world.s3.asked(), ["HEAD media/media/a/v.mp4 -", "GET media/media/a/v.mp4 -"]);
    let answer = get(world.address, "/media/a/v.mp4?x=2", &["Cookie: viewer=2", "Range: bytes=1-2"]).await;
    assert_eq!(answer.header("x-cache"), Some("Hit from cloudfront"));
    assert_eq!(answer.header("age"), Some("0"));
    assert_eq!(answer.text(), "12");
    assert!(world.s3.asked().is_empty());
    let statistics = world.edge.cache_statistics();
    assert_eq!((statistics.hits, statistics.misses, statistics.objects, statistics.bytes), (1, 1, 1, 10));
}

#[tokio::test]
async fn the_key_is_the_path_after_the_function() {
    let strip = |request: &mut serde_json::Value| {
        let uri = request["uri"].as_str().unwrap().replace("/v1/", "/").replace("/v2/", "/");
        request["uri"] = json!(uri);
    };
    let world = scripted(changing(strip)).await;
    world.s3.put("media/media/a/x", b"same");
    assert_eq!(get(world.address, "/media/a/v1/x", &[]).await.header("x-cache"), Some("Miss from cloudfront"));
    let answer = get(world.address, "/media/a/v2/x", &[]).await;
    assert_eq!((answer.header("x-cache"), answer.text().as_str()), (Some("Hit from cloudfront"), "same"));
}

#[tokio::test]
async fn cache_none_and_what_forbids_it_are_not_kept() {
    let world = with_video().await;
    let cache_control = Some("no-store");
    let object = Object { bytes: b"x".to_vec(), content_type: "text/plain", etag: "\"e1\"", cache_control };
    world.s3.put_object("media/media/a/secret", object);
    for target in ["/fresh/v.mp4", "/media/a/secret", "/media/a/missing"] {
        for _ in 0..2 {
            let answer = get(world.address, target, &[]).await;
            assert_ne!(answer.header("x-cache"), Some("Hit from cloudfront"), "{target}");
            assert!(!world.s3.asked().is_empty(), "{target}");
        }
    }
    assert_eq!(world.edge.cache_statistics().objects, 0);
    // What was missing is there as soon as it is there.
    world.s3.put("media/media/a/missing", b"here now");
    assert_eq!(get(world.address, "/media/a/missing", &[]).await.text(), "here now");
}

#[tokio::test]
async fn a_large_object_streams_and_its_ranges_go_on_to_s3() {
    let world = forwarding().await;
    let bytes: Vec<u8> = (0..33 * 1024 * 1024_u32).map(|n| (n % 253) as u8).collect();
    world.s3.put("media/media/a/film.mp4", &bytes);
    let answer = get(world.address, "/media/a/film.mp4", &["Range: bytes=-1000"]).await;
    assert_eq!((answer.status, &answer.body[..]), (206, &bytes[bytes.len() - 1000..]));
    let asked = world.s3.asked();
    assert_eq!(asked[1], format!("GET media/media/a/film.mp4 bytes={}-{}", bytes.len() - 1000, bytes.len() - 1));
    let answer = get(world.address, "/media/a/film.mp4", &[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body == bytes);
    assert_eq!(world.edge.cache_statistics().objects, 0);
}

#[tokio::test]
async fn an_empty_object_has_no_ranges() {
    let world = forwarding().await;
    world.s3.put("media/media/a/empty", b"");
    for _ in 0..2 {
        assert_eq!(get(world.address, "/media/a/empty", &[]).await.status, 200);
        assert_eq!(get(world.address, "/media/a/empty", &["Range: bytes=-5"]).await.status, 200);
        let answer = get(world.address, "/media/a/empty", &["Range: bytes=0-"]).await;
        assert_eq!((answer.status, answer.header("content-range")), (416, Some("bytes */0")));
    }
}

#[tokio::test]
async fn what_is_missing_says_nothing_of_buckets() {
    let world = forwarding().await;
    let answer = get(world.address, "/media/a/none", &[]).await;
    assert_eq!(answer.status, 404);
    assert!(!answer.text().contains("secret-bucket") && !answer.text().contains("NoSuchKey"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    for target in ["/media/a/", "/media/a/%00", "/media/a/x%5cy", "/media/a/%2e%2e%2fx"] {
        assert_eq!(get(world.address, target, &[]).await.status, 404, "{target}");
    }
    assert_eq!(get(world.address, "/media/a/%ff", &[]).await.status, 400);
}

#[tokio::test]
async fn keys_are_decoded_once_and_plus_is_a_blank() {
    let world = forwarding().await;
    world.s3.put("media/media/a/b c%20d", b"right");
    assert_eq!(get(world.address, "/media/a/b+c%2520d", &[]).await.text(), "right");
    assert_eq!(get(world.address, "/media/a/b%20c%2520d", &[]).await.text(), "right");
}

#[tokio::test]
async fn other_methods_end_as_at_s3() {
    let world = forwarding().await;
    world.s3.put("media/drop/x", b"0123456789");
    for (method, status) in [("OPTIONS", 403), ("POST", 405), ("PUT", 405), ("PATCH", 405), ("DELETE", 405)] {
        let answer = send(world.address, &format!("{method} /drop/x"), &["Content-Length: 0"]).await;
        assert_eq!(answer.status, status, "{method}");
    }
    assert!(world.s3.asked().is_empty());
}
