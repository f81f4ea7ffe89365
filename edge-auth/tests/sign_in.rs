//! Signing in and out at the edge, step by step, with a provider that answers well or badly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::needless_pass_by_value)]

mod support;

use edge_auth::config::EdgeConfig;
use edge_auth::event::Response;
use edge_auth::{Memory, Reason, Step, TokenRequest};
use serde_json::{Value, json};
use support::{NOW, Provider, answered, cookies, decided, header, request};

/// A sign-in that has begun: what the browser holds and was sent to.
struct Begun {
    cookie: String,
    state: String,
    nonce: String,
}

fn begin(site: &EdgeConfig, uri: &str, query: &str) -> Begun {
    let redirect = answered(decided(request("GET", uri, query, &[]), site, NOW));
    assert_eq!(redirect.status, "302");
    let location = header(&redirect, "location");
    let parameter = |name: &str| {
        let (_, rest) =
            location.split_once(&format!("{name}=")).unwrap_or_else(|| panic!("{name} is not in {location}"));
        rest.split('&').next().unwrap().to_owned()
    };
    assert_eq!(parameter("code_challenge_method"), "S256");
    assert_eq!(parameter("code_challenge").len(), 43);
    assert_eq!(parameter("redirect_uri"), "https%3A%2F%2Fmedia.example%2F_auth%2Fcallback");
    let attempt = &redirect.headers.lines("set-cookie")[0].value;
    for attribute in ["__Host-sd-try-", "Path=/;", "HttpOnly", "Secure", "SameSite=Lax", "Max-Age=600"] {
        assert!(attempt.contains(attribute), "{attribute} is not in {attempt}");
    }
    Begun { cookie: cookies(&redirect).remove(0), state: parameter("state"), nonce: parameter("nonce") }
}

fn exchange(site: &EdgeConfig, begun: &Begun, now: u64) -> TokenRequest {
    let query = format!("code=the-code&state={}", begun.state);
    let callback = request("GET", "/_auth/callback", &query, &[("cookie", &begun.cookie)]);
    match decided(callback, site, now).step {
        Step::AskTokens(exchange) => *exchange,
        other => panic!("no exchange but {other:?}"),
    }
}

fn tokens(provider: &Provider, begun: &Begun, access: Value, id: Value) -> Vec<u8> {
    let mut id_claims = json!({"nonce": begun.nonce});
    id_claims.as_object_mut().unwrap().extend(id.as_object().unwrap().clone());
    json!({"access_token": provider.access(access), "id_token": provider.id(id_claims), "refresh_token": "opaque", "token_type": "Bearer"})
        .to_string()
        .into_bytes()
}

#[test]
fn a_sign_in_ends_where_the_person_wanted_to_go() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let begun = begin(&site, "/watch/1", "t=30&list=a+b&token=stale");
    let exchange = exchange(&site, &begun, NOW + 60);
    assert_eq!(exchange.url, "https://auth.example/token");
    assert!(exchange.form.contains("code=the-code") && exchange.form.contains("code_verifier="));
    let answer = Some((200, tokens(&provider, &begun, json!({}), json!({}))));
    let verdict = exchange.finish(answer, &site, &mut Memory::new(&site), NOW + 60);
    assert_eq!(verdict.reason, Reason::SignedIn);
    let signed_in = answered(verdict);
    assert_eq!((signed_in.status.as_str(), header(&signed_in, "location")), ("302", "/watch/1?t=30&list=a+b"));
    let set: Vec<&str> = signed_in.headers.lines("set-cookie").iter().map(|l| l.value.as_ref()).collect();
    assert!(
        set.iter().any(|c| c.starts_with("__Host-sd-try-") && c.contains("Max-Age=0")),
        "the attempt is not ended: {set:?}"
    );
    assert!(
        set.iter().any(|c| c.starts_with("__Host-sd-access=eyJ") && c.contains("; HttpOnly; Secure; SameSite=Lax"))
    );
    assert!(set.iter().any(|c| c.starts_with("__Secure-sd-refresh=opaque; Path=/_auth;")));
    // And the cookie lets in.
    let cookie = cookies(&signed_in).join("; ");
    let verdict = decided(request("GET", "/watch/1", "", &[("cookie", &cookie)]), &site, NOW + 61);
    assert_eq!(verdict.reason, Reason::Permitted);
}

#[test]
fn two_tabs_at_once_both_succeed() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let (first, second) = (begin(&site, "/a", ""), begin(&site, "/b", ""));
    assert_ne!(first.cookie, second.cookie);
    let both = format!("{}; {}", first.cookie, second.cookie);
    for (begun, wanted) in [(&first, "/a"), (&second, "/b")] {
        let begun = Begun { cookie: both.clone(), state: begun.state.clone(), nonce: begun.nonce.clone() };
        let answer = Some((200, tokens(&provider, &begun, json!({}), json!({}))));
        let signed_in = answered(exchange(&site, &begun, NOW).finish(answer, &site, &mut Memory::new(&site), NOW));
        assert_eq!(header(&signed_in, "location"), wanted);
    }
}

#[test]
fn a_state_that_is_not_this_browsers_own_is_refused_without_an_exchange() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let (own, foreign) = (begin(&site, "/", ""), begin(&site, "/", ""));
    let mut bent = own.state.clone();
    bent.replace_range(5..6, if bent.get(5..6) == Some("A") { "B" } else { "A" });
    for (what, state, cookie, now) in [
        ("another browser's state", foreign.state.as_str(), own.cookie.as_str(), NOW),
        ("no cookie", &own.state, "a=b", NOW),
        ("another value", &own.state, &format!("{}x", own.cookie), NOW),
        ("two values", &own.state, &format!("{}; {}x", own.cookie, own.cookie), NOW),
        ("too late", &own.state, &own.cookie, NOW + 601),
        ("from the future", &own.state, &own.cookie, NOW - 1),
        ("bent", &bent, &own.cookie, NOW),
        ("empty", "", &own.cookie, NOW),
    ] {
        let query = format!("code=c&state={state}");
        let verdict = decided(request("GET", "/_auth/callback", &query, &[("cookie", cookie)]), &site, now);
        assert_eq!(verdict.reason, Reason::StateInvalid, "{what}");
        let page = answered(verdict);
        assert_eq!(page.status, "400", "{what}");
        assert!(page.body.contains("another browser") && page.body.contains("Start again"), "{what}");
        assert!(!page.headers.contains("set-cookie"), "{what}");
    }
}

#[test]
fn a_bad_answer_of_the_provider_sets_no_cookie_and_says_what_to_do() {
    let provider = Provider::new();
    let stranger = Provider::stranger();
    let site = provider.site(json!({}));
    let begun = begin(&site, "/", "");
    let good = |access: Value, id: Value| Some((200, tokens(&provider, &begun, access, id)));
    let many: Vec<String> = (0..300).map(|n| format!("a-group-with-a-long-name-{n}")).collect();
    for (what, answer, says) in [
        ("no answer", None, "did not answer in time"),
        ("an error", Some((400, b"{\"error\":\"invalid_grant\"}".to_vec())), "did not accept"),
        ("no JSON", Some((200, b"<html>".to_vec())), "did not accept"),
        ("another nonce", good(json!({}), json!({"nonce": "x"})), "cannot be trusted"),
        ("no nonce", good(json!({}), json!({"nonce": null})), "cannot be trusted"),
        ("an ID token for another client", good(json!({}), json!({"aud": "other"})), "cannot be trusted"),
        ("an ID token of another person", good(json!({}), json!({"sub": "bob"})), "cannot be trusted"),
        ("an expired access token", good(json!({"exp": NOW - 100}), json!({})), "cannot be trusted"),
        ("an access token for another client", good(json!({"client_id": "other"}), json!({})), "cannot be trusted"),
        ("another signer", Some((200, tokens(&stranger, &begun, json!({}), json!({})))), "cannot be trusted"),
        ("too many groups", good(json!({"cognito:groups": many[..100].to_vec()}), json!({})), "too many groups"),
    ] {
        let verdict = exchange(&site, &begun, NOW).finish(answer, &site, &mut Memory::new(&site), NOW);
        assert_eq!(verdict.reason, Reason::SignInFailed, "{what}");
        let page = answered(verdict);
        assert!(page.body.contains(says), "{what}: {}", page.body);
        assert!(!page.headers.contains("set-cookie"), "{what}");
        assert_strict(&page);
    }
}

#[test]
fn what_the_provider_or_a_link_says_is_not_reflected() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let begun = begin(&site, "/", "");
    let query = format!("error=%3Cscript%3Ealert(1)%3C/script%3E&error_description=pwned&state={}", begun.state);
    let verdict = decided(request("GET", "/_auth/callback", &query, &[("cookie", &begun.cookie)]), &site, NOW);
    assert_eq!(verdict.reason, Reason::SignInFailed);
    let page = answered(verdict);
    assert_eq!(page.status, "403");
    assert!(!page.body.contains("script") && !page.body.contains("pwned"), "{}", page.body);
    assert_strict(&page);
}

#[test]
fn signing_out_ends_cookies_refresh_token_and_the_providers_session() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let session = format!("__Host-sd-access={}; __Secure-sd-refresh=opaque", provider.access(json!({})));
    let own = request("POST", "/_auth/sign-out", "", &[("cookie", &session), ("sec-fetch-site", "same-origin")]);
    let Step::Revoke(revocation) = decided(own, &site, NOW).step else { panic!("nothing is revoked") };
    assert_eq!(revocation.url, "https://auth.example/revoke");
    assert_eq!(revocation.form, "token=opaque&client_id=client");
    let answer = revocation.then;
    assert_eq!(
        header(&answer, "location"),
        "https://auth.example/logout?client_id=client&logout_uri=https%3A%2F%2Fmedia.example%2F_auth%2Fsigned-out"
    );
    let ended: Vec<&str> = answer.headers.lines("set-cookie").iter().map(|l| l.value.as_ref()).collect();
    assert!(ended.iter().all(|c| c.contains("Max-Age=0")) && ended.len() == 2, "{ended:?}");

    for headers in [&[("sec-fetch-site", "cross-site")][..], &[("origin", "https://evil.example")], &[]] {
        let mut all = headers.to_vec();
        all.push(("cookie", &session));
        let verdict = decided(request("POST", "/_auth/sign-out", "", &all), &site, NOW);
        assert_eq!(verdict.reason, Reason::CrossSite, "{headers:?}");
        assert!(!answered(verdict).headers.contains("set-cookie"));
    }
    let button = answered(decided(request("GET", "/_auth/sign-out", "", &[]), &site, NOW));
    assert!(button.body.contains("<form method=\"post\" action=\"/_auth/sign-out\">"));
    assert_strict(&button);
}

#[test]
fn the_oldest_attempts_give_way_to_a_sixth() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let five: Vec<String> = (0..5).map(|n| format!("__Host-sd-try-00000{n}=x")).collect();
    let redirect = answered(decided(request("GET", "/", "", &[("cookie", &five.join("; "))]), &site, NOW));
    let ended: Vec<&str> = redirect
        .headers
        .lines("set-cookie")
        .iter()
        .map(|l| l.value.as_ref())
        .filter(|c| c.contains("Max-Age=0"))
        .collect();
    assert_eq!(ended.len(), 1);
    assert!(ended[0].starts_with("__Host-sd-try-000000="), "{ended:?}");
}

fn assert_strict(page: &Response) {
    let policy = header(page, "content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(header(page, "cache-control"), "no-store");
    assert!(!page.body.contains("<script"));
}
