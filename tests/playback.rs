//! Playback passes in a real Chromium: a film plays by its pass alone, with every cookie refused; the pass opens nothing else, and
//! nothing at all once it is revoked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use end_to_end::browser::Browser;
use end_to_end::site::{Options, Site};
use end_to_end::{artefacts, http, media, stagedoor};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);

/// Status, `x-cache` and reason of the first bytes at an address.
fn first_bytes(site: &Site, path: &str) -> (u16, String, String) {
    let url = format!("{}{path}", site.url());
    let mut answer = http::agent().get(&url).header("range", "bytes=0-99").call().unwrap();
    let header = |name: &str| answer.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    let (cache, reason) = (header("x-cache"), header("x-stagedoor-reason"));
    let body = answer.body_mut().read_to_vec().unwrap();
    assert!(answer.status() != 206 || body.len() == 100);
    (answer.status().as_u16(), cache, reason)
}

/// A pass for a title, as an app asks for one.
fn play(site: &Site, token: &str, id: &str) -> Value {
    let (status, playing) = site.post(token, &format!("/api/media/{id}/play"), &json!({})).unwrap();
    assert_eq!(status, 201, "{playing}");
    playing
}

fn revoke(data: &Path, arguments: &[&str]) {
    let output =
        Command::new(stagedoor()).args(["pass", "revoke", "--data"]).arg(data).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_plays_by_its_pass_alone_until_it_is_revoked() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options::default()).unwrap();
    let token = site.access_token().unwrap();
    let film = site.upload(&token, "film.mp4", "video/mp4", &media::film(60, data.path()).unwrap()).unwrap();
    let other = site.upload(&token, "pier.jpg", "image/jpeg", &media::photo(800, 600, data.path()).unwrap()).unwrap();
    site.wait_until_processed(&token, &film).unwrap();
    site.wait_until_processed(&token, &other).unwrap();

    // Nobody is signed in here, and no cookie is taken.
    let playing = play(&site, &token, &film);
    let content = playing["media"]["content"].as_str().unwrap();
    let browser = Browser::start_without_cookies(&artefacts("playback")).await.unwrap();
    let page = format!("{}/health", site.url());
    let player = "const video = document.createElement('video'); video.muted = true; video.controls = true; \
                  video.src = arguments[0]; document.body.replaceChildren(video)";
    browser.client.goto(&page).await.unwrap();
    browser.script(player, vec![json!(content)]).await.unwrap();
    let plays = "const video = document.querySelector('video'); video.play(); return video.currentTime > 0.5 && video.videoWidth";
    assert_eq!(browser.until("the film to play", SOON, plays).await.unwrap(), json!(640));
    browser.screenshot("01-plays-without-cookies").await.unwrap();
    assert!(browser.client.get_all_cookies().await.unwrap().is_empty());
    let statuses = browser.statuses("/p/").await.unwrap();
    assert!(!statuses.is_empty() && statuses.iter().all(|status| *status == 206), "{statuses:?}");

    // The pass is for that title.
    let elsewhere = content.replace(&film, &other).replace("video.mp4", "thumb.webp");
    assert_eq!(
        first_bytes(&site, &elsewhere),
        (403, "FunctionGeneratedResponse from cloudfront".to_owned(), "pass_path".to_owned())
    );

    // Another viewer's pass leads to the same object, which the cache has by now.
    let others = play(&site, &token, &film)["media"]["content"].as_str().unwrap().to_owned();
    assert_ne!(content, others);
    let hit = (206, "Hit from cloudfront".to_owned(), String::new());
    assert_eq!((first_bytes(&site, content), first_bytes(&site, &others)), (hit.clone(), hit.clone()));

    // Revoked, it opens nothing from the next request on; the other one is as good as before.
    let pass = content.split('/').nth(2).unwrap();
    revoke(data.path(), &["--pass", pass]);
    assert_eq!(first_bytes(&site, content).2, "pass_revoked");
    assert_eq!(first_bytes(&site, &others), hit);
    browser.client.goto(&page).await.unwrap();
    // Another address to the browser's own cache, which keeps what it has been given; the function takes the query off.
    browser.script(player, vec![json!(format!("{content}?again"))]).await.unwrap();
    let fails = "const video = document.querySelector('video'); return video.error !== null";
    browser.until("the film to fail", SOON, fails).await.unwrap();
    browser.screenshot("02-revoked").await.unwrap();
    let statuses = browser.statuses("/p/").await.unwrap();
    assert!(!statuses.is_empty() && statuses.iter().all(|status| *status == 403), "{statuses:?}");

    // And all of a person's.
    let owner = content.split('/').nth(4).unwrap();
    revoke(data.path(), &["--sub", owner]);
    assert_eq!(first_bytes(&site, &others).2, "pass_revoked");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_watch_page_gets_a_pass_by_itself() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options::default()).unwrap();
    let token = site.access_token().unwrap();
    let film = site.upload(&token, "film.mp4", "video/mp4", &media::film(30, data.path()).unwrap()).unwrap();
    site.wait_until_processed(&token, &film).unwrap();

    let browser = Browser::start(&artefacts("playback")).await.unwrap();
    browser.client.goto(&format!("{}/watch/{film}", site.url())).await.unwrap();
    browser.sign_in(site.text("user"), site.text("password"), SOON).await.unwrap();
    let plays = "const video = document.querySelector('video'); if (!video) return false; video.muted = true; video.play(); \
                 return video.currentTime > 0.5";
    browser.until("the film to play", SOON, plays).await.unwrap();
    browser.screenshot("03-watch-page").await.unwrap();
    let source =
        browser.script("return new URL(document.querySelector('video').currentSrc).pathname", vec![]).await.unwrap();
    assert!(source.as_str().unwrap().starts_with("/play/"), "{source}");
    let statuses = browser.statuses("/p/").await.unwrap();
    assert!(!statuses.is_empty() && statuses.iter().all(|status| *status == 206), "{statuses:?}");
    browser.close().await.unwrap();
}
