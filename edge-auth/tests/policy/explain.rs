//! What a policy says of a request, held against what is decided.

use edge_auth::Reason;
use edge_auth::config::EdgeConfig;
use edge_auth::event::Outcome as Decided;
use edge_auth::policy::Gate;
use edge_auth::policy::explain::{Body, Ending, Explanation, Outcome, Question, RulePart};
use edge_auth::token::Claims;
use serde_json::{Value, json};

use super::support::{NOW, Provider, decided, request};
use super::{Step, Verdict};

/// A site with a route of each form.
fn site(provider: &Provider, change: Value) -> EdgeConfig {
    let mine = json!({"claim": "sub", "equals_path": "owner"});
    let mut policy = json!({"routes": [
        {"path": "/health", "allow": "anyone", "origin": "app"},
        {"path": "/static/*", "allow": "anyone", "origin": "site", "cache": "immutable"},
        {"path": "/p/*", "allow": "pass", "gate": "function", "origin": "media", "cache": "media"},
        {"path": "/play/{owner}/{id}/*", "allow": mine, "answer": {"pass": {"for": "/media/{owner}/{id}/", "ttl": "6h"}}},
        {"path": "/media/{owner}/*", "allow": {"any": [mine, {"groups_any": ["admins"]}]}, "origin": "media", "cache": "media",
         "denied": "status"},
        {"path": "/admin/*", "allow": {"all": [{"groups_any": ["admins"]}, {"scopes_all": ["x:read"]}]}, "origin": "app",
         "methods": "all"},
        {"path": "/x/{id}/y", "allow": {"claim": "tier", "in": ["gold"]}, "origin": "app", "denied": "redirect"},
        {"path": "/app/*", "allow": "signed_in", "origin": "app"},
    ]});
    policy.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    provider.site(policy)
}

fn explained(site: &EdgeConfig, method: &str, path: &str, claims: Option<&Value>) -> Explanation {
    let claims = claims.map(|claims| Claims::read(claims.to_string().into_bytes()).unwrap());
    site.policy.explain(Question { path, method, claims: claims.as_ref() })
}

/// The claims that a token of the provider has.
fn claims(change: Value) -> Value {
    let mut claims = json!({"sub": "alice", "token_use": "access"});
    claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    claims
}

/// `forward`, or the status of the answer and what it holds.
fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Forward { .. } | Ending::SignInAddress => "forward".to_owned(),
        Ending::Pass { status, .. } | Ending::SignIn { status, .. } => format!("{status} "),
        Ending::Refusal { status, body: Body::Json } => format!("{status} application/json"),
        Ending::Refusal { status, .. } => format!("{status} text/html; charset=utf-8"),
    }
}

fn happened(verdict: Verdict<'_>) -> String {
    match verdict.step {
        Step::Done(Decided::Forward(_)) => "forward".to_owned(),
        Step::Done(Decided::Respond(response)) => {
            let content = response.headers.values("content-type").next().unwrap_or_default();
            format!("{} {content}", response.status)
        }
        other => panic!("not decided but {other:?}"),
    }
}

#[test]
fn what_is_explained_is_what_is_decided() {
    let provider = Provider::new();
    let admin = || json!({"cognito:groups": ["admins"], "scope": "openid x:read"});
    let modes = [
        json!({}),
        json!({"mode": "log"}),
        json!({"mode": "off"}),
        json!({"sign_in": {"mode": "none"}, "routes": [{"path": "/{a}/*", "allow": "signed_in", "origin": "app"}]}),
    ];
    let askers = [
        None,
        Some(json!({})),
        Some(admin()),
        Some(json!({"cognito:groups": "admins"})),
        Some(json!({"sub": 7})),
        Some(json!({"scope": ["x:read"], "cognito:groups": ["admins"]})),
        Some(json!({"tier": "gold"})),
        Some(json!({"tier": 1})),
        Some(json!({"token_use": "id"})),
        Some(json!({"sub": "a b"})),
    ];
    let paths = [
        "/health",
        "/static/a.css",
        "/static/a+b",
        "/static/../app/",
        "/media/alice/x",
        "/media/bob/x",
        "/media/a%20b/x",
        "/media/a+b/x",
        "/media//x",
        "/media/alice",
        "/admin/",
        "/x/1/y",
        "/x/1/2/y",
        "/app/a+b",
        "/app/%41",
        "/nowhere",
        "/p/PASS/media/x",
        "/play/alice/film/x",
        "/play/bob/film/x",
    ];
    for mode in modes {
        let site = site(&provider, mode);
        for (asker, path) in askers.iter().flat_map(|asker| paths.iter().map(move |path| (asker, path))) {
            let said = explained(&site, "GET", path, asker.clone().map(claims).as_ref());
            let header = asker.clone().map(|claims| format!("Bearer {}", provider.access(claims))).unwrap_or_default();
            let fetch = |mode: &str, dest: &str| {
                let headers = [("authorization", header.as_str()), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)];
                decided(request("GET", path, "", &headers), &site, NOW)
            };
            let context = format!("{path} as {asker:?}, mode {:?}: {said:?}", site.policy.mode);
            assert_eq!(fetch("cors", "empty").reason, said.reason, "{context}");
            // Where no route has the path, mode log or off lets the function pass on what then has no origin; and what the
            // CloudFront Function checks is none of this one's business.
            if said.route.as_ref().is_some_and(|route| route.gate == Gate::Lambda) {
                assert_eq!(happened(fetch("cors", "empty")), ending(&said.script), "script: {context}");
                assert_eq!(happened(fetch("navigate", "document")), ending(&said.page.unwrap()), "page: {context}");
            }
        }
    }
}

/// A rule and its parts, as they are read from above.
fn flat<'p>(part: &'p RulePart, into: &mut Vec<(&'p str, Outcome, &'p str)>) {
    into.push((&part.rule, part.outcome, &part.because));
    part.parts.iter().for_each(|part| flat(part, into));
}

#[test]
fn each_part_of_a_rule_has_its_outcome() {
    let (provider, mut seen) = (Provider::new(), Vec::new());
    let site = site(&provider, json!({}));
    let bob = claims(json!({"sub": "bob", "cognito:groups": ["admins"], "scope": 1}));
    let (media, admin) =
        (explained(&site, "GET", "/media/al%20ice/x", Some(&bob)), explained(&site, "GET", "/admin/", Some(&bob)));
    let stranger = explained(&site, "GET", "/x/1/y", None);
    for explanation in [&media, &admin, &stranger] {
        flat(explanation.rule.as_ref().unwrap(), &mut seen);
    }
    assert_eq!(
        seen,
        [
            ("any", Outcome::Holds, "1 of 2 hold"),
            ("{claim: sub, equals_path: owner}", Outcome::DoesNotHold, "sub is \"bob\", {owner} is \"al ice\""),
            ("{groups_any: [admins]}", Outcome::Holds, "cognito:groups is [\"admins\"]"),
            ("all", Outcome::ClaimMalformed, "1 of 2 hold"),
            ("{groups_any: [admins]}", Outcome::Holds, "cognito:groups is [\"admins\"]"),
            ("{scopes_all: [x:read]}", Outcome::ClaimMalformed, "scope is no text"),
            ("{claim: tier, in: [gold]}", Outcome::NotJudged, "there is no token"),
        ]
    );
    assert_eq!((media.reason, media.allowed), (Reason::Permitted, true));
    assert_eq!((admin.reason, admin.allowed), (Reason::ClaimMalformed, false));
    assert_eq!((stranger.reason, stranger.allowed), (Reason::NoToken, false));
}

#[test]
fn an_explanation_is_json_that_a_program_can_read() {
    let site = site(&Provider::new(), json!({}));
    let alice = claims(json!({}));
    let said = |method, path, claims| json!(explained(&site, method, path, claims));
    let other = said("GET", "/media/bob/x", Some(&alice));
    assert_eq!(other["path"], json!({"received": "/media/bob/x", "normalised": "/media/bob/x", "canonical": true}));
    assert_eq!(other["behaviour"], "/media/*/*");
    let route =
        json!({"index": 4, "path": "/media/{owner}/*", "gate": "lambda", "exact": true, "segments": {"owner": "bob"}});
    assert_eq!(other["route"], route);
    assert_eq!(other["token"]["outcome"], "holds");
    assert_eq!(other["rule"]["parts"][0]["outcome"], "does_not_hold");
    assert_eq!((&other["allowed"], &other["reason"]), (&json!(false), &json!("not_permitted")));
    for (method, path, claims, page, script) in [
        ("GET", "/app/", None, json!({"ending": "sign_in", "status": 302, "at": "hosted"}), refusal(401, "json")),
        ("GET", "/media/bob/x", Some(&alice), refusal(403, "json"), refusal(403, "json")),
        ("GET", "/admin/", Some(&alice), refusal(403, "page"), refusal(403, "json")),
        ("POST", "/admin/", None, json!(null), refusal(401, "json")),
        ("DELETE", "/app/", Some(&alice), json!(null), refusal(403, "cloudfront")),
        ("GET", "/_auth/sign-out", None, json!({"ending": "sign_in_address"}), json!({"ending": "sign_in_address"})),
        ("GET", "/p/x/media/", None, refusal(403, "json"), refusal(403, "json")),
    ] {
        let explanation = said(method, path, claims);
        assert_eq!((&explanation["page"], &explanation["script"]), (&page, &script), "{method} {path}");
    }
    let forward = said("GET", "/media/alice/x", Some(&alice));
    assert_eq!(forward["script"], json!({"ending": "forward", "origin": "media", "cache": "media"}));
    let pass = said("GET", "/play/alice/a%20b/hls/master.m3u8", Some(&alice));
    let to = "/p/PASS/media/alice/a%20b/hls/master.m3u8";
    assert_eq!(pass["script"], json!({"ending": "pass", "status": 302, "to": to, "ttl_seconds": 21_600}));
    assert_eq!(pass["allowed"], true);
}

fn refusal(status: u16, body: &str) -> Value {
    json!({"ending": "refusal", "status": status, "body": body})
}

#[test]
fn a_path_with_two_readings_names_the_behaviour_that_cloudfront_takes_it_for() {
    let site = site(&Provider::new(), json!({}));
    let said = explained(&site, "GET", "/static/%2e%2e/media/alice/x", None);
    assert_eq!((said.path.canonical, said.path.normalised.as_str()), (false, "/media/alice/x"));
    assert_eq!(said.behaviour.as_deref(), Some("/media/*/*"));
    assert_eq!(said.reason, Reason::PathNotCanonical);
    assert!(said.notes.iter().any(|note| note.contains("/media/alice/x")), "{:?}", said.notes);
    // A raw `+` has one reading for the app and two for S3.
    assert!(explained(&site, "GET", "/app/a+b", None).path.canonical);
    assert!(!explained(&site, "GET", "/static/a+b", None).path.canonical);
}

#[test]
fn notes_say_what_the_outcome_alone_does_not() {
    let provider = Provider::new();
    let alice = claims(json!({"cognito:groups": ["admins"], "scope": "x:read"}));
    let enforce = site(&provider, json!({}));
    let bearer_only = site(
        &provider,
        json!({"tokens": {"from": ["bearer"]}, "sign_in": {"mode": "none"}, "routes": [
        {"path": "/admin/*", "allow": "signed_in", "origin": "app", "methods": "all"}]}),
    );
    let (log, off) = (site(&provider, json!({"mode": "log"})), site(&provider, json!({"mode": "off"})));
    for (site, method, path, claims, notes) in [
        (&enforce, "GET", "/app/", None, vec![]),
        (&enforce, "GET", "/p/PASS/x", None, vec!["a valid playback pass in the path opens it; no claim does"]),
        (
            &enforce,
            "POST",
            "/admin/",
            Some(&alice),
            vec!["where a cookie brings the token, another site's page is refused with cross_site"],
        ),
        (&bearer_only, "POST", "/admin/", Some(&alice), vec![]),
        (
            &enforce,
            "GET",
            "/app/\u{e9}",
            None,
            vec!["a browser sends what is not ASCII percent-encoded; ask with that spelling"],
        ),
        (&log, "GET", "/app/", None, vec!["mode is log: no_token goes into the log, and the request goes on"]),
        // There is no origin to go on to.
        (&log, "GET", "/nowhere", None, vec![]),
        (&log, "GET", "/play/alice/1/x", None, vec![]),
        (&off, "GET", "/app/", None, vec!["mode is off: nothing is decided"]),
    ] {
        let said = explained(site, method, path, claims);
        assert_eq!(said.notes, notes, "{method} {path}: {said:?}");
    }
}
