//! A collection: made in the library, put in order, played through.

use serde_json::json;

use crate::person::Person;

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_is_made_ordered_shared_and_played() {
    let ada = Person::sits_down().await;
    for name in ["Three.jpg", "Two.jpg", "One.jpg"] {
        ada.photo(name);
    }
    ada.opens("/").await;
    for n in 1..=3 {
        ada.clicks(&format!(".card:nth-child({n}) .pick input")).await;
    }
    ada.clicks_on("Add to collection").await;
    ada.types("dialog input[name=title]", "Numbers").await;
    ada.clicks_on("Add").await;
    ada.clicks_on("Open").await;
    ada.is_there("#items .move").await;
    assert_eq!(ada.texts("#items .title").await, ["One.jpg", "Two.jpg", "Three.jpg"]);

    // By keys: the button moves with its title and keeps the focus.
    ada.script("document.querySelector('#items li:nth-child(1) .move[aria-label^=\"Move down\"]').focus()").await;
    ada.presses("\u{e007}").await;
    ada.presses("\u{e007}").await;
    assert_eq!(ada.texts("#items .title").await, ["Two.jpg", "Three.jpg", "One.jpg"]);
    assert_eq!(
        ada.script("return document.activeElement.getAttribute('aria-label')").await,
        json!("Move down: One.jpg")
    );
    let id = ada.script("return document.getElementById('collection').dataset.id").await.as_str().unwrap().to_owned();
    let order = || {
        let collection = ada.site.api(&ada.token, &format!("/api/collections/{id}"))?;
        let titles = collection["items"].as_array().unwrap().iter().map(|m| m["title"].as_str().unwrap().to_owned());
        Ok(Some(titles.collect::<Vec<_>>()).filter(|titles| titles == &["Two.jpg", "Three.jpg", "One.jpg"]))
    };
    end_to_end::site::wait_for("the order to be kept", crate::person::SOON, order).unwrap();
    ada.opens(&format!("/collections/{id}")).await;
    assert_eq!(ada.texts("#items .title").await, ["Two.jpg", "Three.jpg", "One.jpg"]);
    ada.browser.screenshot("collection-ordered").await.unwrap();

    ada.clicks_on("Share with people").await;
    ada.clicks("dialog input[name=everyone]").await;
    ada.clicks_on("Save").await;
    ada.until(
        "who can see it",
        "return document.querySelector('.facts').textContent.includes('Everyone who signs in')",
    )
    .await;

    // Played in its order, and to the end.
    ada.clicks_on("Play all").await;
    for title in ["Two.jpg", "Three.jpg", "One.jpg"] {
        ada.until(title, &format!("return document.querySelector('h1').textContent === {}", json!(title))).await;
        ada.presses("\u{e014}").await;
    }
    assert_eq!(ada.texts(".series .title").await, ["Two.jpg", "Three.jpg", "One.jpg"]);
    ada.stands_up().await;
}
