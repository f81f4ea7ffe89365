//! When an issuer's keys are fetched, and what a fetch changes. Whoever runs the function fetches; here, the test.
// What an endpoint answers may be nothing.
#![allow(clippy::unnecessary_wraps)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use edge_auth::config::EdgeConfig;
use edge_auth::event::Event;
use edge_auth::{Memory, ProviderAnswer, Reason, Step, Verifier, decide};
use serde_json::{Value, json};
use support::{CLIENT, ISSUER, NOW, Provider, at, request};

const DAY: u64 = 86_400;

/// A function with a key endpoint that answers what it is told, and how often it was asked.
struct Function<'a> {
    site: &'a EdgeConfig,
    memory: Memory,
    fetches: usize,
}

impl<'a> Function<'a> {
    fn new(site: &'a EdgeConfig) -> Self {
        Self { site, memory: Memory::new(site), fetches: 0 }
    }

    fn decide(&mut self, event: Event<'static>, now: u64, endpoint: &ProviderAnswer) -> Reason {
        let mut verdict = decide(event, self.site, &mut self.memory, &at(now));
        while let Step::FetchKeys(fetch) = verdict.step {
            assert_eq!(fetch.url, format!("{ISSUER}/.well-known/jwks.json"));
            self.fetches += 1;
            verdict = fetch.finish(endpoint.clone(), self.site, &mut self.memory, &at(now));
        }
        verdict.reason
    }

    fn with_token(&mut self, token: &str, now: u64, endpoint: &ProviderAnswer) -> Reason {
        let headers = [("authorization", format!("Bearer {token}"))];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        self.decide(request("GET", "/a", "", &headers), now, endpoint)
    }
}

fn set(jwks: &Value) -> ProviderAnswer {
    Some((200, jwks.to_string().into_bytes()))
}

/// A token whose `exp` is far away, so that only keys decide.
fn lasting(provider: &Provider) -> String {
    provider.access(json!({"exp": NOW + 100 * DAY}))
}

fn of_another_key(provider: &Provider, kid: &str) -> String {
    let claims =
        json!({"sub": "alice", "iss": ISSUER, "exp": NOW + 100 * DAY, "token_use": "access", "client_id": CLIENT});
    provider.sign(&json!({"alg": "RS256", "kid": kid}).to_string(), claims.to_string().as_bytes())
}

/// Every way for an endpoint to be of no use.
fn failures() -> Vec<(&'static str, ProviderAnswer)> {
    let stranger = Provider::stranger();
    let small = json!({"keys": [{"kty": "RSA", "kid": "k", "n": "AQAB", "e": "AQAB"}]});
    let mut long = stranger.jwks("k").to_string().into_bytes();
    long.resize(70 * 1024, b' ');
    vec![
        ("down, slow, or longer than is read", None),
        ("redirecting", Some((302, stranger.jwks("k").to_string().into_bytes()))),
        ("an error", Some((500, stranger.jwks("k").to_string().into_bytes()))),
        ("no JSON", Some((200, b"<html>maintenance</html>".to_vec()))),
        ("not UTF-8", Some((200, vec![0xff; 100]))),
        ("empty", Some((200, Vec::new()))),
        ("another shape", set(&json!([stranger.jwks("k")]))),
        ("no keys", set(&json!({"keys": []}))),
        ("no usable key", set(&small)),
        ("too long", Some((200, long))),
    ]
}

#[test]
fn keys_that_are_baked_in_are_used_without_a_fetch_until_they_are_too_old() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let mut function = Function::new(&site);
    let token = lasting(&provider);
    for now in [NOW, NOW + 60, NOW + DAY] {
        assert_eq!(function.with_token(&token, now, &None), Reason::Permitted);
    }
    assert_eq!(function.fetches, 0);
    assert_eq!(
        function.with_token(&provider.access(json!({"exp": NOW + 3 * DAY})), NOW + DAY + 1, &set(&provider.jwks("k"))),
        Reason::Permitted
    );
    assert_eq!(function.fetches, 1);
    // Young again for a day.
    assert_eq!(
        function.with_token(&provider.access(json!({"exp": NOW + 4 * DAY})), NOW + 2 * DAY, &None),
        Reason::Permitted
    );
    assert_eq!(function.fetches, 1);
}

#[test]
fn a_refresh_that_fails_keeps_the_old_keys_and_is_not_repeated_for_ten_seconds() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    for (what, answer) in failures() {
        let mut function = Function::new(&site);
        let late = NOW + 2 * DAY;
        for second in 0..10 {
            let token = provider.access(json!({"exp": NOW + 3 * DAY, "jti": second}));
            assert_eq!(function.with_token(&token, late + second, &answer), Reason::Permitted, "{what}");
        }
        assert_eq!(function.fetches, 1, "{what}");
        let token = provider.access(json!({"exp": NOW + 3 * DAY, "jti": "ten"}));
        assert_eq!(function.with_token(&token, late + 10, &answer), Reason::Permitted, "{what}");
        assert_eq!(function.fetches, 2, "{what}");
    }
}

#[test]
fn a_thousand_unknown_kids_cost_one_fetch_in_ten_seconds_however_it_ends() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let mut endpoints = failures();
    endpoints.push(("working", set(&provider.jwks("k"))));
    let tokens: Vec<String> = (0..1000).map(|n| of_another_key(&provider, &format!("unknown-{n}"))).collect();
    for (what, answer) in endpoints {
        let mut function = Function::new(&site);
        for (n, token) in (0_u64..).zip(&tokens) {
            assert_eq!(function.with_token(token, NOW + n / 100, &answer), Reason::KeyUnknown, "{what}");
        }
        assert_eq!(function.fetches, 1, "{what}");
        assert_eq!(
            function.with_token(&lasting(&provider), NOW + 9, &answer),
            Reason::Permitted,
            "{what}: the old keys are gone"
        );
        function.with_token(&of_another_key(&provider, "later"), NOW + 10, &answer);
        assert_eq!(function.fetches, 2, "{what}");
    }
}

#[test]
fn a_key_that_was_added_is_found_and_one_that_was_withdrawn_ends_at_once() {
    let (provider, next) = (Provider::new(), Provider::stranger());
    let site = provider.site(json!({}));
    let mut function = Function::new(&site);
    let old = lasting(&provider);
    assert_eq!(function.with_token(&old, NOW, &None), Reason::Permitted, "and is remembered");
    let new = of_another_key(&next, "k2");
    assert_eq!(function.with_token(&new, NOW + 1, &set(&next.jwks("k2"))), Reason::Permitted);
    // The newer set lacks `k`: neither the key nor what was verified by it counts any longer.
    assert_eq!(function.with_token(&old, NOW + 2, &None), Reason::KeyUnknown);
    assert_eq!(function.fetches, 1);
}

#[test]
fn a_key_that_changed_under_its_name_ends_what_it_had_signed() {
    let (provider, next) = (Provider::new(), Provider::stranger());
    let site = provider.site(json!({}));
    let mut function = Function::new(&site);
    let old = lasting(&provider);
    assert_eq!(function.with_token(&old, NOW, &None), Reason::Permitted);
    function.with_token(&of_another_key(&next, "unknown"), NOW, &set(&next.jwks("k")));
    assert_eq!(function.with_token(&old, NOW, &None), Reason::SignatureInvalid);
}

#[test]
fn without_any_key_nobody_is_let_through_and_one_fetch_in_ten_seconds_tries_to_get_them() {
    let provider = Provider::new();
    let issuer = json!([{"kind": "cognito", "issuer": ISSUER, "clients": [CLIENT]}]);
    let site = provider.deployed(json!({}), json!({"issuers": issuer}));
    let mut function = Function::new(&site);
    let token = lasting(&provider);
    for second in 0..10 {
        assert_eq!(function.with_token(&token, NOW + second, &None), Reason::KeysUnavailable);
    }
    assert_eq!(function.fetches, 1);
    assert_eq!(function.with_token(&token, NOW + 10, &set(&provider.jwks("k"))), Reason::Permitted);
    assert_eq!(function.fetches, 2);

    let refused = support::answered(support::decided(
        request("GET", "/a", "", &[("authorization", &format!("Bearer {token}"))]),
        &site,
        NOW,
    ));
    assert_eq!((refused.status.as_str(), support::header(&refused, "retry-after")), ("503", "10"));
}

#[test]
fn while_one_fetch_is_under_way_nobody_else_begins_one() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let mut memory = Memory::new(&site);
    let ask = |memory: &mut Memory, token: &str| {
        decide(
            request("GET", "/a", "", &[("authorization", &format!("Bearer {token}"))]),
            &site,
            memory,
            &at(NOW + 2 * DAY),
        )
    };
    let long = |n: u32| provider.access(json!({"exp": NOW + 3 * DAY, "jti": n}));
    let Step::FetchKeys(fetch) = ask(&mut memory, &long(0)).step else { panic!("old keys are not fetched again") };
    for n in 1..100 {
        let verdict = ask(&mut memory, &long(n));
        assert_eq!(verdict.reason, Reason::Permitted, "the old keys serve meanwhile");
    }
    let verdict = fetch.finish(set(&provider.jwks("k")), &site, &mut memory, &at(NOW + 2 * DAY + 1));
    assert_eq!(verdict.reason, Reason::Permitted);
}

#[test]
fn what_needs_no_key_fetches_none() {
    let provider = Provider::new();
    let routes = json!([{"path": "/open", "allow": "anyone", "origin": "app"}, {"path": "/*", "allow": "signed_in", "origin": "app"}]);
    let site = provider.site(json!({"routes": routes}));
    let mut function = Function::new(&site);
    let late = NOW + 30 * DAY;
    let unknown_issuer = provider.access(json!({"iss": "https://elsewhere.example", "exp": late + 900}));
    assert_eq!(function.decide(request("GET", "/open", "", &[]), late, &None), Reason::Anyone);
    assert_eq!(function.decide(request("GET", "/a", "", &[]), late, &None), Reason::NoToken);
    assert_eq!(function.with_token(&unknown_issuer, late, &None), Reason::IssuerUnknown);
    assert_eq!(function.with_token("not.a.token", late, &None), Reason::TokenMalformed);
    assert_eq!(function.fetches, 0);
}

#[test]
fn the_ages_and_pauses_are_configurable_within_limits() {
    let provider = Provider::new();
    let refresh = json!({"max_age_seconds": 3600, "retry_seconds": 60, "timeout_ms": 500});
    let site = provider.deployed(json!({}), json!({"key_refresh": refresh}));
    assert_eq!(site.key_refresh.timeout_ms, 500);
    let mut function = Function::new(&site);
    let token = |n: u32| provider.access(json!({"exp": NOW + DAY, "jti": n}));
    for (n, now, fetches) in [(0, NOW + 3600, 0), (1, NOW + 3601, 1), (2, NOW + 3660, 1), (3, NOW + 3661, 2)] {
        assert_eq!(function.with_token(&token(n), now, &None), Reason::Permitted);
        assert_eq!(function.fetches, fetches, "at {now}");
    }
    for (name, value) in [("max_age_seconds", 0), ("retry_seconds", 1), ("timeout_ms", 10_000)] {
        let edge = json!({"policy": {"version": 1, "routes": [{"path": "/*", "allow": "signed_in", "origin": "app"}]},
            "deployment": {"issuers": [{"kind": "cognito", "issuer": ISSUER, "clients": [CLIENT]}], "key_refresh": {name: value}}});
        let problems = EdgeConfig::from_json(&edge).unwrap_err();
        assert_eq!(problems[0].at, format!("/deployment/key_refresh/{name}"));
        assert!(problems[0].message.contains("expected a whole number from"), "{}", problems[0]);
    }
}

/// What a verifier away from the edge says of a token, and how often it asked for keys to say so.
fn verified(verifier: &Verifier, token: &str, now: u64, endpoint: &ProviderAnswer) -> (Result<String, Reason>, usize) {
    let mut fetches = 0;
    let verify = verifier.verify(token, now, |url| {
        assert_eq!(url, format!("{ISSUER}/.well-known/jwks.json"));
        fetches += 1;
        std::future::ready(endpoint.clone())
    });
    // Nothing in it waits.
    let polled = std::pin::pin!(verify).poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(judged) = polled else { panic!("a fetch that is ready was waited for") };
    (judged.map(|session| session.subject().unwrap_or_default().to_owned()), fetches)
}

#[test]
fn away_from_the_edge_keys_are_fetched_as_rarely() {
    let (provider, next) = (Provider::new(), Provider::stranger());
    let verifier = Verifier::new(Arc::new(provider.site(json!({}))));
    let alice = || Ok("alice".to_owned());
    let old = lasting(&provider);
    assert_eq!(verified(&verifier, &old, NOW, &None), (alice(), 0));
    let new = of_another_key(&next, "k2");
    assert_eq!(verified(&verifier, &new, NOW + 1, &None), (Err(Reason::KeyUnknown), 1));
    assert_eq!(verified(&verifier, &new, NOW + 2, &set(&next.jwks("k2"))), (Err(Reason::KeyUnknown), 0), "too soon");
    assert_eq!(verified(&verifier, &new, NOW + 11, &set(&next.jwks("k2"))), (alice(), 1));
    assert_eq!(verified(&verifier, &old, NOW + 12, &None), (Err(Reason::KeyUnknown), 0), "withdrawn");
    assert_eq!(verified(&verifier, "x", NOW + 13, &None), (Err(Reason::TokenMalformed), 0));
}
