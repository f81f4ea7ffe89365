//! Renewing an expired session, and what signing out ends.
// What an endpoint answers may be nothing.
#![allow(clippy::unnecessary_wraps)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use edge_auth::config::EdgeConfig;
use edge_auth::event::{Event, Response};
use edge_auth::{Memory, ProviderAnswer, Reason, Step, TokenRequest, Verdict};
use serde_json::{Value, json};
use support::{NOW, Provider, answered, cookies, decided, decided_by, header, request};

const SCRIPT: (&str, &str) = ("sec-fetch-site", "same-origin");

/// The cookies of a session whose token has expired.
fn expired(provider: &Provider) -> String {
    session(&provider.access(json!({"exp": NOW - 3600, "iat": NOW - 4500})))
}

fn session(token: &str) -> String {
    format!("__Host-sd-access={token}; __Secure-sd-refresh=r-one; theme=dark")
}

fn renewal(site: &EdgeConfig, event: Event<'static>) -> TokenRequest {
    match decided(event, site, NOW).step {
        Step::AskTokens(request) => *request,
        other => panic!("no renewal but {other:?}"),
    }
}

fn end(request: TokenRequest, answer: ProviderAnswer, site: &EdgeConfig) -> Verdict<'static> {
    request.finish(answer, site, &mut Memory::new(site), NOW)
}

fn tokens(provider: &Provider, access: Value, refresh: Option<&str>) -> ProviderAnswer {
    let mut answer =
        json!({"access_token": provider.access(access), "id_token": provider.id(json!({})), "token_type": "Bearer"});
    if let Some(refresh) = refresh {
        answer["refresh_token"] = refresh.into();
    }
    Some((200, answer.to_string().into_bytes()))
}

fn set_cookies(response: &Response) -> Vec<&str> {
    response.headers.lines("set-cookie").iter().map(|line| line.value.as_ref()).collect()
}

#[test]
fn a_page_whose_token_has_expired_is_shown_after_one_renewal_with_its_query_kept() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let cookie = expired(&provider);
    let page = request("GET", "/watch/1", "t=30&list=a+b%26c&token=old", &[("cookie", &cookie)]);
    let verdict = decided(page, &site, NOW);
    assert_eq!(verdict.reason, Reason::TokenExpired);
    let to_renewal = answered(verdict);
    assert_eq!(to_renewal.status, "302");
    let (path, query) = header(&to_renewal, "location").split_once('?').unwrap();
    assert_eq!((path, query), ("/_auth/refresh", "to=%2Fwatch%2F1%3Ft%3D30%26list%3Da%2Bb%2526c"));

    let asked = renewal(&site, request("GET", path, query, &[("cookie", &cookie)]));
    assert_eq!(asked.url, "https://auth.example/token");
    assert_eq!(asked.form, "client_id=client&grant_type=refresh_token&refresh_token=r-one");
    let verdict = end(asked, tokens(&provider, json!({}), Some("r-two")), &site);
    assert_eq!(verdict.reason, Reason::Renewed);
    let renewed = answered(verdict);
    assert_eq!((renewed.status.as_str(), header(&renewed, "location")), ("302", "/watch/1?t=30&list=a+b%26c"));
    assert_eq!(header(&renewed, "cache-control"), "no-store");
    let set = set_cookies(&renewed);
    assert!(set[0].starts_with("__Host-sd-access=eyJ") && set[0].contains("; Path=/; "), "{set:?}");
    assert!(set[1].starts_with("__Secure-sd-refresh=r-two; Path=/_auth; "), "the rotated token is not stored: {set:?}");
    assert!(set.iter().all(|c| c.ends_with("; HttpOnly; Secure; SameSite=Lax")), "{set:?}");
    let cookie = cookies(&renewed).join("; ");
    assert_eq!(decided(request("GET", "/watch/1", "", &[("cookie", &cookie)]), &site, NOW).reason, Reason::Permitted);
}

#[test]
fn a_provider_that_does_not_rotate_leaves_the_refresh_cookie_alone() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let asked = renewal(&site, request("POST", "/_auth/refresh", "", &[("cookie", &expired(&provider)), SCRIPT]));
    let renewed = answered(end(asked, tokens(&provider, json!({}), None), &site));
    let set = set_cookies(&renewed);
    assert_eq!((renewed.status.as_str(), set.len()), ("204", 1));
    assert!(set[0].starts_with("__Host-sd-access=eyJ"));
}

#[test]
fn two_tabs_that_renew_at_once_both_succeed() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let cookie = expired(&provider);
    let post = || request("POST", "/_auth/refresh", "", &[("cookie", &cookie), SCRIPT]);
    let (first, second) = (renewal(&site, post()), renewal(&site, post()));
    for (asked, rotated) in [(first, "r-two"), (second, "r-three")] {
        let verdict = end(asked, tokens(&provider, json!({}), Some(rotated)), &site);
        assert_eq!(verdict.reason, Reason::Renewed);
    }
    // A third comes when the browser holds the new token already: nothing is asked of anybody.
    let good = session(&provider.access(json!({})));
    let verdict = decided(request("POST", "/_auth/refresh", "", &[("cookie", &good), SCRIPT]), &site, NOW);
    assert_eq!(verdict.reason, Reason::StillValid);
    assert_eq!(answered(verdict).status, "204");
    let page = request("GET", "/_auth/refresh", "to=%2Fa%3Fb%3Dc", &[("cookie", &good)]);
    assert_eq!(header(&answered(decided(page, &site, NOW)), "location"), "/a?b=c");
}

#[test]
fn a_renewal_that_fails_ends_in_signing_in_again_and_never_in_a_circle() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let cookie = expired(&provider);
    let stranger = Provider::stranger();
    for (what, answer) in [
        ("refused", Some((400, b"{\"error\":\"invalid_grant\"}".to_vec()))),
        ("no JSON", Some((200, b"<html>".to_vec()))),
        ("no access token", Some((200, b"{\"id_token\":\"x\"}".to_vec()))),
        ("somebody else's session", tokens(&provider, json!({"sub": "bob"}), Some("r-two"))),
        ("another signer", tokens(&stranger, json!({}), Some("r-two"))),
        ("expired again", tokens(&provider, json!({"exp": NOW - 60}), Some("r-two"))),
        ("another client", tokens(&provider, json!({"client_id": "other"}), Some("r-two"))),
    ] {
        let page = request("GET", "/_auth/refresh", "to=%2Fwatch%3Fq%3D1", &[("cookie", &cookie)]);
        let verdict = end(renewal(&site, page), answer.clone(), &site);
        assert_eq!(verdict.reason, Reason::RenewalFailed, "{what}");
        let again = answered(verdict);
        assert!(header(&again, "location").starts_with("https://auth.example/authorize?"), "{what}");
        let set = set_cookies(&again);
        for name in ["__Host-sd-access=;", "__Secure-sd-refresh=;"] {
            assert!(set.iter().any(|c| c.starts_with(name) && c.contains("Max-Age=0")), "{what}: {set:?}");
        }
        assert!(set.iter().any(|c| c.starts_with("__Host-sd-try-")), "{what}: no attempt begins: {set:?}");

        let script = request("POST", "/_auth/refresh", "", &[("cookie", &cookie), SCRIPT]);
        let refused = answered(end(renewal(&site, script), answer, &site));
        assert_eq!(
            (refused.status.as_str(), header(&refused, "x-stagedoor-reason")),
            ("401", "renewal_failed"),
            "{what}"
        );
        assert!(set_cookies(&refused).iter().all(|c| c.contains("Max-Age=0")), "{what}");
    }
}

#[test]
fn a_provider_that_does_not_answer_costs_nobody_the_session() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let cookie = expired(&provider);
    for answer in [None, Some((503, Vec::new()))] {
        let page = request("GET", "/_auth/refresh", "to=%2Fa", &[("cookie", &cookie)]);
        let waits = answered(end(renewal(&site, page), answer.clone(), &site));
        assert_eq!(waits.status, "503");
        assert!(waits.body.contains("load this page again"), "{}", waits.body);
        assert!(set_cookies(&waits).is_empty());
        let script = request("POST", "/_auth/refresh", "", &[("cookie", &cookie), SCRIPT]);
        let refused = answered(end(renewal(&site, script), answer, &site));
        assert_eq!((refused.status.as_str(), header(&refused, "retry-after")), ("503", "10"));
        assert!(set_cookies(&refused).is_empty());
    }
}

#[test]
fn a_refresh_token_alone_is_no_session() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let forged = Provider::stranger().access(json!({"exp": NOW - 3600}));
    let other_client = provider.access(json!({"exp": NOW - 3600, "client_id": "other"}));
    let nobody = provider.access(json!({"exp": NOW - 3600, "sub": null}));
    let expired_token = provider.access(json!({"exp": NOW - 3600}));
    for (what, cookie, reason) in [
        ("no access token", "__Secure-sd-refresh=planted".to_owned(), Reason::NoToken),
        ("garbage", session("garbage"), Reason::TokenMalformed),
        ("signed by a stranger", session(&forged), Reason::SignatureInvalid),
        ("of another client", session(&other_client), Reason::ClientUnknown),
        ("of nobody", session(&nobody), Reason::ClaimMalformed),
        ("two access tokens", format!("{}; __Host-sd-access=x", session(&expired_token)), Reason::AmbiguousCookie),
        ("no refresh token", format!("__Host-sd-access={expired_token}"), Reason::TokenExpired),
        (
            "two refresh tokens",
            format!("{}; __Secure-sd-refresh=planted", session(&expired_token)),
            Reason::TokenExpired,
        ),
    ] {
        let script = decided(request("POST", "/_auth/refresh", "", &[("cookie", &cookie), SCRIPT]), &site, NOW);
        assert_eq!(script.reason, reason, "{what}");
        assert_eq!(answered(script).status, "401", "{what}");
        let page = answered(decided(request("GET", "/_auth/refresh", "to=%2Fa", &[("cookie", &cookie)]), &site, NOW));
        assert!(header(&page, "location").starts_with("https://auth.example/authorize?"), "{what}");
    }
}

#[test]
fn only_our_own_pages_may_renew_by_script() {
    let provider = Provider::new();
    let site = provider.site(json!({"cors": {"allow_origins": ["https://app.example"]}}));
    let cookie = expired(&provider);
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
        &[("origin", "https://app.example")],
        &[],
    ] {
        let mut all = headers.to_vec();
        all.push(("cookie", &cookie));
        let verdict = decided(request("POST", "/_auth/refresh", "", &all), &site, NOW);
        assert_eq!(verdict.reason, Reason::CrossSite, "{headers:?}");
        assert_eq!(answered(verdict).status, "403", "{headers:?}");
    }
    let own = [("origin", "https://media.example"), ("cookie", cookie.as_str())];
    renewal(&site, request("POST", "/_auth/refresh", "", &own));
}

#[test]
fn a_renewal_leads_back_to_this_host_only() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let good = session(&provider.access(json!({})));
    for (to, lands) in [
        ("to=%2Fa%2Fb%3Fc%3Dd", "/a/b?c=d"),
        ("to=https%3A%2F%2Fevil.example%2F", "/"),
        ("to=%2F%2Fevil.example", "/"),
        ("to=%2F%5Cevil.example", "/"),
        ("to=%5Cevil", "/"),
        ("to=%2Fa%0d%0aset-cookie%3Ax", "/"),
        ("to=%2F_auth%2Frefresh%3Fto%3D%252F", "/"),
        ("to=%2F..%2F_auth%2Fsign-out", "/"),
        ("to=%2F%2565", "/"),
        ("to=%2Fa&to=%2Fb", "/"),
        ("to=", "/"),
        ("", "/"),
    ] {
        let answer = answered(decided(request("GET", "/_auth/refresh", to, &[("cookie", &good)]), &site, NOW));
        assert_eq!(header(&answer, "location"), lands, "{to}");
    }
}

#[test]
fn scripts_and_media_are_told_that_the_token_has_expired() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let cookie = expired(&provider);
    let script =
        request("GET", "/api/x", "", &[("cookie", &cookie), ("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")]);
    let refused = answered(decided(script, &site, NOW));
    assert_eq!((refused.status.as_str(), header(&refused, "x-stagedoor-reason")), ("401", "token_expired"));
    // An expired token from elsewhere has no refresh cookie beside it.
    let link = request("GET", "/a", &format!("token={}", provider.access(json!({"exp": NOW - 3600}))), &[]);
    assert!(header(&answered(decided(link, &site, NOW)), "location").starts_with("https://auth.example/authorize?"));
}

#[test]
fn signing_out_ends_the_token_in_this_instance_at_once() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let mut memory = Memory::new(&site);
    let token = provider.access(json!({}));
    let page = || request("GET", "/a", "", &[("authorization", &format!("Bearer {token}"))]);
    assert_eq!(decided_by(&mut memory, page(), &site, NOW).reason, Reason::Permitted);
    let sign_out = request("POST", "/_auth/sign-out", "", &[("cookie", &session(&token)), SCRIPT]);
    let verdict = decided_by(&mut memory, sign_out, &site, NOW);
    assert_eq!(verdict.reason, Reason::SignedOut);
    let Step::Revoke(revocation) = verdict.step else { panic!("nothing is revoked") };
    let answer = revocation.then;
    assert_eq!(set_cookies(&answer).len(), 2);
    assert_eq!(decided_by(&mut memory, page(), &site, NOW).reason, Reason::TokenSignedOut);
    let refresh = request("POST", "/_auth/refresh", "", &[("cookie", &session(&token)), SCRIPT]);
    assert_eq!(decided_by(&mut memory, refresh, &site, NOW).reason, Reason::TokenSignedOut);
    // Another session of the same person goes on.
    let other =
        request("GET", "/a", "", &[("authorization", &format!("Bearer {}", provider.access(json!({"jti": 2}))))]);
    assert_eq!(decided_by(&mut memory, other, &site, NOW).reason, Reason::Permitted);
}

#[test]
fn a_remembered_token_ends_with_its_time() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let mut memory = Memory::new(&site);
    let token = provider.access(json!({"nbf": NOW}));
    let page = || request("GET", "/a", "", &[("authorization", &format!("Bearer {token}"))]);
    let leeway = 30;
    for (now, reason) in [
        (NOW, Reason::Permitted),
        (NOW + 900 + leeway - 1, Reason::Permitted),
        (NOW + 900 + leeway, Reason::TokenExpired),
        // The clock goes back.
        (NOW - leeway - 1, Reason::TokenNotYetValid),
        (NOW, Reason::Permitted),
    ] {
        assert_eq!(decided_by(&mut memory, page(), &site, now).reason, reason, "at {now}");
    }
    // Were the signature not part of what is remembered, this would pass.
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let bent = format!("{signed}.{first}{}", signature.get(1..).unwrap());
    let bent = request("GET", "/a", "", &[("authorization", &format!("Bearer {bent}"))]);
    assert_eq!(decided_by(&mut memory, bent, &site, NOW).reason, Reason::SignatureInvalid);
}

#[test]
fn a_thousand_tokens_are_remembered_within_bounds_and_judged_alike() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let mut memory = Memory::new(&site);
    let tokens: Vec<String> = (0..400).map(|n| provider.access(json!({"jti": n}))).collect();
    for token in tokens.iter().chain(&tokens) {
        let page = request("GET", "/a", "", &[("authorization", &format!("Bearer {token}"))]);
        assert_eq!(decided_by(&mut memory, page, &site, NOW).reason, Reason::Permitted);
    }
}
