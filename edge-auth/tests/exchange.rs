//! A token for a pass: routes that answer with a redirect to a pass URL.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::needless_pass_by_value)]

mod support;

use edge_auth::config::EdgeConfig;
use edge_auth::event::Response;
use edge_auth::pass::{PassRequest, PassStore, Ring, RingKey, Unavailable, VerifiedPass, judge, split};
use edge_auth::{Memory, Moment, Reason, decide};
use serde_json::{Value, json};
use support::{NOW, Provider, answered, decided, header, request};

/// The key that mints, and one that is on its way out.
const KEYS: [(&str, u8); 2] = [("new", 2), ("old", 1)];
const HOURS: u64 = 3600;

fn site(provider: &Provider, change: Value) -> EdgeConfig {
    let mine = json!({"claim": "sub", "equals_path": "owner"});
    let policy = json!({"cors": {"allow_origins": ["https://app.example"]}, "routes": [
        {"path": "/p/*", "allow": "pass", "gate": "function", "origin": "media", "cache": "media"},
        {"path": "/play/{owner}/{id}/*", "allow": mine, "denied": "status",
         "answer": {"pass": {"for": "/media/{owner}/{id}/", "ttl": "6h"}}},
        {"path": "/club/*", "allow": {"groups_any": ["club"]}, "answer": {"pass": {"for": "/media/club/films/", "ttl": "90s"}}},
    ]});
    let keys = KEYS.map(|(kid, byte)| json!({"kid": kid, "key": base64(&[byte; 32])}));
    let mut deployment = json!({"keys": {"pass": keys}});
    deployment.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    provider.deployed(policy, deployment)
}

fn base64(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

fn asked(site: &EdgeConfig, method: &str, uri: &str, query: &str, headers: &[(&str, &str)]) -> (Reason, Response) {
    let verdict = decided(request(method, uri, query, headers), site, NOW);
    (verdict.reason, answered(verdict))
}

fn with_token(site: &EdgeConfig, uri: &str, claims: Value) -> (Reason, Response) {
    let bearer = format!("Bearer {}", Provider::new().access(claims));
    asked(site, "GET", uri, "", &[("authorization", &bearer)])
}

/// A store with the ring of both keys and no revocation.
struct Store;

impl PassStore for Store {
    fn ring(&self) -> Result<Ring, Unavailable> {
        let key = |(kid, byte): (&str, u8)| RingKey { kid: kid.to_owned(), secret: vec![byte; 32], until: None };
        Ok(Ring { keys: KEYS.map(key).to_vec(), revocations: false })
    }

    fn exists(&self, _: &str) -> Result<bool, Unavailable> {
        Err(Unavailable)
    }
}

fn judged(pass: &str, path: &str, now: u64) -> Result<VerifiedPass, Reason> {
    judge(pass, &PassRequest { path, method: "GET", address: "192.0.2.1" }, now, &Store)
}

#[test]
fn whoever_may_is_sent_to_the_same_file_with_a_pass_for_its_title() {
    let site = site(&Provider::new(), json!({}));
    for method in ["GET", "HEAD"] {
        let bearer = format!("Bearer {}", Provider::new().access(json!({})));
        let query = "token=x&t=30";
        let headers = [("authorization", bearer.as_str()), ("origin", "https://app.example")];
        let (reason, redirect) = asked(&site, method, "/play/alice/film/hls/index.m3u8", query, &headers);
        assert_eq!((reason, redirect.status.as_str()), (Reason::PassMade, "302"));
        assert_eq!(header(&redirect, "cache-control"), "no-store");
        assert_eq!(header(&redirect, "access-control-allow-origin"), "https://app.example");
        assert_eq!(redirect.body, "");
        // Without the query: what is behind a pass has none.
        let (pass, path) = split(header(&redirect, "location")).unwrap();
        assert_eq!(path, "/media/alice/film/hls/index.m3u8");

        let grant = judged(pass, path, NOW).unwrap().grant().clone();
        assert_eq!((grant.prefix.as_str(), grant.subject.as_deref()), ("/media/alice/film/", Some("alice")));
        assert_eq!((grant.issued_at, grant.expires), (Some(NOW), NOW + 6 * HOURS));
        assert!(judged(pass, "/media/alice/film/poster.webp", NOW + 6 * HOURS - 1).is_ok());
        assert_eq!(judged(pass, path, NOW + 6 * HOURS), Err(Reason::PassExpired));
        assert_eq!(judged(pass, "/media/alice/film2/a", NOW), Err(Reason::PassPath));
        assert_eq!(judged(pass, "/media/bob/film/a", NOW), Err(Reason::PassPath));
    }
}

#[test]
fn passes_have_different_ids_made_of_the_moments_randomness_by_the_first_key() {
    let (provider, mut ids) = (Provider::new(), Vec::new());
    let site = site(&provider, json!({}));
    let bearer = format!("Bearer {}", provider.access(json!({})));
    for byte in [1, 2] {
        let moment = Moment { now: NOW, entropy: [byte; 96] };
        let event = request("GET", "/play/alice/film/a", "", &[("authorization", &bearer)]);
        let redirect = answered(decide(event, &site, &mut Memory::new(&site), &moment));
        let (pass, path) = split(header(&redirect, "location")).unwrap();
        ids.push(judged(pass, path, NOW).unwrap().grant().id.clone());
        // The first key's name stands in the pass.
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, pass).unwrap();
        assert!(bytes.windows(3).any(|window| window == b"new"));
    }
    assert_eq!(ids, [vec![1; 16], vec![2; 16]]);
}

#[test]
fn a_prefix_without_names_and_an_empty_rest() {
    let site = site(&Provider::new(), json!({}));
    let (_, redirect) = with_token(&site, "/club/", json!({"cognito:groups": ["club"]}));
    let (pass, path) = split(header(&redirect, "location")).unwrap();
    assert_eq!(path, "/media/club/films/");
    assert!(judged(pass, "/media/club/films/a", NOW + 89).is_ok());
    assert_eq!(judged(pass, "/media/club/films/a", NOW + 90), Err(Reason::PassExpired));
}

#[test]
fn nobody_else_gets_a_pass() {
    let site = site(&Provider::new(), json!({}));
    let long = "x".repeat(501);
    for (what, uri, claims, reason, status) in [
        ("another person", "/play/bob/film/a", json!({}), Reason::NotPermitted, "403"),
        ("without the group", "/club/a", json!({"cognito:groups": ["clubs"]}), Reason::NotPermitted, "403"),
        (
            "an id too long to revoke",
            "/club/a",
            json!({"cognito:groups": ["club"], "sub": long}),
            Reason::NotPermitted,
            "403",
        ),
        ("a plus, which S3 reads as a space", "/play/alice/fi+lm/a", json!({}), Reason::PathNotCanonical, "400"),
    ] {
        let (found, answer) = with_token(&site, uri, claims);
        assert_eq!((found, answer.status.as_str()), (reason, status), "{what}");
        assert!(answer.headers.lines("location").is_empty(), "{what}");
    }
    let (reason, answer) = asked(&site, "GET", "/play/alice/film/a", "", &[]);
    assert_eq!((reason, answer.status.as_str()), (Reason::NoToken, "401"));
    let (reason, answer) = asked(&site, "POST", "/play/alice/film/a", "", &[]);
    assert_eq!((reason, answer.status.as_str()), (Reason::MethodNotAllowed, "405"));
}

#[test]
fn a_token_that_names_nobody_gets_no_pass_for_it_could_not_be_revoked_with_the_person() {
    let provider = Provider::new();
    let claims = json!({"iss": support::ISSUER, "exp": NOW + 900, "token_use": "access", "client_id": support::CLIENT,
                        "cognito:groups": ["club"]});
    let token = provider.sign(r#"{"alg":"RS256","kid":"k"}"#, claims.to_string().as_bytes());
    let bearer = format!("Bearer {token}");
    let (reason, _) = asked(&site(&provider, json!({})), "GET", "/club/a", "", &[("authorization", &bearer)]);
    assert_eq!(reason, Reason::NotPermitted);
}

#[test]
fn a_path_too_long_for_a_pass_is_refused() {
    let site = site(&Provider::new(), json!({}));
    let (reason, _) = with_token(&site, &format!("/play/alice/{}/a", "f".repeat(1000)), json!({}));
    assert_eq!(reason, Reason::NotPermitted);
}

#[test]
fn without_a_key_there_is_no_pass_and_no_way_round_it() {
    let provider = Provider::new();
    for mode in ["enforce", "log"] {
        let mut site = site(&provider, json!({"keys": {"pass": []}}));
        site.policy.mode = if mode == "log" { edge_auth::policy::Mode::Log } else { edge_auth::policy::Mode::Enforce };
        let (reason, answer) = with_token(&site, "/play/alice/film/a", json!({}));
        assert_eq!((reason, answer.status.as_str()), (Reason::KeysUnavailable, "503"), "{mode}");
        assert_eq!(header(&answer, "retry-after"), "10");
    }
}

#[test]
fn what_is_wrong_with_a_key_in_edge_json_is_said() {
    let key = base64(&[1; 32]);
    for (pass, says) in [
        (json!({"kid": "p", "key": key}), "/deployment/keys/pass: pass must be a list of {kid, key}"),
        (json!([{"kid": "p"}]), "/deployment/keys/pass/0/key: key must be base64 of at least 32 bytes"),
        (
            json!([{"kid": "p", "key": base64(&[1; 31])}]),
            "/deployment/keys/pass/0/key: key must be base64 of at least 32 bytes",
        ),
        (json!([{"kid": "p", "key": base64(&[1; 65])}]), "/deployment/keys/pass/0/key: key must be base64 of 32"),
        (json!([{"kid": "", "key": key}]), "/deployment/keys/pass/0/kid: kid is missing or empty"),
        (json!([{"kid": "p".repeat(33), "key": key}]), "/deployment/keys/pass/0/kid: kid must have at most 32 bytes"),
        (json!([{"kid": "p", "key": key}, {"kid": "p", "key": key, "x": 1}]), "/deployment/keys/pass/1/x: unknown key"),
    ] {
        let policy = json!({"version": 1, "routes": [{"path": "/*", "allow": "anyone", "origin": "app"}]});
        let issuer = json!({"kind": "cognito", "issuer": support::ISSUER, "clients": ["c"], "jwks": {"keys": []}});
        let deployment = json!({"issuers": [issuer], "keys": {"state": [], "pass": pass}});
        let problems = EdgeConfig::from_json(&json!({"policy": policy, "deployment": deployment})).unwrap_err();
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|line| line.starts_with(says)), "{says}: {said:?}");
    }
}
