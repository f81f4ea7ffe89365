//! Sign-in pages of our own in a real Chromium: a password, a session that the edge renews and ends, an invitation, a second
//! factor, a forgotten password, and signing up.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::time::{Duration, SystemTime};

use end_to_end::artefacts;
use end_to_end::browser::Browser;
use end_to_end::site::{Options, Site};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

const SOON: Duration = Duration::from_secs(20);
const TOKEN_SECONDS: u32 = 30;
const OWN: &str = "a password of my own";

fn start(data: &std::path::Path, arguments: &[&'static str], token_seconds: Option<u32>) -> Site {
    let arguments = [&["--sign-in", "page"], arguments].concat();
    Site::start(data, Options { arguments, token_seconds, ..Options::default() }).unwrap()
}

async fn arrives(browser: &Browser, at: &str) {
    let there =
        format!("return location.pathname + location.search === {} && document.readyState === 'complete'", json!(at));
    browser.until(at, SOON, &there).await.unwrap();
}

async fn shows(browser: &Browser, text: &str) {
    let there = format!("return document.body.innerText.includes({})", json!(text));
    browser.until(text, SOON, &there).await.unwrap();
}

/// Fills the form in and sends it.
async fn send(browser: &Browser, fields: &[(&str, &str)]) {
    for (name, value) in fields {
        browser.fill(&format!("main input[name={name}]:not([type=hidden])"), value).await.unwrap();
    }
    browser.click("main form.fields button[type=submit]").await.unwrap();
}

async fn sign_in(browser: &Browser, user: &str, password: &str) {
    browser.until_sign_in(SOON).await.unwrap();
    browser.client.execute("document.querySelector('input[name=username]').value = ''", vec![]).await.unwrap();
    send(browser, &[("username", user), ("password", password)]).await;
}

async fn sign_out(browser: &Browser, site: &Site) {
    browser.client.goto(&format!("{}/_auth/sign-out", site.url())).await.unwrap();
    browser.click("form button").await.unwrap();
    arrives(browser, "/_auth/signed-out").await;
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

/// The status with which the page's own script gets an address.
async fn status_of(browser: &Browser, method: &str, path: &str) -> Value {
    let body = "const done = arguments[2]; \
                fetch(arguments[1], {method: arguments[0], cache: 'no-store'}).then(r => done(r.status), e => done(String(e)))";
    browser.client.execute_async(body, vec![json!(method), json!(path)]).await.unwrap()
}

/// What the person's authenticator app shows, `steps` times 30 seconds from now.
fn code(key: &str, steps: u64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let key = Secret::try_from_base32(key.replace(' ', "")).unwrap();
    Builder::new().with_secret(key).build().unwrap().generate(now + 30 * steps).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_begins_here_and_is_renewed_and_ended_at_the_edge() {
    let data = tempfile::tempdir().unwrap();
    let site = start(data.path(), &[], Some(TOKEN_SECONDS));
    let browser = Browser::start(&artefacts("sign-in")).await.unwrap();
    browser.client.goto(&format!("{}/upload?from=mail", site.url())).await.unwrap();
    arrives(&browser, "/login?to=%2Fupload%3Ffrom%3Dmail").await;
    at_both_widths(&browser, "01-login").await;
    sign_in(&browser, site.text("user"), "wrong").await;
    shows(&browser, "do not match").await;
    at_both_widths(&browser, "02-wrong").await;
    sign_in(&browser, site.text("user"), site.text("password")).await;
    arrives(&browser, "/upload?from=mail").await;
    let cookies = browser.script("return document.cookie", vec![]).await.unwrap();
    assert_eq!(cookies, json!(""), "a script can read a cookie");
    let access = browser.client.get_named_cookie("__Host-sd-access").await.unwrap();
    assert_eq!((access.http_only(), access.secure(), access.path()), (Some(true), Some(true), Some("/")));
    assert_eq!(status_of(&browser, "GET", "/api/media").await, json!(200));

    // The policy's leeway lets it live for 30 seconds more.
    let limit = Duration::from_secs(u64::from(TOKEN_SECONDS) + 60);
    let expired = "return fetch('/api/media', {cache: 'no-store'}).then(r => r.status === 401)";
    browser.until("the token to expire", limit, expired).await.unwrap();
    browser.client.goto(&format!("{}/upload?from=mail", site.url())).await.unwrap();
    arrives(&browser, "/upload?from=mail").await;
    let renewed = browser.client.get_named_cookie("__Host-sd-access").await.unwrap();
    assert!(renewed.value() != access.value(), "the session was not renewed");
    assert_eq!(status_of(&browser, "GET", "/api/media").await, json!(200));

    sign_out(&browser, &site).await;
    browser.client.goto(&format!("{}/", site.url())).await.unwrap();
    arrives(&browser, "/login?to=%2F").await;
    assert_eq!(status_of(&browser, "GET", "/api/media").await, json!(401));
    assert_eq!(status_of(&browser, "POST", "/_auth/refresh").await, json!(401));
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_person_gets_in_with_an_app_and_out_of_a_forgotten_password() {
    let data = tempfile::tempdir().unwrap();
    let site = start(data.path(), &[], None);
    let token = site.access_token().unwrap();
    let grace = "grace@example.com";
    let (status, made) = site.post(&token, "/api/admin/people", &json!({"email": grace, "name": "Grace"})).unwrap();
    assert_eq!(status, 201, "{made}");
    let browser = Browser::start(&artefacts("sign-in-invited")).await.unwrap();
    browser.client.goto(site.url()).await.unwrap();
    sign_in(&browser, grace, &site.code_for(grace).unwrap()).await;
    arrives(&browser, "/login/next").await;
    at_both_widths(&browser, "01-new-password").await;
    send(&browser, &[("new_password", OWN)]).await;
    arrives(&browser, "/").await;

    // An authenticator app.
    browser.client.goto(&format!("{}/security", site.url())).await.unwrap();
    at_both_widths(&browser, "02-security").await;
    browser.click("form[action='/security/app'] button").await.unwrap();
    arrives(&browser, "/security/app").await;
    at_both_widths(&browser, "03-app").await;
    let key = browser.script("return document.querySelector('.key').innerText", vec![]).await.unwrap();
    let key = key.as_str().unwrap().to_owned();
    send(&browser, &[("code", &code(&key, 0))]).await;
    arrives(&browser, "/security?done=app").await;
    sign_out(&browser, &site).await;
    browser.client.goto(&format!("{}/upload", site.url())).await.unwrap();
    sign_in(&browser, grace, OWN).await;
    arrives(&browser, "/login/next").await;
    at_both_widths(&browser, "04-code").await;
    send(&browser, &[("code", &code(&key, 20))]).await;
    shows(&browser, "That code is not right").await;
    // The code that set it up is used up: the next one is.
    send(&browser, &[("code", &code(&key, 1))]).await;
    arrives(&browser, "/upload").await;

    // A forgotten password; the app is asked for all the same.
    sign_out(&browser, &site).await;
    browser.client.goto(&format!("{}/login/forgot?to=%2Fupload", site.url())).await.unwrap();
    at_both_widths(&browser, "05-forgot").await;
    send(&browser, &[("username", grace)]).await;
    arrives(&browser, "/login/reset").await;
    at_both_widths(&browser, "06-reset").await;
    let sent = site.code_for(grace).unwrap();
    send(&browser, &[("code", &sent), ("new_password", "another one of mine")]).await;
    arrives(&browser, "/login?done=password&to=%2Fupload").await;
    sign_in(&browser, grace, OWN).await;
    shows(&browser, "do not match").await;
    sign_in(&browser, grace, "another one of mine").await;
    arrives(&browser, "/login/next").await;
    shows(&browser, "authenticator app").await;
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_up_where_they_may_and_set_up_an_app_where_they_must() {
    let data = tempfile::tempdir().unwrap();
    let site = start(data.path(), &["--sign-up", "--second-factor"], None);
    let browser = Browser::start(&artefacts("sign-up")).await.unwrap();
    browser.client.goto(&format!("{}/upload", site.url())).await.unwrap();
    browser.until_sign_in(SOON).await.unwrap();
    browser.click("a[href^='/login/sign-up']").await.unwrap();
    arrives(&browser, "/login/sign-up?to=%2Fupload").await;
    at_both_widths(&browser, "01-sign-up").await;
    let zoe = "zoe@example.com";
    send(&browser, &[("email", zoe), ("name", "Zoe"), ("password", OWN)]).await;
    arrives(&browser, "/login/confirm").await;
    at_both_widths(&browser, "02-confirm").await;
    send(&browser, &[("code", &site.code_for(zoe).unwrap())]).await;
    arrives(&browser, "/login?done=confirmed&to=%2Fupload").await;
    sign_in(&browser, zoe, OWN).await;
    arrives(&browser, "/login/next").await;
    at_both_widths(&browser, "03-set-up").await;
    let key = browser.script("return document.querySelector('.key').innerText", vec![]).await.unwrap();
    send(&browser, &[("code", &code(key.as_str().unwrap(), 0))]).await;
    arrives(&browser, "/upload").await;
    browser.close().await.unwrap();
}
