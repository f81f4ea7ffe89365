//! Finding titles, picking several, deleting them and having them back.

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
