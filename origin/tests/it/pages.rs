//! The pages, as text.

use catalog::Kind;
use http::StatusCode;

use crate::tokens::access;
use crate::world::{ADA, World, request};

const HOSTILE: &str = "<script>alert(1)</script>\"'&{{x}} \u{202e}gpj.exe 🎉";
const HOSTILE_ESCAPED: &str = "&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;{{x}} \u{202e}gpj.exe 🎉";

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::new().await;
    let film = world.ready(ADA, "holiday.mp4", Kind::Video).await;
    let token = access(ADA, "ada");
    let watch = format!("/watch/{film}");
    let api = format!("/api/media/{film}");
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/upload"),
        ("GET", &watch),
        ("GET", "/nothing"),
        ("GET", "/?cursor=a&cursor=b"),
        ("GET", &api),
        ("GET", "/api/nothing"),
        ("DELETE", &api),
        ("GET", "/health"),
    ] {
        for token in [Some(token.as_str()), None] {
            let answer = world.send(request(method, path, token, None)).await;
            assert_eq!(
                answer.header("content-security-policy"),
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; \
                 connect-src 'self' http://localhost:9000; form-action 'self' https://id.example.test; \
                 base-uri 'none'; frame-ancestors 'none'",
                "{method} {path}"
            );
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("referrer-policy"), "same-origin");
            assert_eq!(answer.header("cache-control"), "private, no-store");
            let inline = |word: &str| word.starts_with("style=") || (word.starts_with("on") && word.contains("=\""));
            assert!(!answer.body.split_whitespace().any(inline), "{path}: inline code or style");
            assert_eq!(
                answer.body.matches("<script").count(),
                answer.body.matches("<script type=\"module\" src=").count()
            );
        }
    }
}

#[tokio::test]
async fn pages_link_only_to_this_site_and_to_static_files_that_are_there() {
    let world = World::new().await;
    let film = world.ready(ADA, "holiday.mp4", Kind::Video).await;
    let files: Vec<String> = origin::static_files().map(|f| format!("/{}", f.path)).collect();
    for path in ["/".to_owned(), "/upload".to_owned(), format!("/watch/{film}"), "/nothing".to_owned()] {
        let answer = world.get(ADA, &path).await;
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
        let links = answer.body.split([' ', '\n']).filter_map(|word| {
            let (name, value) = word.split_once("=\"")?;
            ["href", "src", "action", "poster", "data-list"].contains(&name).then(|| value.split('"').next().unwrap())
        });
        let links: Vec<&str> = links.collect();
        assert!(links.len() > 5, "{links:?}");
        for link in links {
            let here = link.is_empty() || link.starts_with('#') || (link.starts_with('/') && !link.starts_with("//"));
            assert!(here, "{path}: {link}");
            assert!(!link.starts_with("/static/") || files.iter().any(|f| f == link), "{path}: {link}");
        }
    }
}

#[tokio::test]
async fn hostile_titles_and_names_stay_text() {
    let world = World::new().await;
    let film = world.ready(ADA, HOSTILE, Kind::Video).await;
    world.failed(ADA, HOSTILE, HOSTILE).await;
    let token = access(ADA, HOSTILE);
    for path in ["/".to_owned(), format!("/watch/{film}")] {
        let answer = world.send(request("GET", &path, Some(&token), None)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!answer.body.contains("<script>"), "{path}");
        assert!(answer.body.contains(&format!("<bdi>{HOSTILE_ESCAPED}</bdi>")), "{path}: the person's name");
        assert!(answer.body.contains(&format!("dir=\"auto\">{HOSTILE_ESCAPED}</")), "{path}: the title");
    }
    let page = world.get(ADA, &format!("/watch/{film}")).await.body;
    assert!(page.contains(&format!("<title>\u{2068}{HOSTILE_ESCAPED}\u{2069} · Stagedoor</title>")), "{page}");
}

#[tokio::test]
async fn the_library_shows_each_state() {
    let world = World::new().await;
    assert!(world.get(ADA, "/").await.body.contains("Your library is empty"));
    let film = world.ready(ADA, "holiday.mp4", Kind::Video).await;
    let photo = world.ready(ADA, "pier.jpg", Kind::Image).await;
    let quiet = world.get(ADA, "/").await.body;
    assert!(!quiet.contains("data-working") && !quiet.contains("Your library is empty"));
    assert!(quiet.contains(&format!("<img src=\"/media/{ADA}/{film}/thumb.webp\"")));
    assert!(quiet.contains(&format!("href=\"/watch/{photo}\"")));
    assert!(quiet.contains("12:34"), "the film's length");

    world.processing(ADA, "new.jpg", Kind::Image).await;
    world.failed(ADA, "notes.txt", "This is neither a photo nor a film.").await;
    world.announce(ADA, "not-here-yet.jpg", 0).await;
    let page = world.get(ADA, "/").await.body;
    assert!(page.contains("data-status=\"processing\" data-working"));
    assert!(page.contains("This is neither a photo nor a film."));
    assert!(!page.contains("not-here-yet"), "what has not arrived is on no shelf");
    assert!(page.contains("<span class=\"visually-hidden\">Signed in as </span><bdi>ada</bdi>"));
}

#[tokio::test]
async fn the_library_goes_on_where_it_ends() {
    let world = World::new().await;
    for n in 0..61 {
        let id = world.announce(ADA, &format!("film-{n:02}."), n * 1_000).await;
        let source = world.media(&id).await.source;
        assert!(world.catalog.uploaded(&id, &source, crate::world::NOW).await.unwrap());
    }
    let first = world.get(ADA, "/").await.body;
    assert!(first.contains("film-59.") && !first.contains("film-60."));
    let next = first.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = world.get(ADA, next).await.body;
    assert!(second.contains("film-60.") && !second.contains("film-59.") && !second.contains("rel=\"next\""));
    let list = second.split("data-list=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let polled = world.get(ADA, &list).await.json();
    assert_eq!(polled["items"].as_array().unwrap().len(), 1, "the script asks for the page it is on: {list}");
}

#[tokio::test]
async fn the_watch_page_of_each_state() {
    let world = World::new().await;
    let film = world.ready(ADA, "holiday.mp4", Kind::Video).await;
    let page = world.get(ADA, &format!("/watch/{film}")).await.body;
    assert!(page.contains("<video class=\"stage\" controls playsinline preload=\"metadata\""));
    assert!(page.contains(&format!("poster=\"/media/{ADA}/{film}/poster.webp\"")));
    assert!(page.contains(&format!("src=\"/media/{ADA}/{film}/video.mp4\"")));

    let photo = world.ready(ADA, "pier.jpg", Kind::Image).await;
    let page = world.get(ADA, &format!("/watch/{photo}")).await.body;
    let image = format!("src=\"/media/{ADA}/{photo}/w1280.webp\" width=\"1280\" height=\"720\" alt=\"\u{2068}pier.jpg");
    assert!(page.contains(&image), "{page}");

    let working = world.processing(ADA, "new.mov", Kind::Video).await;
    let page = world.get(ADA, &format!("/watch/{working}")).await.body;
    assert!(page.contains("Processing…") && page.contains("data-status=\"processing\"") && !page.contains("<video"));

    let failed = world.failed(ADA, "notes.txt", "This is neither a photo nor a film.").await;
    let page = world.get(ADA, &format!("/watch/{failed}")).await.body;
    assert!(page.contains("This is neither a photo nor a film.") && page.contains("data-status=\"failed\""));
}

#[tokio::test]
async fn what_is_not_there_is_a_page_for_people_and_a_problem_for_programs() {
    let world = World::new().await;
    let page = world.get(ADA, "/nothing").await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::NOT_FOUND, "text/html; charset=utf-8"));
    for path in ["/api/nothing", "/api", "/api/media/x/y"] {
        let answer = world.get(ADA, path).await;
        assert_eq!((answer.status, answer.json()["reason"].as_str()), (StatusCode::NOT_FOUND, Some("not_found")));
    }
    let posted = world.post(ADA, "/nothing", None).await;
    assert_eq!((posted.status, posted.header("content-type")), (StatusCode::NOT_FOUND, "application/problem+json"));
    let method = world.post(ADA, "/api/media", None).await;
    assert_eq!((method.status, method.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD"));
    assert_eq!(method.json()["reason"], "method_not_allowed");
}
