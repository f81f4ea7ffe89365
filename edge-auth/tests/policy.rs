//! Rules and modes: who gets through, and what is forwarded then; mistakes in a policy; and what a policy says of itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::needless_pass_by_value)]

#[path = "policy/explain.rs"]
mod explain;
#[path = "policy/mistakes.rs"]
mod mistakes;
mod support;

use edge_auth::event::{Event, Outcome, Request};
use edge_auth::policy::Policy;
use edge_auth::{Reason, Step, Verdict};
use mistakes::{Mistake, mistakes};
use serde_json::{Value, json};
use support::{NOW, Provider, answered, decided, header, request};

fn route(path: &str, allow: Value) -> Value {
    json!({"routes": [{"path": path, "allow": allow, "origin": "app"}]})
}

fn forwarded(verdict: Verdict) -> Request {
    match verdict.step {
        Step::Done(Outcome::Forward(request)) => request,
        other => panic!("not forwarded but {other:?}"),
    }
}

#[test]
fn every_form_of_allow_holds_and_fails_as_written() {
    let provider = Provider::new();
    let me = json!({"claim": "sub", "equals_path": "owner"});
    let scopes = |s: &str| json!({"scope": s});
    let groups = |names: &[&str]| json!({"cognito:groups": names});
    for (allow, claims, expected) in [
        (json!("signed_in"), json!({}), Reason::Permitted),
        (json!({"groups_any": ["a", "b"]}), groups(&["b"]), Reason::Permitted),
        (json!({"groups_any": ["a", "b"]}), groups(&["B"]), Reason::NotPermitted),
        (json!({"groups_any": ["a"]}), json!({}), Reason::NotPermitted),
        (json!({"groups_any": ["a"]}), json!({"cognito:groups": "a"}), Reason::ClaimMalformed),
        (json!({"groups_all": ["a", "b"]}), groups(&["b", "a", "c"]), Reason::Permitted),
        (json!({"groups_all": ["a", "b"]}), groups(&["a"]), Reason::NotPermitted),
        (json!({"scopes_any": ["x:read"]}), scopes("openid x:read"), Reason::Permitted),
        (json!({"scopes_any": ["x:read"]}), scopes("openid x:readers"), Reason::NotPermitted),
        (json!({"scopes_any": ["x:read"]}), json!({"scope": ["x:read"]}), Reason::ClaimMalformed),
        (json!({"scopes_all": ["p", "q"]}), scopes("q p"), Reason::Permitted),
        (json!({"scopes_all": ["p", "q"]}), scopes("p"), Reason::NotPermitted),
        (json!({"claim": "tier", "in": ["gold"]}), json!({"tier": "gold"}), Reason::Permitted),
        (json!({"claim": "tier", "in": ["gold"]}), json!({"tier": "Gold"}), Reason::NotPermitted),
        (json!({"claim": "tier", "in": ["gold"]}), json!({"tier": ["gold"]}), Reason::ClaimMalformed),
        (me.clone(), json!({"sub": "o"}), Reason::Permitted),
        (me.clone(), json!({"sub": "p"}), Reason::NotPermitted),
        (json!({"any": [me, {"groups_any": ["admins"]}]}), groups(&["admins"]), Reason::Permitted),
        (json!({"all": [me, {"groups_any": ["admins"]}]}), groups(&["admins"]), Reason::NotPermitted),
        // What is malformed refuses, also where another arm of the rule holds.
        (json!({"any": ["signed_in", {"claim": "tier", "in": ["gold"]}]}), json!({"tier": 1}), Reason::ClaimMalformed),
    ] {
        let site = provider.site(route("/f/{owner}/*", allow.clone()));
        let token = format!("Bearer {}", provider.access(claims.clone()));
        let verdict = decided(request("GET", "/f/o/x", "", &[("authorization", &token)]), &site, NOW);
        assert_eq!(verdict.reason, expected, "{allow} with {claims}");
    }
}

#[test]
fn log_and_off_let_through_with_tokens_stripped() {
    let provider = Provider::new();
    let event = || -> Event<'static> {
        request(
            "GET",
            "/x",
            "token=secret&a=1",
            &[
                ("cookie", "__Host-sd-access=secret; a=b"),
                ("authorization", "Bearer secret"),
                ("x_stagedoor_token", "spoofed"),
            ],
        )
    };
    for (mode, reason) in [("off", Reason::Off), ("log", Reason::TokenMalformed)] {
        let verdict = decided(event(), &provider.site(json!({"mode": mode})), NOW);
        assert_eq!(verdict.reason, reason);
        let request = forwarded(verdict);
        assert_eq!(request.querystring, "a=1");
        assert_eq!(request.headers.lines("cookie")[0].value, "a=b");
        let text = serde_json::to_string(&request).unwrap();
        assert!(!text.contains("secret") && !text.contains("spoofed"), "{text}");
    }
}

#[test]
fn the_app_is_told_the_token_and_the_host_and_other_origins_neither() {
    let provider = Provider::new();
    let token = provider.access(json!({}));
    let header = format!("Bearer {token}");
    let event = || request("GET", "/x", "", &[("authorization", &header)]);
    let app = forwarded(decided(event(), &provider.site(json!({})), NOW));
    assert_eq!(app.headers.lines("x-stagedoor-token")[0].value, token);
    assert_eq!(app.headers.lines("x-stagedoor-host")[0].value, "media.example");
    assert!(!app.headers.contains("authorization"));
    for origin in ["media", "site"] {
        let site = provider
            .site(json!({"routes": [{"path": "/*", "allow": "signed_in", "origin": origin, "cache": "media"}]}));
        let text = serde_json::to_string(&forwarded(decided(event(), &site, NOW))).unwrap();
        assert!(!text.contains(&token) && !text.contains("x-stagedoor"), "{origin}: {text}");
    }
}

#[test]
fn every_mistake_in_a_policy_is_named_where_it_stands() {
    for Mistake { policy, problems } in mistakes() {
        let found = Policy::from_json(&serde_json::from_str(&policy).expect(&policy)).expect_err(&policy);
        let mut said: Vec<String> = found.iter().map(|p| format!("{}: {}", p.at, p.message)).collect();
        let mut expected: Vec<&str> = problems.iter().map(|(_, said)| *said).collect();
        said.sort();
        expected.sort_unstable();
        assert_eq!(said, expected, "{policy}");
    }
}

#[test]
fn cloudfronts_limits_are_kept_to_the_last_one() {
    let routes = |count: usize| -> Value {
        let route = |n: usize| json!({"path": format!("/{n}"), "allow": "anyone", "origin": "app"});
        json!({"version": 1, "routes": (0..count).map(route).collect::<Vec<_>>()})
    };
    assert_eq!(Policy::from_json(&routes(74)).unwrap().routes.len(), 74);
    let path = |length: usize| json!({"version": 1, "routes": [{"path": format!("/{}", "a".repeat(length - 1)), "allow": "anyone", "origin": "app"}]});
    assert!(Policy::from_json(&path(255)).is_ok());
    for (policy, at, message) in [
        (
            routes(75),
            "/routes",
            "routes holds 75; CloudFront takes at most 74 beside /_auth/*; put some together with *",
        ),
        (path(256), "/routes/0/path", "the path has 256 bytes; CloudFront takes at most 255"),
    ] {
        let problems = Policy::from_json(&policy).unwrap_err();
        let said: Vec<(&str, &str)> = problems.iter().map(|p| (p.at.as_str(), p.message.as_str())).collect();
        assert_eq!(said, [(at, message)]);
    }
}

#[test]
fn what_is_unusual_but_sound_is_taken() {
    let app = |path: &str| json!({"path": path, "allow": "signed_in", "origin": "app"});
    let login = json!({"path": "/login", "allow": "anyone", "origin": "app", "methods": "all"});
    let pass =
        json!({"path": "/p/{pass}/media/*", "allow": "pass", "gate": "function", "origin": "media", "cache": "media"});
    for policy in [
        json!({"routes": [app("/*")]}),
        json!({"sign_in": {"mode": "page"}, "routes": [login, app("/*")]}),
        json!({"sign_in": {"mode": "none"}, "tokens": {"from": ["bearer"]}, "routes": [app("/*")]}),
        json!({"tokens": {"from": ["query"]}, "routes": [{"path": "/*", "allow": "signed_in", "origin": "app", "denied": "status"}]}),
        json!({"tokens": {"leeway_seconds": 0, "max_bytes": 512}, "routes": [app("/*")]}),
        json!({"tokens": {"leeway_seconds": 300, "max_bytes": 16384}, "routes": [app("/*")]}),
        json!({"cookies": {"accept": ["amplify", "host"]}, "routes": [app("/*")]}),
        json!({"cors": {"allow_origins": ["http://localhost:3000", "https://app.example.com:8443"]}, "routes": [app("/*")]}),
        json!({"routes": [{"path": "/health", "allow": "anyone", "gate": "function", "origin": "app", "denied": "status"}]}),
        // A `?` takes a character, and so leaves something for a `*`.
        json!({"routes": [app("/a?"), app("/a*"), app("/*/b"), app("/*")]}),
        json!({"routes": [pass, {"path": "/play/*", "allow": "signed_in", "answer": {"pass": {"for": "/media/", "ttl": "7d"}}}]}),
    ] {
        let mut whole = json!({"version": 1});
        whole.as_object_mut().unwrap().extend(policy.as_object().unwrap().clone());
        assert!(Policy::from_json(&whole).is_ok(), "{whole}: {:?}", Policy::from_json(&whole));
    }
}

#[test]
fn a_method_that_a_route_lacks_is_refused_with_those_that_it_has() {
    let provider = Provider::new();
    let route =
        |path: &str, methods: &str| json!({"path": path, "allow": "signed_in", "origin": "app", "methods": methods});
    let site = provider.site(json!({"routes": [route("/all/*", "all"), route("/*", "read")]}));
    for (path, method, allowed) in [
        ("/x", "DELETE", "GET, HEAD, OPTIONS"),
        ("/all/x", "TRACE", "GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE"),
        ("/all/x", "delete", "GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE"),
    ] {
        let refused = answered(decided(request(method, path, "", &[]), &site, NOW));
        assert_eq!((refused.status.as_str(), header(&refused, "allow")), ("405", allowed), "{method} {path}");
    }
}
