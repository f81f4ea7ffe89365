//! The main job as a person does it, in a real Chromium: sign in, upload, wait, watch, seek, look at a photo, sign out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::time::Duration;

use end_to_end::browser::Browser;
use end_to_end::site::{Options, Site};
use end_to_end::{artefacts, media};
use fantoccini::Locator;
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);
const PROCESSED: Duration = Duration::from_secs(120);

async fn sign_in(browser: &Browser, site: &Site) {
    browser.until_sign_in(SOON).await.unwrap();
    browser.screenshot("01-sign-in").await.unwrap();
    browser.sign_in(site.text("user"), site.text("password"), SOON).await.unwrap();
    browser
        .until("the library", SOON, "return location.pathname === '/' && document.readyState === 'complete'")
        .await
        .unwrap();
}

async fn at_both_widths(browser: &Browser, name: &str) {
    for (width, height) in [(1440, 900), (360, 800)] {
        browser.client.set_window_size(width, height).await.unwrap();
        let overflow = browser
            .script("return document.documentElement.scrollWidth - document.documentElement.clientWidth", vec![])
            .await
            .unwrap();
        browser.screenshot(&format!("{name}-{width}")).await.unwrap();
        assert_eq!(overflow, json!(0), "{name} scrolls sideways at {width} px");
    }
    browser.client.set_window_size(1440, 900).await.unwrap();
}

/// The status with which the page itself gets an address.
async fn status_of(browser: &Browser, path: &str) -> Value {
    let body = "const done = arguments[1]; fetch(arguments[0], {cache: 'no-store'}).then(r => done(r.status), e => done(String(e)))";
    browser.client.execute_async(body, vec![json!(path)]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_upload_watch_seek_sign_out() {
    let data = tempfile::tempdir().unwrap();
    let film = data.path().join("My holiday film.mp4");
    std::fs::write(&film, media::film(60, data.path()).unwrap()).unwrap();
    let photo = data.path().join("A photo.jpg");
    std::fs::write(&photo, media::photo(1600, 1000, data.path()).unwrap()).unwrap();
    let broken = data.path().join("Not a film.mp4");
    std::fs::write(&broken, b"this is no film at all").unwrap();
    let site = Site::start(data.path(), Options { sample: true, ..Options::default() }).unwrap();
    let browser = Browser::start(&artefacts("browser")).await.unwrap();
    browser.client.set_window_size(1440, 900).await.unwrap();

    browser.client.goto(site.url()).await.unwrap();
    assert!(browser.client.current_url().await.unwrap().as_str().starts_with(site.text("identity")));
    sign_in(&browser, &site).await;
    browser.until("the sample's thumbnails", SOON, "const i = [...document.querySelectorAll('img')]; return i.length >= 2 && i.every(x => x.complete && x.naturalWidth > 0)").await.unwrap();
    at_both_widths(&browser, "02-library").await;
    let cookies = browser.script("return document.cookie", vec![]).await.unwrap();
    assert!(!cookies.as_str().unwrap().contains("sd-access"), "a script can read the session");

    // Upload a film with its moov at the end, a photo, and something that is neither.
    browser.client.goto(&format!("{}/upload", site.url())).await.unwrap();
    at_both_widths(&browser, "03-upload").await;
    let files = [&film, &photo, &broken].map(|p| p.display().to_string()).join("\n");
    let chooser = browser.client.find(Locator::Css("input[type=file]")).await.unwrap();
    chooser.send_keys(&files).await.unwrap();
    browser.until("a progress bar", SOON, "return document.querySelector('progress') !== null").await.unwrap();
    browser.screenshot("04-uploading").await.unwrap();
    let token = site.access_token().unwrap();
    let all = |status: &str| {
        let media = site.api(&token, "/api/media").unwrap();
        let items = media["items"].as_array().unwrap().clone();
        items.into_iter().filter(|m| m["status"] == status).collect::<Vec<_>>()
    };
    end_to_end::site::wait_for("the uploads to be processed", PROCESSED, || {
        Ok((all("ready").len() == 4 && all("failed").len() == 1).then_some(()))
    })
    .unwrap();

    browser.client.goto(site.url()).await.unwrap();
    let reason = all("failed")[0]["reason"].as_str().unwrap().to_owned();
    let shown = browser.script("return document.body.innerText", vec![]).await.unwrap();
    assert!(shown.as_str().unwrap().contains(&reason), "the page does not say {reason:?}");
    browser
        .until(
            "five titles",
            SOON,
            "return [...document.querySelectorAll('img')].filter(x => x.naturalWidth > 0).length >= 4",
        )
        .await
        .unwrap();
    at_both_widths(&browser, "05-library").await;

    // Watch it: the picture moves, and seeking fetches a range.
    let ready = all("ready");
    let medium = ready.iter().find(|m| m["title"].as_str().unwrap().starts_with("My holiday film")).unwrap();
    browser.client.goto(&format!("{}/watch/{}", site.url(), medium["id"].as_str().unwrap())).await.unwrap();
    browser
        .until(
            "the film's length",
            SOON,
            "const v = document.querySelector('video'); return v && v.readyState >= 1 && v.duration > 55",
        )
        .await
        .unwrap();
    browser.script("document.querySelector('video').play(); return true", vec![]).await.unwrap();
    browser.until("the film to advance", SOON, "return document.querySelector('video').currentTime > 1").await.unwrap();
    browser.script("document.querySelector('video').currentTime = 45; return true", vec![]).await.unwrap();
    browser
        .until(
            "the film to go on at 45 s",
            SOON,
            "const v = document.querySelector('video'); return !v.seeking && v.currentTime > 45.5",
        )
        .await
        .unwrap();
    at_both_widths(&browser, "06-watch").await;
    let source =
        browser.script("return new URL(document.querySelector('video').currentSrc).pathname", vec![]).await.unwrap();
    let source = source.as_str().unwrap().to_owned();
    let statuses = browser.statuses("/video.").await.unwrap();
    assert!(statuses.contains(&206), "no 206 among {statuses:?}");

    // The photo.
    let photo = ready.iter().find(|m| m["title"].as_str().unwrap().starts_with("A photo")).unwrap();
    browser.client.goto(&format!("{}/watch/{}", site.url(), photo["id"].as_str().unwrap())).await.unwrap();
    browser
        .until(
            "the photo",
            SOON,
            "const i = document.querySelector('main img'); return i && i.complete && i.naturalWidth === 1280",
        )
        .await
        .unwrap();
    at_both_widths(&browser, "07-photo").await;

    // Sign out: the same address is closed.
    assert_eq!(status_of(&browser, &source).await, json!(200));
    browser.sign_out(SOON).await.unwrap();
    browser.until("the end of the session", SOON, "return location.pathname === '/_auth/signed-out'").await.unwrap();
    browser.screenshot("08-signed-out").await.unwrap();
    // The signed-out page lets no script fetch anything; the browser itself asks for the film.
    browser.statuses(&source).await.unwrap();
    browser.client.goto(&format!("{}{source}", site.url())).await.unwrap();
    assert_eq!(browser.statuses(&source).await.unwrap(), [401]);
    browser.client.goto(site.url()).await.unwrap();
    browser
        .until("the sign-in page again", SOON, "return document.querySelector('input[name=password]') !== null")
        .await
        .unwrap();
    browser.close().await.unwrap();
}
