//! The pages of an administrator in a real Chromium, against the real pool of this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::time::Duration;

use end_to_end::artefacts;
use end_to_end::browser::Browser;
use end_to_end::site::{Options, Site};
use serde_json::json;

const SOON: Duration = Duration::from_secs(20);

async fn until(browser: &Browser, what: &str, script: &str) {
    browser.until(what, SOON, script).await.unwrap();
}

async fn shows(browser: &Browser, text: &str) {
    until(browser, text, &format!("return document.body.innerText.includes({})", json!(text))).await;
}

async fn at_both_widths(browser: &Browser, name: &str) {
    for (width, height) in [(1440, 900), (360, 800)] {
        browser.client.set_window_size(width, height).await.unwrap();
        let overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let overflow = browser.script(overflow, vec![]).await.unwrap();
        browser.screenshot(&format!("{name}-{width}")).await.unwrap();
        assert_eq!(overflow, json!(0), "{name} scrolls sideways at {width} px");
    }
    browser.client.set_window_size(1440, 900).await.unwrap();
}

async fn open(browser: &Browser, name: &str) {
    let script = format!(
        "const d = [...document.querySelectorAll('details.entry')].find(d => d.innerText.includes({})); \
         if (!d) return false; d.open = true; return d.querySelector('.stored').innerText !== '…'",
        json!(name)
    );
    until(browser, name, &script).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_groups_and_failures() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options::default()).unwrap();
    let token = site.access_token().unwrap();
    // It begins as a film does, and is none.
    let bytes = [b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2".as_slice(), &[7; 5000]].concat();
    let broken = site.upload(&token, "Not a film.mp4", "video/mp4", &bytes).unwrap();
    let browser = Browser::start(&artefacts("administration")).await.unwrap();
    browser.client.goto(&format!("{}/admin/groups", site.url())).await.unwrap();
    browser.sign_in(site.text("user"), site.text("password"), SOON).await.unwrap();
    shows(&browser, "A new group").await;
    at_both_widths(&browser, "01-groups").await;
    browser.fill("#name", "friends").await.unwrap();
    browser.click("section form button").await.unwrap();
    until(
        &browser,
        "the group",
        "return [...document.querySelectorAll('.people li')].some(l => l.innerText.includes('friends'))",
    )
    .await;

    browser.client.goto(&format!("{}/admin", site.url())).await.unwrap();
    browser.click(".invite > summary").await.unwrap();
    browser.fill("#email", "grace@example.com").await.unwrap();
    browser.fill("#name", "Grace").await.unwrap();
    browser.click("input[value=friends]").await.unwrap();
    at_both_widths(&browser, "02-invite").await;
    browser.click(".invite form button").await.unwrap();
    until(&browser, "Grace", "return [...document.querySelectorAll('details.entry')].some(d => d.innerText.includes('Grace') && d.innerText.includes('Invited') && d.innerText.includes('friends'))").await;
    assert!(!site.code_for("grace@example.com").unwrap().is_empty());
    // A group is left, and the account switched off.
    open(&browser, "Grace").await;
    at_both_widths(&browser, "03-person").await;
    let press = "const d = [...document.querySelectorAll('details.entry')].find(d => d.innerText.includes('Grace')); \
                 d.querySelector(arguments[0]).click()";
    browser.script(press, vec![json!(".toggle[aria-pressed=true]")]).await.unwrap();
    let left = "const d = [...document.querySelectorAll('details.entry')].find(d => d.innerText.includes('Grace')); \
                return d && !d.querySelector('summary').innerText.includes('friends')";
    until(&browser, "the group to be left", left).await;
    open(&browser, "Grace").await;
    browser.script(press, vec![json!("form[action$='/disable'] button")]).await.unwrap();
    until(&browser, "the account to be off", "return document.querySelector('.mark.off') !== null").await;
    at_both_widths(&browser, "04-switched-off").await;
    // Whoever is signed in cannot shut themselves out.
    open(&browser, site.text("user")).await;
    shows(&browser, "This is you").await;
    let (status, refused) =
        site.post(&token, &format!("/api/admin/people/{}/disable", site.text("user")), &json!({})).unwrap();
    assert_eq!((status, &refused["reason"]), (409, &json!("own_account")));
    browser.client.goto(&format!("{}/admin?search=gra", site.url())).await.unwrap();
    until(&browser, "one person", "return document.querySelectorAll('details.entry').length === 1").await;

    site.wait_until_processed(&token, &broken).unwrap();
    browser.client.goto(&format!("{}/admin/failures", site.url())).await.unwrap();
    shows(&browser, &broken).await;
    at_both_widths(&browser, "05-failures").await;
    browser.click("form[action$='/retry'] button").await.unwrap();
    shows(&browser, "It is being processed anew.").await;
    browser.close().await.unwrap();
}

#[test]
fn who_is_no_administrator_gets_nowhere() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options::default()).unwrap();
    let (status, _) =
        site.post(&site.access_token().unwrap(), "/api/admin/people", &json!({"email": "bob@example.com"})).unwrap();
    assert_eq!(status, 201);
    let (pool, name, password) = ("local_Stagedoor", "bob@example.com", "a password of bob's");
    let set = json!({"UserPoolId": pool, "Username": name, "Password": password, "Permanent": true});
    assert_eq!(site.pool("AdminSetUserPassword", &set).unwrap(), json!({}));
    let token = site.access_token_of(name, password).unwrap();
    assert_eq!(site.post(&token, "/api/admin/people", &json!({"email": "eve@example.com"})).unwrap().0, 403);
    for path in
        ["/admin", "/admin/groups", "/admin/failures", "/api/admin/people", "/api/admin/groups", "/api/admin/failures"]
    {
        assert!(site.api(&token, path).unwrap_err().to_string().contains("403"), "{path}");
    }
    assert_eq!(site.pool("AdminDisableUser", &json!({"UserPoolId": pool, "Username": name})).unwrap(), json!({}));
    assert!(site.access_token_of(name, password).is_err(), "whoever is switched off does not sign in");
}
