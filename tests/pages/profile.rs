//! What a person says of themselves, looks like and sets.

use fantoccini::Locator;
use serde_json::json;

use crate::person::Person;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_a_name_a_picture_and_their_own_colours() {
    let ada = Person::sits_down().await;
    let film = ada.film("Ferry.mp4", 5);
    end_to_end::media::photo(900, 600, ada.data.path()).unwrap();
    ada.opens("/profile").await;
    ada.is_there("#usage-data table").await;
    ada.script("document.getElementById('name').value = ''").await;
    ada.types("#name", "Ada Pier").await;
    ada.types("#bio", "Ferries, mostly.").await;
    ada.clicks("#person button[type=submit]").await;
    ada.until("that it is saved", "return document.querySelector('.toast')?.textContent.includes('Saved')").await;

    let chooser = ada.browser.client.find(Locator::Css("#picture")).await.unwrap();
    chooser.send_keys(&ada.data.path().join("photo.jpg").display().to_string()).await.unwrap();
    ada.is_there("dialog canvas.crop").await;
    ada.browser.screenshot("profile-crop").await.unwrap();
    ada.clicks_on("Use it").await;
    let faces = "const i = [...document.querySelectorAll('.face img, .initial img')]; return i.length === 2 && i.every(x => x.naturalWidth === 512 && x.naturalHeight === 512)";
    ada.until("the picture, square, on the page and in the bar", faces).await;

    ada.script("const s = document.getElementById('theme'); s.value = 'dark'; s.dispatchEvent(new Event('change', {bubbles: true}))").await;
    ada.until("dark colours", "return document.documentElement.dataset.theme === 'dark' && JSON.parse(document.body.dataset.preferences).theme === 'dark'").await;
    ada.script("const s = document.getElementById('speed'); s.value = '1.5'; s.dispatchEvent(new Event('change', {bubbles: true}))").await;
    ada.until("the speed", "return JSON.parse(document.body.dataset.preferences).speed === 1.5").await;

    // The next page has it all from the first byte on, and films run at that speed.
    ada.opens(&format!("/watch/{film}")).await;
    assert_eq!(ada.script("return document.documentElement.dataset.theme").await, json!("dark"));
    ada.until("the speed of films", "return document.querySelector('.player.scripted video')?.playbackRate === 1.5")
        .await;
    assert_eq!(ada.texts("#menu strong").await, ["Ada Pier"]);
    ada.browser.screenshot("profile-dark-watch").await.unwrap();

    // The account is not deleted by a wrong word.
    ada.opens("/profile").await;
    ada.clicks("#delete-account").await;
    ada.types("dialog input[name=confirm]", "somebody else").await;
    ada.clicks_on("Delete everything").await;
    ada.until("a refusal", "return document.querySelector('dialog .problem-text').textContent !== ''").await;
    assert_eq!(ada.site.api(&ada.token, "/api/profile").unwrap()["name"], json!("Ada Pier"));
    ada.stands_up().await;
}
