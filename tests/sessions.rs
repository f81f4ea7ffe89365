//! Sessions in a real Chromium: tabs that sign in side by side, a token that expires while its page is open, and signing out
//! in one tab.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::path::Path;
use std::time::Duration;

use end_to_end::browser::Browser;
use end_to_end::site::{Options, Site};
use end_to_end::{artefacts, root};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);
const TOKEN_SECONDS: u32 = 30;

/// The checkout's policy, but that a token's last second is its last.
fn without_leeway(directory: &Path) -> std::path::PathBuf {
    let policy = std::fs::read_to_string(root().join("policy.yaml")).unwrap();
    assert!(policy.contains("leeway_seconds: 30"));
    let path = directory.join("policy.yaml");
    std::fs::write(&path, policy.replace("leeway_seconds: 30", "leeway_seconds: 0")).unwrap();
    path
}

async fn sign_in(browser: &Browser, site: &Site) {
    browser.sign_in(site.text("user"), site.text("password"), SOON).await.unwrap();
}

async fn arrives(browser: &Browser, at: &str) {
    let there =
        format!("return location.pathname + location.search === {} && document.readyState === 'complete'", json!(at));
    browser.until(at, SOON, &there).await.unwrap();
}

/// The status with which the page's own script gets an address.
async fn status_of(browser: &Browser, method: &str, path: &str) -> Value {
    let body = "const done = arguments[2]; \
                fetch(arguments[1], {method: arguments[0], cache: 'no-store'}).then(r => done(r.status), e => done(String(e)))";
    browser.client.execute_async(body, vec![json!(method), json!(path)]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_renewal_and_the_end_of_a_session() {
    let data = tempfile::tempdir().unwrap();
    let policy = without_leeway(data.path());
    let options = Options { token_seconds: Some(TOKEN_SECONDS), policy: Some(policy), ..Options::default() };
    let site = Site::start(data.path(), options).unwrap();
    let browser = Browser::start(&artefacts("sessions")).await.unwrap();
    let client = &browser.client;

    // Two tabs, opened signed-out at two deep links.
    let links = ["/upload?from=mail&tag=a%26b", "/?kind=video&page=1"];
    let first = client.window().await.unwrap();
    client.goto(&format!("{}{}", site.url(), links[0])).await.unwrap();
    browser
        .until("the sign-in page", SOON, "return document.querySelector('input[name=password]') !== null")
        .await
        .unwrap();
    let second = client.new_window(true).await.unwrap().handle;
    client.switch_to_window(second.clone()).await.unwrap();
    client.goto(&format!("{}{}", site.url(), links[1])).await.unwrap();
    browser.screenshot("01-second-tab").await.unwrap();
    sign_in(&browser, &site).await;
    arrives(&browser, links[1]).await;
    client.switch_to_window(first.clone()).await.unwrap();
    browser.screenshot("02-first-tab").await.unwrap();
    sign_in(&browser, &site).await;
    arrives(&browser, links[0]).await;
    browser.screenshot("03-first-tab-signed-in").await.unwrap();
    let before = access_cookie(&browser).await;

    // The token expires while the page is open.
    assert_eq!(status_of(&browser, "GET", "/api/media").await, json!(200));
    let limit = Duration::from_secs(u64::from(TOKEN_SECONDS) + 20);
    let expired = "return fetch('/api/media', {cache: 'no-store'}).then(r => r.status === 401)";
    browser.until("the token to expire", limit, expired).await.unwrap();
    // A page goes through a renewal on its own, and keeps its query.
    client.goto(&format!("{}{}", site.url(), links[0])).await.unwrap();
    arrives(&browser, links[0]).await;
    let renewed = access_cookie(&browser).await;
    assert!(renewed != before, "the session was not renewed");
    assert_eq!(status_of(&browser, "GET", "/api/media").await, json!(200));
    // So do the page's scripts: its module asks for a renewal and repeats the request.
    browser.until("the token to expire again", limit, expired).await.unwrap();
    let through_module = "const done = arguments[0]; const src = [...document.scripts].map(s => s.src).find(s => s.includes('upload')); \
        const base = src.slice(0, src.lastIndexOf('/')); \
        import(base + '/session.js').then(m => m.request('/api/media')).then(r => done(r.status), e => done(String(e)))";
    let status = client.execute_async(through_module, vec![]).await.unwrap();
    assert_eq!(status, json!(200));
    assert!(access_cookie(&browser).await != renewed, "the script's session was not renewed");
    browser.screenshot("04-renewed").await.unwrap();

    // Signing out in one tab ends the other's access.
    client.switch_to_window(second).await.unwrap();
    client.goto(&format!("{}/", site.url())).await.unwrap();
    assert_eq!(status_of(&browser, "GET", "/api/media").await, json!(200));
    client.switch_to_window(first).await.unwrap();
    browser.sign_out(SOON).await.unwrap();
    browser.until("the end of the session", SOON, "return location.pathname === '/_auth/signed-out'").await.unwrap();
    let windows = client.windows().await.unwrap();
    client.switch_to_window(windows[1].clone()).await.unwrap();
    assert_eq!(status_of(&browser, "GET", "/api/media").await, json!(401));
    assert_eq!(status_of(&browser, "POST", "/_auth/refresh").await, json!(401));
    client.goto(&format!("{}/upload", site.url())).await.unwrap();
    browser
        .until("the sign-in page", SOON, "return document.querySelector('input[name=password]') !== null")
        .await
        .unwrap();
    browser.screenshot("05-second-tab-after-sign-out").await.unwrap();
    browser.close().await.unwrap();
}

/// The session's cookie, which no script sees and the driver does.
async fn access_cookie(browser: &Browser) -> String {
    browser.client.get_named_cookie("__Host-sd-access").await.unwrap().value().to_owned()
}
