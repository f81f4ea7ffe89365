//! The hosted pages and the OAuth endpoints over plain HTTP, as a browser and an app see them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod oauth;
mod pages;
#[path = "../identity_support/mod.rs"]
mod support;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::Value;
use std::collections::BTreeMap;
use support::browser::{Browser, Page};
use support::{CALLBACK, Pool, WEB};

const PASSWORD: &str = "correct horse battery";
const TEMPORARY: &str = "only-for-today";
const VERIFIER: &str = "a-verifier-that-is-at-least-43-characters-long";
const SESSION_COOKIE: &str = "stagedoor-identity";

/// The query of a good authorize request with some parameters replaced; an empty value takes one out.
fn query(changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let mut parameters = BTreeMap::from([
        ("response_type", "code"),
        ("client_id", WEB),
        ("redirect_uri", CALLBACK),
        ("scope", "openid email profile"),
        ("state", "st&te \"'<"),
        ("nonce", "n0nce"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ]);
    parameters.extend(changes.iter().copied());
    let parameters = parameters.into_iter().filter(|(_, value)| !value.is_empty());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

async fn pool_with_ada(dir: &tempfile::TempDir) -> (Pool, Browser) {
    let pool = Pool::start(dir.path()).await;
    pool.identity.ensure_user("ada", "ada@example.com", PASSWORD).unwrap();
    let browser = Browser::new(&pool.url);
    (pool, browser)
}

/// Goes from the authorize request to the form.
async fn form(browser: &mut Browser, query: &str) -> Page {
    let start = browser.get(&format!("/oauth2/authorize?{query}")).await;
    assert_eq!((start.status.as_u16(), start.location()), (302, format!("/login?{query}").as_str()));
    let page = browser.get(start.location()).await;
    assert_eq!(page.status, 200);
    page
}

/// Signs in on the form; the code.
async fn code(browser: &mut Browser, changes: &[(&str, &str)]) -> String {
    let page = form(browser, &query(changes)).await;
    let back = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(back.status, 303, "{}", back.body);
    back.answered("code").unwrap()
}

async fn token(browser: &mut Browser, fields: &[(&str, &str)]) -> (u16, Value) {
    let page = browser.post("/oauth2/token", fields).await;
    assert_eq!(page.header("cache-control"), "no-store");
    (page.status.as_u16(), page.json())
}

async fn redeem(browser: &mut Browser, code: &str, changes: &[(&str, &str)]) -> (u16, Value) {
    let mut fields = BTreeMap::from([
        ("grant_type", "authorization_code"),
        ("client_id", WEB),
        ("redirect_uri", CALLBACK),
        ("code", code),
        ("code_verifier", VERIFIER),
    ]);
    fields.extend(changes.iter().copied());
    token(browser, &fields.into_iter().collect::<Vec<_>>()).await
}

async fn refresh(browser: &mut Browser, client: &str, refresh_token: &str) -> (u16, Value) {
    let fields = [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", refresh_token)];
    token(browser, &fields).await
}

fn is_invalid_grant(answer: &(u16, Value)) -> bool {
    answer.0 == 400 && answer.1["error"] == "invalid_grant"
}

/// A raw call of the JSON API.
async fn api(pool: &Pool, operation: &str, body: &str) -> (u16, Value) {
    use http_body_util::{BodyExt, Full};
    use hyper_util::client::legacy::Client;
    let client = Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    let request = http::Request::post(&pool.url)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .body(Full::<bytes::Bytes>::from(body.to_owned()))
        .unwrap();
    let response = client.request(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/x-amz-json-1.1");
    let (parts, body) = response.into_parts();
    let answer: Value = serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap();
    let error = parts.headers.get("x-amzn-errortype").map(|value| value.to_str().unwrap());
    assert_eq!(error, answer["__type"].as_str());
    (parts.status.as_u16(), answer)
}
