//! A share link, opened by somebody who has no session.

use end_to_end::artefacts;
use end_to_end::browser::Browser;
use serde_json::json;

use crate::person::{Person, SOON};

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_for_a_stranger_with_its_passphrase_and_only_so_often() {
    let ada = Person::sits_down().await;
    let film = ada.film("Ferry.mp4", 8);
    ada.opens(&format!("/watch/{film}")).await;
    ada.is_there("#actions").await;
    ada.clicks_on("Share").await;
    ada.types("dialog input[name=view_limit]", "1").await;
    ada.types("dialog input[name=passphrase]", "under the pier").await;
    ada.clicks_on("Make a link").await;
    ada.is_there(".copy input").await;
    ada.browser.screenshot("share-made").await.unwrap();
    let link = ada.script("return document.querySelector('.copy input').value").await.as_str().unwrap().to_owned();

    let stranger = Browser::start(&artefacts("pages")).await.unwrap();
    stranger.client.goto(&link).await.unwrap();
    stranger.until("the question", SOON, "return document.getElementById('passphrase') !== null").await.unwrap();
    stranger.fill("#passphrase", "on the pier").await.unwrap();
    stranger.click("button[type=submit]").await.unwrap();
    stranger.until("a refusal", SOON, "return document.getElementById('wrong') !== null").await.unwrap();
    stranger.screenshot("link-passphrase").await.unwrap();
    stranger.fill("#passphrase", "under the pier").await.unwrap();
    stranger.click("button[type=submit]").await.unwrap();
    let ready = "const v = document.querySelector('video'); return v !== null && v.readyState >= 1 && v.duration > 7";
    stranger.until("the film", SOON, ready).await.unwrap();
    stranger.script("document.querySelector('video').play()", vec![]).await.unwrap();
    stranger.until("it to run", SOON, "return document.querySelector('video').currentTime > 0.5").await.unwrap();
    stranger.screenshot("link-film").await.unwrap();
    let asked = stranger.statuses("/api/").await.unwrap();
    assert!(asked.is_empty(), "a page for strangers asks nothing that needs a session: {asked:?}");

    // Loading it again is no second view; a second stranger is, and the limit is one.
    stranger.client.refresh().await.unwrap();
    stranger.until("the film again", SOON, ready).await.unwrap();
    let links = ada.site.api(&ada.token, "/api/links").unwrap();
    assert_eq!(links["items"][0]["views"], json!(1));
    let second = Browser::start(&artefacts("pages")).await.unwrap();
    second.client.goto(&link).await.unwrap();
    second
        .until(
            "that it is used up",
            SOON,
            "return document.querySelector('h1')?.textContent === 'This link is used up'",
        )
        .await
        .unwrap();
    second.screenshot("link-used-up").await.unwrap();
    second.client.goto(&format!("{}/s#no-such-link", ada.site.url())).await.unwrap();
    second
        .until(
            "that there is none",
            SOON,
            "return document.querySelector('h1')?.textContent === 'There is no such link'",
        )
        .await
        .unwrap();
    second.close().await.unwrap();
    stranger.close().await.unwrap();
    ada.stands_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_collection_is_walked_through_and_taken_back() {
    let ada = Person::sits_down().await;
    let ids = [ada.photo("One.jpg"), ada.photo("Two.jpg")];
    let (status, made) =
        ada.site.post(&ada.token, "/api/collections", &json!({"title": "Both", "items": ids})).unwrap();
    assert_eq!(status, 201, "{made}");
    ada.opens(&format!("/collections/{}", made["id"].as_str().unwrap())).await;
    ada.is_there("#actions").await;
    ada.clicks_on("Link").await;
    ada.clicks_on("Make a link").await;
    ada.is_there(".copy input").await;
    let link = ada.script("return document.querySelector('.copy input').value").await.as_str().unwrap().to_owned();

    let stranger = Browser::start(&artefacts("pages")).await.unwrap();
    stranger.client.goto(&link).await.unwrap();
    let shown = |title: &str| {
        format!(
            "return document.querySelector('.caption h2')?.textContent === '{title}' && document.querySelector('.viewer img').naturalWidth > 0"
        )
    };
    stranger.until("the first", SOON, &shown("One.jpg")).await.unwrap();
    stranger.client.active_element().await.unwrap().send_keys("\u{e014}").await.unwrap();
    stranger.until("the second", SOON, &shown("Two.jpg")).await.unwrap();
    stranger.screenshot("link-collection").await.unwrap();

    ada.clicks_on("Take back").await;
    ada.until("no link", "return document.querySelector('.links li') === null").await;
    let other = Browser::start(&artefacts("pages")).await.unwrap();
    other.client.goto(&link).await.unwrap();
    other
        .until(
            "that it was taken back",
            SOON,
            "return document.querySelector('h1')?.textContent === 'This link was taken back'",
        )
        .await
        .unwrap();
    other.close().await.unwrap();
    stranger.close().await.unwrap();
    ada.stands_up().await;
}
