//! The pages, as text.

use std::path::Path;

use catalog::{Kind, MediaChange, Outcome, Rendition, Visibility};
use http::StatusCode;
use serde_json::json;

use crate::tokens::access;
use crate::world::{ADA, BOB, NOW, World, request};

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
        ("GET", "/profile"),
        ("GET", "/collections"),
        ("GET", "/s"),
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
    let collection = world.collection(ADA, "At sea", &[film.as_str()]).await;
    for path in [
        "/".to_owned(),
        "/upload".to_owned(),
        "/profile".to_owned(),
        "/collections".to_owned(),
        format!("/collections/{collection}"),
        "/s".to_owned(),
        format!("/watch/{film}"),
        format!("/watch/{film}?collection={collection}"),
        "/nothing".to_owned(),
    ] {
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
    let collection = world.collection(ADA, HOSTILE, &[film.as_str()]).await;
    let profile = json!({"name": HOSTILE, "bio": HOSTILE, "preferences": {"theme": HOSTILE}}).to_string();
    let written = world.send(request("PATCH", "/api/profile", Some(&token), Some(&profile))).await;
    assert_eq!(written.status, StatusCode::OK, "{}", written.body);
    for path in
        ["/".to_owned(), format!("/watch/{film}"), format!("/collections/{collection}"), "/collections".to_owned()]
    {
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
    assert!(page.contains("<span class=\"visually-hidden\">Signed in as </span><strong><bdi>ada</bdi></strong>"));
}

#[tokio::test]
async fn the_library_goes_on_where_it_ends() {
    let world = World::new().await;
    for n in 0..61 {
        let id = world.announce(ADA, &format!("film-{n:02}."), n * 1_000).await;
        let source = world.media(&id).await.source;
        assert!(world.catalog.uploaded(&id, &source, NOW).await.unwrap());
    }
    let first = world.get(ADA, "/").await.body;
    assert!(first.contains("film-59.") && !first.contains("film-60."));
    let next = first.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = world.get(ADA, next).await.body;
    assert!(second.contains("film-60.") && !second.contains("film-59.") && !second.contains("rel=\"next\""));
    let list = second.split("data-list=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
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
    assert!(page.contains(&format!("<source src=\"/media/{ADA}/{film}/video.mp4\" type=\"video/mp4\">")));

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
async fn a_title_under_way_says_which_step_it_is_at() {
    let world = World::new().await;
    let film = world.processing(ADA, "new.mov", Kind::Video).await;
    let watch = format!("/watch/{film}");
    for path in ["/", &watch] {
        let page = world.get(ADA, path).await.body;
        assert!(
            page.contains(">Processing…</") && !page.contains("<progress") && !page.contains("data-done"),
            "{path}"
        );
    }
    for (step, done, text) in [
        ("poster", 0, "Making the poster, step 1 of 4"),
        ("previews", 1, "Making the previews, step 2 of 4"),
        ("copy", 2, "Copying the file, step 3 of 4"),
        ("<b>what a later build does", 3, "Processing, step 4 of 4"),
    ] {
        world.at_step(&film, step, done, 4).await;
        let bar = format!("<progress class=\"steps\" value=\"{done}\" max=\"4\" aria-label=\"Steps done\"></progress>");
        let data = format!("data-done=\"{done}\"");
        let card = format!("<span class=\"doing\">{text}</span>");
        let said = format!("<p class=\"doing\" role=\"status\">{text}</p>");
        for (path, words) in [("/", card), (watch.as_str(), said)] {
            let page = world.get(ADA, path).await.body;
            assert!(page.contains(&words) && page.contains(&bar) && page.contains(&data), "{path}: {page}");
            assert!(!page.contains("<b>") && !page.contains("later build"), "{path}: only words of ours");
        }
    }
    let outcome = Outcome::Failed { reason: "This film is damaged.".to_owned() };
    assert!(world.catalog.finish(&film, &outcome, NOW).await.unwrap());
    for path in ["/", &watch] {
        let page = world.get(ADA, path).await.body;
        assert!(!page.contains("<progress") && !page.contains("data-done"), "{path}");
    }
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

#[tokio::test]
async fn filters_stand_in_the_address_and_in_the_form() {
    let world = World::new().await;
    world.ready(ADA, "Pier.jpg", Kind::Image).await;
    world.ready(ADA, "Pier.mp4", Kind::Video).await;
    let all = world.get(ADA, "/?search=&kind=&status=&scope=").await.body;
    assert!(all.contains("Pier.jpg") && all.contains("Pier.mp4"), "what a form without scripts sends for no filter");
    let films = world.get(ADA, "/?search=PIER&kind=video").await.body;
    assert!(!films.contains("Pier.jpg") && films.contains("Pier.mp4"));
    assert!(films.contains("name=\"search\" value=\"PIER\"") && films.contains("<option value=\"video\" selected>"));
    assert!(
        films.contains("data-list=\"/api/media?kind=video&#38;search=PIER&#38;limit=60\""),
        "the script asks for the same"
    );
    assert!(world.get(ADA, "/?search=zebra").await.body.contains("Nothing found"));
    for wrong in ["/?kind=film", "/?scope=everybody", "/?status=done"] {
        let refused = world.get(ADA, wrong).await;
        assert_eq!(
            (refused.status, refused.header("content-type")),
            (StatusCode::UNPROCESSABLE_ENTITY, "text/html; charset=utf-8")
        );
    }
}

#[tokio::test]
async fn deleted_titles_have_a_list_and_no_page() {
    let world = World::new().await;
    let photo = world.ready(ADA, "pier.jpg", Kind::Image).await;
    assert!(world.get(ADA, "/?scope=deleted").await.body.contains("What you delete stays here for seven days."));
    world.delete(ADA, &format!("/api/media/{photo}")).await;
    let deleted = world.get(ADA, "/?scope=deleted").await.body;
    assert!(deleted.contains("pier.jpg") && deleted.contains("data-act=\"restore\""));
    assert!(!deleted.contains(&format!("href=\"/watch/{photo}\"")), "its page would not be found");
    assert!(!world.get(ADA, "/").await.body.contains("pier.jpg"));
    assert!(!world.get(BOB, "/?scope=deleted").await.body.contains("pier.jpg"));
}

#[tokio::test]
async fn what_others_share_is_shown_by_a_pass_and_without_what_owners_do() {
    let world = World::new().await;
    let film = world.ready(ADA, "holiday.mp4", Kind::Video).await;
    let change = MediaChange { visibility: Some(Visibility::Everyone), ..MediaChange::default() };
    world.catalog.describe(&film, 1, &change, NOW).await.unwrap();
    let page = world.get(BOB, "/").await.body;
    assert!(page.contains("Shared with you") && page.contains("<img src=\"/p/") && !page.contains("data-own"));
    assert!(!world.get(BOB, "/?scope=own").await.body.contains("holiday.mp4"));
    let watch = world.get(BOB, &format!("/watch/{film}")).await.body;
    assert!(watch.contains("<source src=\"/p/") && !watch.contains("data-act="), "{watch}");
    let own = world.get(ADA, &format!("/watch/{film}")).await.body;
    assert!(own.contains("Everyone who signs in can see it") && own.contains("data-act=\"edit\""));
}

#[tokio::test]
async fn the_player_is_given_the_playlist_first_and_every_track() {
    let world = World::new().await;
    let film = world.processing(ADA, "holiday.mp4", Kind::Video).await;
    let rendition = |name: &str, file: &str, content_type: &str| Rendition {
        name: name.to_owned(),
        key: format!("media/{ADA}/{film}/{file}"),
        content_type: content_type.to_owned(),
        width: 1280,
        height: 720,
        bytes: 10,
    };
    let renditions = vec![
        rendition("video", "video.mp4", "video/mp4"),
        rendition("hls", "hls/main.m3u8", "application/vnd.apple.mpegurl"),
        rendition("sprites", "sprites.vtt", "text/vtt"),
        rendition("captions-de", "captions-de.vtt", "text/vtt"),
        rendition("captions-tlh", "captions-tlh.vtt", "text/vtt"),
    ];
    let outcome = Outcome::Ready { renditions, duration_ms: Some(60_000), picture: None, later: false };
    assert!(world.catalog.finish(&film, &outcome, NOW).await.unwrap());
    let page = world.get(ADA, &format!("/watch/{film}")).await.body;
    let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("no {what} in {page}"));
    let folder = format!("/media/{ADA}/{film}");
    let playlist = at(&format!("<source src=\"{folder}/hls/main.m3u8\" type=\"application/vnd.apple.mpegurl\">"));
    assert!(playlist < at(&format!("<source src=\"{folder}/video.mp4\" type=\"video/mp4\">")));
    at(&format!("<track kind=\"captions\" src=\"{folder}/captions-de.vtt\" srclang=\"de\" label=\"Deutsch\">"));
    at(&format!("<track kind=\"captions\" src=\"{folder}/captions-tlh.vtt\" srclang=\"tlh\" label=\"tlh\">"));
    at(&format!("<track kind=\"metadata\" label=\"sprites\" src=\"{folder}/sprites.vtt\">"));
}

#[tokio::test]
async fn a_photo_comes_in_the_sizes_there_are() {
    let world = World::new().await;
    let photo = world.processing(ADA, "pier.jpg", Kind::Image).await;
    let file = |name: &str, width: u32| Rendition {
        name: name.to_owned(),
        key: format!("media/{ADA}/{photo}/{name}.webp"),
        content_type: "image/webp".to_owned(),
        width,
        height: width / 2,
        bytes: 10,
    };
    let renditions = vec![file("thumb", 400), file("w640", 640), file("w1280", 1280), file("w1920", 1920)];
    let outcome = Outcome::Ready { renditions, duration_ms: None, picture: None, later: true };
    assert!(world.catalog.finish(&photo, &outcome, NOW).await.unwrap());
    let page = world.get(ADA, &format!("/watch/{photo}")).await.body;
    let folder = format!("/media/{ADA}/{photo}");
    let srcset = format!("srcset=\"{folder}/w640.webp 640w, {folder}/w1280.webp 1280w, {folder}/w1920.webp 1920w\"");
    assert!(page.contains(&srcset) && !page.contains("image/avif"), "{page}");
    let library = world.get(ADA, "/").await.body;
    let card = format!("<img src=\"{folder}/thumb.webp\" srcset=\"{folder}/w640.webp 640w\" sizes=");
    assert!(library.contains(&card), "{library}");

    // What comes later is offered first.
    let avif = |width: u32| Rendition {
        key: format!("media/{ADA}/{photo}/w{width}.avif"),
        content_type: "image/avif".to_owned(),
        ..file(&format!("w{width}-avif"), width)
    };
    assert!(world.catalog.add_later(&photo, &[avif(640), avif(1280)], NOW).await.unwrap());
    let page = world.get(ADA, &format!("/watch/{photo}")).await.body;
    let source =
        format!("<source type=\"image/avif\" srcset=\"{folder}/w640.avif 640w, {folder}/w1280.avif 1280w\" sizes=");
    assert!(page.contains(&source) && page.find(&source) < page.find(&srcset), "{page}");
}

#[tokio::test]
async fn a_collection_shows_its_owner_more_than_others() {
    let world = World::new().await;
    let (film, photo) =
        (world.ready(ADA, "one.mp4", Kind::Video).await, world.ready(ADA, "two.jpg", Kind::Image).await);
    let id = world.collection(ADA, "At sea", &[film.as_str(), photo.as_str()]).await;
    let address = format!("/collections/{id}");
    let own = world.get(ADA, &address).await.body;
    assert!(own.contains("data-own") && own.contains("Only you can see it") && own.contains("data-act=\"rename\""));
    assert!(own.find("one.mp4") < own.find("two.jpg"));
    assert_eq!(world.get(BOB, &address).await.status, StatusCode::NOT_FOUND);
    let sharing = json!({"sharing": {"people": [BOB], "groups": [], "everyone": false}}).to_string();
    let token = access(ADA, "ada");
    world.send(request("PATCH", &format!("/api{address}"), Some(&token), Some(&sharing))).await;
    assert!(world.get(ADA, &address).await.body.contains("Seen by one person"));
    let seen = world.get(BOB, &address).await.body;
    assert!(seen.contains("Shared with you") && !seen.contains("data-own") && !seen.contains("data-act="));
    assert!(world.get(BOB, "/collections").await.body.contains("At sea"));

    let watch = world.get(BOB, &format!("/watch/{film}?collection={id}")).await;
    assert_eq!(watch.status, StatusCode::OK);
    assert!(watch.body.contains(&format!("<a href=\"/watch/{photo}?collection={id}\" rel=\"next\">")));
    assert!(watch.body.contains("aria-current=\"true\""));
    assert_eq!(
        world.get(BOB, &format!("/watch/{film}")).await.status,
        StatusCode::NOT_FOUND,
        "the collection is the way in"
    );

    // A deleted title keeps its place, which the page's script hands back with each new order.
    world.delete(ADA, &format!("/api/media/{film}")).await;
    let own = world.get(ADA, &address).await.body;
    assert!(own.contains(&format!("data-hidden=\"{film}\"")) && !own.contains("one.mp4"));
}

#[tokio::test]
async fn what_a_person_set_is_in_the_first_byte_of_every_page() {
    let world = World::new().await;
    assert!(world.get(ADA, "/").await.body.contains("<html lang=\"en\">"), "the system's own colours");
    let body = json!({"name": "Ada", "preferences": {"theme": "dark", "speed": 1.5, "captions": true}}).to_string();
    let token = access(ADA, "ada");
    world.send(request("PATCH", "/api/profile", Some(&token), Some(&body))).await;
    for path in ["/", "/upload", "/profile", "/nothing"] {
        let page = world.get(ADA, path).await.body;
        assert!(page.contains("<html lang=\"en\" data-theme=\"dark\">"), "{path}");
        assert!(page.contains("&#34;speed&#34;:1.5"), "{path}");
    }
    let profile = world.get(ADA, "/profile").await.body;
    assert!(
        profile.contains("<option value=\"1.5\" selected>") && profile.contains("<option value=\"dark\" selected>")
    );
    assert!(profile.contains("name=\"captions\" checked") && profile.contains("value=\"Ada\""));
}

#[tokio::test]
async fn the_page_of_share_links_needs_nobody() {
    let world = World::new().await;
    let page = world.send(request("GET", "/s", None, None)).await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(!page.body.contains("sign-out") && !page.body.contains("data-person"), "there may be nobody to speak of");
}

/// The files that a page loads before any picture: what it links to, and what its modules import.
fn loaded(page: &str) -> Vec<origin::StaticFile> {
    let files: Vec<_> = origin::static_files().collect();
    let mut wanted: Vec<String> = page
        .split(['"'])
        .filter(|word| word.starts_with("/static/") && Path::new(word).extension() != Some("svg".as_ref()))
        .map(|word| word.trim_start_matches('/').to_owned())
        .collect();
    let mut found: Vec<origin::StaticFile> = Vec::new();
    while let Some(path) = wanted.pop() {
        if found.iter().any(|file| file.path == path) {
            continue;
        }
        let file = files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path}")).clone();
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        for line in text.lines().filter(|line| line.starts_with("import ")) {
            let name = line.split('"').nth(1).unwrap();
            let folder = path.rsplit_once('/').unwrap().0;
            wanted.push(match name.strip_prefix("../") {
                Some(above) => format!("{}/{above}", folder.rsplit_once('/').unwrap().0),
                None => format!("{folder}/{}", name.trim_start_matches("./")),
            });
        }
        found.push(file);
    }
    found
}

#[tokio::test]
async fn the_library_of_a_thousand_titles_is_light() {
    let world = World::new().await;
    for n in 0..61 {
        world.ready(ADA, &format!("A film with a title of usual length, number {n}.mp4"), Kind::Video).await;
    }
    let page = world.get(ADA, "/").await.body;
    assert_eq!(page.matches("<li class=\"card\"").count(), 60, "a thousand titles are sixty cards and a link");
    let files = loaded(&page);
    assert!(files.len() > 10, "the page's scripts and style sheets");
    let bytes = page.len() + files.iter().map(|file| file.bytes.len()).sum::<usize>();
    assert!(bytes < 200_000, "{bytes} bytes before the first picture, uncompressed");
}
