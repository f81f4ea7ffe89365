//! Finding titles, picking several, deleting them and having them back.

use catalog::{Kind, MediaId, NewMedia, Outcome, Status};
use serde_json::json;

use crate::person::Person;

#[tokio::test(flavor = "multi_thread")]
async fn titles_are_found_picked_deleted_and_brought_back() {
    let ada = Person::sits_down().await;
    for name in ["Pier at noon.jpg", "Pier at night.jpg", "Harbour.jpg"] {
        ada.photo(name);
    }
    ada.film("Ferry.mp4", 5);
    ada.opens("/").await;
    assert_eq!(
        ada.texts(".card .title").await,
        ["Ferry.mp4", "Harbour.jpg", "Pier at night.jpg", "Pier at noon.jpg"],
        "newest first"
    );

    // The search stands in the address, and going back takes it away.
    ada.types("input[type=search]", "pier").await;
    ada.until("the two piers", "return document.querySelectorAll('.card').length === 2").await;
    assert_eq!(ada.script("return location.search").await, json!("?search=pier"));
    ada.script("history.back()").await;
    ada.until("all four again", "return document.querySelectorAll('.card').length === 4 && !location.search").await;
    ada.opens("/?kind=video").await;
    assert_eq!(ada.texts(".card .title").await, ["Ferry.mp4"], "a filter can be linked to");
    ada.opens("/?search=nothing+like+it").await;
    assert_eq!(ada.texts(".empty h2").await, ["Nothing found"]);

    // Three of them by Shift, then away, and back by Undo.
    ada.opens("/").await;
    ada.clicks(".card:nth-child(2) .pick input").await;
    let shift = "document.querySelector('.card:nth-child(4) .pick input').dispatchEvent(new MouseEvent('click', {shiftKey: true, bubbles: true, cancelable: true}))";
    ada.script(shift).await;
    assert_eq!(ada.texts("#selected").await, ["3 selected"]);
    ada.browser.screenshot("library-picked").await.unwrap();
    ada.clicks_on("Delete").await;
    ada.until("one card", "return document.querySelectorAll('.card').length === 1").await;
    assert_eq!(ada.site.api(&ada.token, "/api/media?scope=deleted").unwrap()["items"].as_array().unwrap().len(), 3);
    ada.clicks_on("Undo").await;
    ada.until("all four", "return document.querySelectorAll('.card').length === 4").await;

    // Once more, and back from the list of deleted titles.
    ada.clicks(".card:nth-child(1) .pick input").await;
    ada.clicks_on("Delete").await;
    ada.until("three cards", "return document.querySelectorAll('.card').length === 3").await;
    ada.opens("/?scope=deleted").await;
    assert_eq!(ada.texts(".card .title").await, ["Ferry.mp4"]);
    ada.clicks(".card .pick input").await;
    ada.clicks_on("Restore").await;
    ada.until("nothing more to restore", "return document.querySelector('.empty') !== null").await;
    ada.opens("/").await;
    assert_eq!(ada.texts(".card .title").await.len(), 4);
    ada.stands_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_becomes_ready_before_ones_eyes() {
    let ada = Person::sits_down().await;
    let bytes = end_to_end::media::film(20, ada.data.path()).unwrap();
    ada.opens("/").await;
    // What others upload meanwhile comes with the next look; work under way has the page look.
    ada.site.upload(&ada.token, "First.mp4", "video/mp4", &bytes).unwrap();
    ada.opens("/").await;
    ada.until(
        "the film's picture, without a reload",
        "const i = document.querySelector('.card[data-status=ready] img'); return i !== null && i.naturalWidth > 0",
    )
    .await;
    ada.stands_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_titles_one_short_page_comes_first() {
    let ada = Person::sits_down().await;
    let photo = ada.photo("Harbour.jpg");
    fill(&ada, &photo, 1_000).await;
    ada.opens("/").await;
    let measured = ada
        .script(
            "const [page] = performance.getEntriesByType('navigation'); \
             const files = performance.getEntriesByType('resource').filter(e => e.initiatorType !== 'img'); \
             return {interactive: Math.round(page.domContentLoadedEventEnd), \
                     bytes: [page, ...files].reduce((sum, e) => sum + e.transferSize, 0), \
                     cards: document.querySelectorAll('.card').length}",
        )
        .await;
    println!("the first page of 1,000 titles: {measured}");
    assert!(measured["bytes"].as_u64().unwrap() < 200_000, "{measured}");
    let first = measured["cards"].as_u64().unwrap();
    assert!((20..=100).contains(&first), "{measured}");
    // The rest comes as one scrolls.
    ada.script("scrollTo(0, document.body.scrollHeight)").await;
    ada.until("more cards", &format!("return document.querySelectorAll('.card').length > {first}")).await;
    ada.stands_up().await;
}

/// Rows as processing leaves them, straight in the catalog's file, with another photo's files.
async fn fill(ada: &Person, photo: &str, count: u32) {
    let catalog = catalog::open(&format!("sqlite:{}", ada.data.path().join("catalog.db").display())).await.unwrap();
    let model = catalog.find(&photo.to_owned().try_into().unwrap()).await.unwrap().unwrap();
    let outcome =
        Outcome::Ready { renditions: model.renditions.clone(), duration_ms: None, picture: None, later: false };
    for number in 0..count {
        let id = MediaId::try_from(format!("{number:032x}")).unwrap();
        let media = NewMedia {
            id: id.clone(),
            owner: model.owner.clone(),
            title: format!("Photo {number} of the harbour.jpg"),
            source: model.source.clone(),
            status: Status::Uploaded,
        };
        let at = model.created_at + i64::from(number);
        assert!(catalog.insert(&media, at).await.unwrap());
        assert!(catalog.processing(&id, Kind::Image, at).await.unwrap());
        assert!(catalog.finish(&id, &outcome, at).await.unwrap());
    }
}
