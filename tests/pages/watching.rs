//! A film by keys, and where one left off.

use end_to_end::site::wait_for;
use serde_json::{Value, json};

use crate::person::{Person, SOON};

async fn video(ada: &Person, property: &str) -> Value {
    ada.script(&format!("return document.querySelector('video').{property}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_is_watched_by_keys_and_gone_on_with() {
    let ada = Person::sits_down().await;
    let film = ada.film("Ferry.mp4", 60);
    let page = format!("/watch/{film}");
    ada.opens(&page).await;
    let known = "const v = document.querySelector('.player.scripted video'); return v && v.readyState >= 1";
    ada.until("the film", known).await;
    ada.presses(" ").await;
    ada.until("the film to run", "return document.querySelector('video').currentTime > 0.3").await;
    ada.presses("k").await;
    ada.until("a pause", "return document.querySelector('video').paused").await;
    for (keys, at) in [("5", 30.0), ("l", 40.0), ("j", 30.0), ("\u{e014}", 35.0), ("\u{e012}", 30.0), ("0", 0.0)] {
        ada.presses(keys).await;
        let there = format!("return Math.abs(document.querySelector('video').currentTime - {at}) < 0.5");
        ada.until(&format!("{at} s after {keys:?}"), &there).await;
    }
    ada.presses(">").await;
    assert_eq!(video(&ada, "playbackRate").await, json!(1.25));
    ada.presses("<").await;
    assert_eq!(video(&ada, "playbackRate").await.as_f64(), Some(1.0));
    ada.presses("m").await;
    assert_eq!(video(&ada, "muted").await, json!(true));
    ada.presses("f").await;
    ada.until("full screen", "return document.fullscreenElement !== null").await;
    ada.presses("f").await;
    ada.until("the page again", "return document.fullscreenElement === null").await;
    ada.presses("?").await;
    ada.is_there("dialog[open] .keys").await;
    ada.browser.screenshot("watch-keys").await.unwrap();
    ada.presses("\u{e00c}").await;
    ada.until("no dialog", "return document.querySelector('dialog') === null").await;

    // Where one left off is told, and another visit begins there.
    ada.presses("3").await;
    ada.presses("k").await;
    ada.until("the film to run from 18 s", "return document.querySelector('video').currentTime > 18.2").await;
    ada.presses("k").await;
    let position = || Ok(ada.site.api(&ada.token, &format!("/api/media/{film}/position"))?["seconds"].as_u64());
    let kept = wait_for("the position", SOON, || position().map(|seconds| seconds.filter(|s| *s >= 18))).unwrap();
    ada.opens("/").await;
    ada.opens(&page).await;
    ada.is_there(".resumed").await;
    let seconds = video(&ada, "currentTime").await.as_f64().unwrap();
    let kept = f64::from(u32::try_from(kept).unwrap());
    assert!((seconds - kept).abs() < 1.0, "{seconds} is not {kept}");
    ada.browser.screenshot("watch-resumed").await.unwrap();
    ada.clicks_on("From the start").await;
    ada.until("the start", "return document.querySelector('video').currentTime === 0").await;
    ada.stands_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_is_described_deleted_and_brought_back_on_its_page() {
    let ada = Person::sits_down().await;
    let photo = ada.photo("DSC_0001.jpg");
    ada.photo("DSC_0002.jpg");
    ada.opens("/").await;
    ada.clicks(".card:nth-child(2) a").await;
    ada.is_there(".viewer .side.left").await;
    ada.clicks_on("Edit").await;
    ada.is_there("dialog[open] input[name=title]").await;
    ada.script("document.querySelector('dialog input[name=title]').value = ''").await;
    ada.types("dialog input[name=title]", "The pier").await;
    ada.types("dialog textarea", "Before the storm").await;
    ada.clicks("dialog input[value=everyone]").await;
    ada.clicks_on("Save").await;
    ada.until("the new title", "return document.querySelector('h1').textContent === 'The pier'").await;
    let media = ada.site.api(&ada.token, &format!("/api/media/{photo}")).unwrap();
    assert_eq!((&media["comment"], &media["visibility"]), (&json!("Before the storm"), &json!("everyone")));

    // Larger by a key, back by Escape, to the neighbour by an arrow.
    ada.presses("+").await;
    ada.until("a larger picture", "return document.querySelector('.viewer').classList.contains('zoomed')").await;
    ada.presses("\u{e00c}").await;
    ada.until("the whole picture", "return !document.querySelector('.viewer').classList.contains('zoomed')").await;
    ada.presses("\u{e012}").await;
    ada.until("its neighbour", "return document.querySelector('h1').textContent === 'DSC_0002.jpg'").await;
    ada.opens(&format!("/watch/{photo}")).await;
    ada.is_there("#actions").await;
    ada.clicks_on("Delete").await;
    ada.until("the library", "return location.pathname === '/' && document.querySelectorAll('.card').length === 1")
        .await;
    ada.clicks_on("Undo").await;
    ada.until("both titles", "return document.querySelectorAll('.card').length === 2").await;
    ada.stands_up().await;
}
