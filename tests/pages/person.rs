//! A site with a signed-in browser in front of it.

use std::time::Duration;

use end_to_end::browser::Browser;
use end_to_end::site::{Options, Site};
use end_to_end::{artefacts, media};
use fantoccini::Locator;
use serde_json::{Value, json};

pub const SOON: Duration = Duration::from_secs(20);
pub const LATER: Duration = Duration::from_secs(120);

/// A person at their own site.
pub struct Person {
    pub browser: Browser,
    pub site: Site,
    pub token: String,
    pub data: tempfile::TempDir,
}

impl Person {
    pub async fn sits_down() -> Self {
        let data = tempfile::tempdir().unwrap();
        let site = Site::start(data.path(), Options::default()).unwrap();
        let token = site.access_token().unwrap();
        let browser = Browser::start(&artefacts("pages")).await.unwrap();
        browser.client.set_window_size(1440, 900).await.unwrap();
        browser.client.goto(site.url()).await.unwrap();
        browser.sign_in(site.text("user"), site.text("password"), SOON).await.unwrap();
        browser.until("the library", SOON, "return location.pathname === '/'").await.unwrap();
        Self { browser, site, token, data }
    }

    /// Uploads a photo through the API, and waits until it is ready; its id.
    pub fn photo(&self, name: &str) -> String {
        let bytes = media::photo(1600, 1000, self.data.path()).unwrap();
        self.uploaded(name, "image/jpeg", &bytes)
    }

    /// The same with a film of that length.
    pub fn film(&self, name: &str, seconds: u32) -> String {
        let bytes = media::film(seconds, self.data.path()).unwrap();
        self.uploaded(name, "video/mp4", &bytes)
    }

    fn uploaded(&self, name: &str, content_type: &str, bytes: &[u8]) -> String {
        let id = self.site.upload(&self.token, name, content_type, bytes).unwrap();
        let media = self.site.wait_until_processed(&self.token, &id).unwrap();
        assert_eq!(media["status"], "ready", "{media}");
        id
    }

    /// Opens a page and waits until its scripts have run.
    pub async fn opens(&self, path: &str) {
        self.browser.client.goto(&format!("{}{path}", self.site.url())).await.unwrap();
        self.browser.until("the page", SOON, "return document.readyState === 'complete'").await.unwrap();
    }

    pub async fn until(&self, what: &str, body: &str) -> Value {
        self.browser.until(what, SOON, body).await.unwrap()
    }

    pub async fn script(&self, body: &str) -> Value {
        self.browser.script(body, Vec::new()).await.unwrap()
    }

    /// Clicks what a selector finds as soon as it is there.
    pub async fn clicks(&self, selector: &str) {
        self.is_there(selector).await;
        self.browser.click(selector).await.unwrap();
    }

    pub async fn is_there(&self, selector: &str) {
        let body = format!(
            "const e = document.querySelector({}); return e !== null && e.getClientRects().length > 0",
            json!(selector)
        );
        self.until(selector, &body).await;
    }

    /// Clicks the button or link with those words.
    pub async fn clicks_on(&self, words: &str) {
        let button = format!("//*[self::button or self::a or self::label][normalize-space()='{words}']");
        let found = self.browser.client.wait().at_most(SOON).for_element(Locator::XPath(&button)).await;
        found.unwrap().click().await.unwrap();
    }

    pub async fn types(&self, selector: &str, text: &str) {
        self.is_there(selector).await;
        self.browser.fill(selector, text).await.unwrap();
    }

    /// Presses keys where the focus is.
    pub async fn presses(&self, keys: &str) {
        self.browser.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// The texts of all that a selector finds.
    pub async fn texts(&self, selector: &str) -> Vec<String> {
        let body = "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent.trim())";
        let texts = self.browser.script(body, vec![json!(selector)]).await.unwrap();
        texts.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    pub async fn stands_up(self) {
        self.browser.close().await.unwrap();
    }
}
