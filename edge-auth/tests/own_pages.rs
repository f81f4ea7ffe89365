//! Sign-in on the app's own pages: what the edge does for it, and what the app takes from here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use edge_auth::config::EdgeConfig;
use edge_auth::{NewTokens, NoSession, Reason, Step, Verifier, is_own_page, is_path_here};
use serde_json::{Value, json};
use support::{NOW, Provider, answered, decided, header, request};

/// The same cookies as after hosted sign-in (`sign_in.rs`).
const MONTH: u64 = 30 * 86_400;

fn site(provider: &Provider, change: &Value) -> EdgeConfig {
    let login = json!({"path": "/login", "allow": "anyone", "origin": "app", "methods": "all"});
    let rest = json!({"path": "/*", "allow": "signed_in", "origin": "app"});
    let mut policy = json!({"sign_in": {"mode": "page"}, "routes": [login, rest]});
    policy.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    provider.site(policy)
}

/// What the app does with tokens. Nobody answers where it asks for keys.
fn session_cookies(site: &EdgeConfig, tokens: &NewTokens<'_>) -> Result<Vec<String>, NoSession> {
    let verifier = Verifier::new(Arc::new(site.clone()));
    let cookies = pin!(verifier.session_cookies(tokens, NOW, |_| async { None }));
    match cookies.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(cookies) => cookies,
        Poll::Pending => panic!("it waits for something"),
    }
}

#[test]
fn whoever_has_no_token_goes_to_the_page_with_a_way_back() {
    let site = site(&Provider::new(), &json!({}));
    let redirect = answered(decided(request("GET", "/watch/1", "t=30&token=x", &[]), &site, NOW));
    assert_eq!((&*redirect.status, header(&redirect, "location")), ("302", "/login?to=%2Fwatch%2F1%3Ft%3D30"));
    assert!(!redirect.headers.contains("set-cookie"));
    assert_eq!(decided(request("GET", "/_auth/callback", "state=x", &[]), &site, NOW).reason, Reason::NoRoute);
}

#[test]
fn a_session_of_the_pages_is_renewed_and_ended_as_any_other() {
    let provider = Provider::new();
    let site = site(&provider, &json!({}));
    let expired = provider.access(json!({"exp": NOW - 3600, "iat": NOW - 4500}));
    let cookie = format!("__Host-sd-access={expired}; __Secure-sd-refresh=opaque");
    let own = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let Step::AskTokens(renewal) = decided(request("POST", "/_auth/refresh", "", &own), &site, NOW).step else {
        panic!("no renewal")
    };
    assert_eq!(renewal.form, "client_id=client&grant_type=refresh_token&refresh_token=opaque");
    let Step::Revoke(revocation) = decided(request("POST", "/_auth/sign-out", "", &own), &site, NOW).step else {
        panic!("nothing is revoked")
    };
    // There is no session at the provider's that could be ended there.
    assert_eq!(header(&revocation.then, "location"), "/_auth/signed-out");
}

#[test]
fn the_app_sets_the_cookies_that_the_edge_sets() {
    let provider = Provider::new();
    let site = site(&provider, &json!({}));
    let access = provider.access(json!({}));
    let new = NewTokens { access: &access, id: None, refresh: Some("opaque") };
    let lines = [
        format!("__Host-sd-access={access}; Path=/; Max-Age={MONTH}; HttpOnly; Secure; SameSite=Lax"),
        format!("__Secure-sd-refresh=opaque; Path=/_auth; Max-Age={MONTH}; HttpOnly; Secure; SameSite=Lax"),
    ];
    assert_eq!(session_cookies(&site, &new).unwrap(), lines);
    // A refresh token that would be more than a cookie's value is left out.
    let odd = NewTokens { refresh: Some("a; Domain=example"), ..new };
    assert_eq!(session_cookies(&site, &odd).unwrap(), lines[..1]);

    let judged = |token: &str| session_cookies(&site, &NewTokens { access: token, ..new }).unwrap_err();
    assert_eq!(judged(&provider.access(json!({"exp": NOW - 900}))), NoSession::Untrusted(Reason::TokenExpired));
    assert_eq!(judged(&provider.access(json!({"client_id": "other"}))), NoSession::Untrusted(Reason::ClientUnknown));
    assert_eq!(judged(&provider.id(json!({}))), NoSession::Untrusted(Reason::TokenUseWrong));
    assert_eq!(judged("nonsense"), NoSession::Untrusted(Reason::TokenMalformed));
    let groups: Vec<String> = (0..300).map(|n| format!("a-group-{n}")).collect();
    assert_eq!(judged(&provider.access(json!({"cognito:groups": groups}))), NoSession::TooLarge);
}

#[test]
fn a_policy_of_id_tokens_keeps_the_id_token() {
    let provider = Provider::new();
    let site = site(&provider, &json!({"tokens": {"from": ["cookie"], "use": "id"}}));
    let (access, id) = (provider.access(json!({})), provider.id(json!({})));
    let new = NewTokens { access: &access, id: Some(&id), refresh: None };
    assert!(session_cookies(&site, &new).unwrap()[0].starts_with(&format!("__Host-sd-access={id};")));
    let none = session_cookies(&site, &NewTokens { id: None, ..new });
    assert_eq!(none, Err(NoSession::Untrusted(Reason::TokenUseWrong)));
}

#[test]
fn who_may_post_and_where_one_may_come_back_to() {
    let ours = |origin: &str| origin == "https://site.test";
    assert!(is_own_page(Some("same-origin"), None, ours) && is_own_page(None, Some("https://site.test"), ours));
    for (fetch_site, origin) in [
        (None, None),
        (Some(""), None),
        (Some("same-site"), Some("https://site.test")),
        (Some("none"), None),
        (None, Some("https://evil.test")),
        (None, Some("null")),
    ] {
        assert!(!is_own_page(fetch_site, origin, ours), "{fetch_site:?} {origin:?}");
    }
    assert!(is_path_here("/watch/1?t=7&to=//x"));
    for bad in ["", "watch", "//x", "/\\x", "https://x", "/_auth/refresh", "/a b", "/../x", "/%2e%2e/x", "/a\u{e9}"] {
        assert!(!is_path_here(bad), "{bad}");
    }
    assert!(!is_path_here(&format!("/{}", "x".repeat(3000))));
}
