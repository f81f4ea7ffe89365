//! Rules and modes: who gets through, and what is forwarded then.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::needless_pass_by_value)]

mod support;

use edge_auth::event::{Event, Outcome, Request};
use edge_auth::policy::Policy;
use edge_auth::{Reason, Step, Verdict};
use serde_json::{Value, json};
use support::{NOW, Provider, decided, request};

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
    let event = || -> Event {
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
        assert_eq!(request.headers["cookie"][0].value, "a=b");
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
    assert_eq!(app.headers["x-stagedoor-token"][0].value, token);
    assert_eq!(app.headers["x-stagedoor-host"][0].value, "media.example");
    assert!(!app.headers.contains_key("authorization"));
    for origin in ["media", "site"] {
        let site = provider
            .site(json!({"routes": [{"path": "/*", "allow": "signed_in", "origin": origin, "cache": "media"}]}));
        let text = serde_json::to_string(&forwarded(decided(event(), &site, NOW))).unwrap();
        assert!(!text.contains(&token) && !text.contains("x-stagedoor"), "{origin}: {text}");
    }
}

#[test]
fn every_mistake_in_a_policy_is_named_where_it_stands() {
    let one = |route: Value| json!({"version": 1, "routes": [route]});
    for (policy, at, says) in [
        (json!({"routes": []}), "/version", "must be 1"),
        (json!({"version": 1}), "/routes", "is missing"),
        (json!({"version": 1, "routes": []}), "/routes", "empty"),
        (
            json!({"version": 1, "routes": vec![json!({"path": "/a", "allow": "anyone", "origin": "app"}); 75]}),
            "/routes",
            "at most 74",
        ),
        (json!({"version": 1, "mood": "x", "routes": []}), "/mood", "unknown key"),
        (
            json!({"version": 1, "tokens": {"from": ["header"]}, "routes": []}),
            "/tokens/from",
            "cookie, bearer or query",
        ),
        (json!({"version": 1, "tokens": {"leeway_seconds": 301}, "routes": []}), "/tokens/leeway_seconds", "0 to 300"),
        (json!({"version": 1, "sign_in": {"scopes": ["email"]}, "routes": []}), "/sign_in/scopes", "openid"),
        (
            json!({"version": 1, "sign_in": {"mode": "page"}, "routes": [{"path": "/*", "allow": "signed_in", "origin": "app"}]}),
            "/sign_in/mode",
            "/login",
        ),
        (json!({"version": 1, "cors": {"allow_origins": ["*"]}, "routes": []}), "/cors/allow_origins", "exact origin"),
        (one(json!({"allow": "anyone", "origin": "app"})), "/routes/0/path", "is missing"),
        (one(json!({"path": "/a", "origin": "app"})), "/routes/0/allow", "is missing"),
        (one(json!({"path": "/a", "allow": "anyone"})), "/routes/0/origin", "is missing"),
        (one(json!({"path": "/a", "allow": "anyone", "origin": "moon"})), "/routes/0/origin", "app, site, media"),
        (
            one(json!({"path": "/a", "allow": "anyone", "origin": "app", "cache": "media"})),
            "/routes/0/cache",
            "must be none",
        ),
        (
            one(json!({"path": "/a", "allow": "signed_in", "gate": "function", "origin": "media"})),
            "/routes/0/gate",
            "anyone or pass",
        ),
        (
            one(json!({"path": "/a", "allow": {"claim": "sub", "equals_path": "id"}, "origin": "app"})),
            "/routes/0/allow",
            "not in the path",
        ),
        (
            one(json!({"path": "/a", "allow": {"claim": "sub"}, "origin": "app"})),
            "/routes/0/allow/claim",
            "exactly one",
        ),
        (one(json!({"path": "/a", "allow": {}, "origin": "app"})), "/routes/0/allow", "exactly one"),
        (
            one(json!({"path": "/a", "allow": {"any": ["anyone"]}, "origin": "app"})),
            "/routes/0/allow/any/0",
            "stand alone",
        ),
        (one(json!({"path": "/_auth/x", "allow": "anyone", "origin": "app"})), "/routes/0/path", "belongs to sign-in"),
        (
            one(
                json!({"path": "/p/{id}/*", "allow": "signed_in", "answer": {"pass": {"for": "/x/{who}/", "ttl": "6 h"}}}),
            ),
            "/routes/0/answer/pass/ttl",
            "length of time",
        ),
        (
            json!({"version": 1, "routes": [{"path": "/a*", "allow": "anyone", "origin": "app"}, {"path": "/ab", "allow": "signed_in", "origin": "app"}]}),
            "/routes/1/path",
            "never reached",
        ),
    ] {
        let problems = Policy::from_json(&policy).expect_err(&policy.to_string());
        assert!(problems.iter().any(|p| p.at == at && p.message.contains(says)), "{at} {says}: {problems:?}");
    }
}
