//! Every reason that there is comes of some decision, under a name that people filter logs by.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::needless_pass_by_value)]

mod support;

use edge_auth::event::Event;
use edge_auth::{Memory, Reason, Step, TokenRequest, Verdict, decide_bytes};
use serde_json::{Value, json};
use support::{NOW, Provider, answered, at, cookies, decided, decided_by, header, request};

/// The names, which are a promise: a line that changes here breaks somebody's filter.
const NAMES: [&str; 47] = [
    "anyone",
    "permitted",
    "off",
    "preflight",
    "pass_made",
    "sign_in",
    "signed_in",
    "renewed",
    "still_valid",
    "signed_out",
    "no_token",
    "ambiguous_cookie",
    "token_malformed",
    "token_too_large",
    "alg_not_allowed",
    "header_not_allowed",
    "key_unknown",
    "signature_invalid",
    "issuer_unknown",
    "token_expired",
    "token_signed_out",
    "token_not_yet_valid",
    "token_use_wrong",
    "client_unknown",
    "claim_malformed",
    "not_permitted",
    "cross_site",
    "cors_origin",
    "path_not_canonical",
    "method_not_allowed",
    "no_route",
    "pass_malformed",
    "pass_key_unknown",
    "pass_signature_invalid",
    "pass_expired",
    "pass_not_yet_valid",
    "pass_path",
    "pass_method",
    "pass_network",
    "pass_revoked",
    "pass_unavailable",
    "state_invalid",
    "sign_in_failed",
    "renewal_failed",
    "provider_unavailable",
    "keys_unavailable",
    "event_malformed",
];

#[test]
fn names_are_stable_and_each_is_one_reasons() {
    let names: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(names, NAMES);
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), names.len());
    for reason in Reason::ALL {
        let name = reason.as_str();
        let words: Vec<&str> = name.split('_').collect();
        assert!(words.iter().all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase())), "{name}");
        assert_eq!(reason.to_string(), name);
        assert_eq!(serde_json::to_value(reason).unwrap(), name);
    }
}

#[test]
fn messages_are_one_sentence_or_two_for_a_person_and_name_no_variant() {
    for reason in Reason::ALL {
        let message = reason.message();
        assert!(message.ends_with('.') && message.len() < 100, "{reason}: {message}");
        assert!(message.starts_with(|c: char| c.is_ascii_uppercase()), "{reason}: {message}");
        assert!(!message.contains(['_', '<', '>', '&', '"', '{']), "{reason}: {message}");
    }
}

#[test]
fn every_reason_comes_of_a_decision() {
    for reason in Reason::ALL {
        // Whether each of a pass's reasons comes of a pass is asked in tests/pass.rs; the function that has tokens has the first alone.
        if matches!(reason, Reason::PassMalformed | Reason::PassMade) || !reason.as_str().starts_with("pass_") {
            assert_eq!(made(*reason).reason, *reason);
        }
    }
}

/// A decision that ends in that reason. The compiler asks for an arm where a reason is new.
fn made(reason: Reason) -> Verdict<'static> {
    let provider = Provider::new();
    let nothing = || json!({});
    match reason {
        Reason::Anyone => visit(json!({"allow": "anyone"}), ""),
        Reason::Permitted => visit(nothing(), &provider.access(nothing())),
        Reason::Off => decided(request("GET", "/x", "", &[]), &provider.site(json!({"mode": "off"})), NOW),
        Reason::Preflight => preflight("https://app.example"),
        Reason::CorsOrigin => preflight("https://evil.example"),
        Reason::PassMade => {
            let play = json!({"path": "/play/{id}/*", "allow": "signed_in", "answer": {"pass": {"for": "/media/{id}/", "ttl": "1h"}}});
            let media = json!({"path": "/p/*", "allow": "pass", "gate": "function", "origin": "media"});
            let keys = json!({"keys": {"pass": [{"kid": "p", "key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]}});
            let site = provider.deployed(json!({"routes": [media, play]}), keys);
            let bearer = format!("Bearer {}", provider.access(nothing()));
            decided(request("GET", "/play/1/a", "", &[("authorization", &bearer)]), &site, NOW)
        }
        Reason::SignIn => at_sign_in("GET", "/_auth/sign-out", &[]),
        Reason::SignedOut => at_sign_in("GET", "/_auth/signed-out", &[]),
        Reason::SignedIn => signed_in(true),
        Reason::SignInFailed => signed_in(false),
        Reason::StateInvalid => at_sign_in("GET", "/_auth/callback", &[]),
        Reason::StillValid => {
            let cookie = format!("__Host-sd-access={}", provider.access(nothing()));
            at_sign_in("GET", "/_auth/refresh", &[("cookie", &cookie)])
        }
        Reason::Renewed => renewed(Some((200, renewed_tokens(nothing())))),
        Reason::RenewalFailed => renewed(Some((200, renewed_tokens(json!({"sub": "bob"}))))),
        Reason::ProviderUnavailable => renewed(None),
        Reason::NoToken => decided(request("GET", "/x", "", &[]), &provider.site(nothing()), NOW),
        Reason::AmbiguousCookie => {
            let cookie = "__Host-sd-access=a; __Host-sd-access=b";
            decided(request("GET", "/x", "", &[("cookie", cookie)]), &provider.site(nothing()), NOW)
        }
        Reason::TokenMalformed => visit(nothing(), "x"),
        Reason::TokenTooLarge => visit(nothing(), &"x".repeat(8193)),
        Reason::AlgNotAllowed => visit(nothing(), &with_header(json!({"alg": "none"}))),
        Reason::HeaderNotAllowed => visit(nothing(), &with_header(json!({"alg": "RS256"}))),
        Reason::KeyUnknown => visit(nothing(), &with_header(json!({"alg": "RS256", "kid": "other"}))),
        Reason::SignatureInvalid => visit(nothing(), &Provider::stranger().access(nothing())),
        Reason::IssuerUnknown => visit(nothing(), &provider.access(json!({"iss": "https://evil.example"}))),
        Reason::TokenExpired => visit(nothing(), &provider.access(json!({"exp": NOW - 900}))),
        Reason::TokenSignedOut => after_signing_out(),
        Reason::TokenNotYetValid => visit(nothing(), &provider.access(json!({"nbf": NOW + 900}))),
        Reason::TokenUseWrong => visit(nothing(), &provider.id(nothing())),
        Reason::ClientUnknown => visit(nothing(), &provider.access(json!({"client_id": "other"}))),
        Reason::ClaimMalformed => visit(nothing(), &provider.access(json!({"sub": 1}))),
        Reason::NotPermitted => visit(json!({"allow": {"groups_any": ["admins"]}}), &provider.access(nothing())),
        Reason::CrossSite => at_sign_in("POST", "/_auth/sign-out", &[("origin", "https://evil.example")]),
        Reason::PathNotCanonical => decided(request("GET", "/x//y", "", &[]), &provider.site(nothing()), NOW),
        Reason::MethodNotAllowed => decided(request("DELETE", "/x", "", &[]), &provider.site(nothing()), NOW),
        Reason::NoRoute => visit(json!({"path": "/y"}), ""),
        Reason::PassMalformed => {
            let route = json!({"path": "/p/*", "allow": "pass", "gate": "function", "origin": "media"});
            decided(request("GET", "/p/x/a", "", &[]), &provider.site(json!({"routes": [route]})), NOW)
        }
        Reason::PassKeyUnknown
        | Reason::PassSignatureInvalid
        | Reason::PassExpired
        | Reason::PassNotYetValid
        | Reason::PassPath
        | Reason::PassMethod
        | Reason::PassNetwork
        | Reason::PassRevoked
        | Reason::PassUnavailable => panic!("{reason} comes of a pass"),
        Reason::KeysUnavailable => without_keys(),
        Reason::EventMalformed => {
            let site = provider.site(nothing());
            decide_bytes(b"{}", &site, &mut Memory::new(&site), &at(NOW))
        }
    }
}

/// What `/x` comes to with this token, on a site whose one route has these changes.
fn visit(route: Value, token: &str) -> Verdict<'static> {
    let mut whole = json!({"path": "/*", "allow": "signed_in", "origin": "app"});
    whole.as_object_mut().unwrap().extend(route.as_object().unwrap().clone());
    let site = Provider::new().site(json!({"routes": [whole]}));
    decided(request("GET", "/x", "", &[("authorization", &format!("Bearer {token}"))]), &site, NOW)
}

fn at_sign_in(method: &str, uri: &str, headers: &[(&str, &str)]) -> Verdict<'static> {
    decided(request(method, uri, "", headers), &Provider::new().site(json!({})), NOW)
}

fn preflight(origin: &str) -> Verdict<'static> {
    let site = Provider::new().site(json!({"cors": {"allow_origins": ["https://app.example"]}}));
    let asked = [("origin", origin), ("access-control-request-method", "GET")];
    decided(request("OPTIONS", "/x", "", &asked), &site, NOW)
}

fn with_header(header: Value) -> String {
    let claims = json!({"iss": support::ISSUER, "sub": "alice", "exp": NOW + 900});
    Provider::new().sign(&header.to_string(), claims.to_string().as_bytes())
}

fn without_keys() -> Verdict<'static> {
    let provider = Provider::new();
    let issuer = json!({"kind": "cognito", "issuer": support::ISSUER, "clients": [support::CLIENT]});
    let site = provider.deployed(json!({}), json!({"issuers": [issuer]}));
    let bearer = format!("Bearer {}", provider.access(json!({})));
    decided(request("GET", "/x", "", &[("authorization", &bearer)]), &site, NOW)
}

fn after_signing_out() -> Verdict<'static> {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let mut memory = Memory::new(&site);
    let cookie = format!("__Host-sd-access={}", provider.access(json!({})));
    let visit = || request("GET", "/x", "", &[("cookie", &cookie)]);
    assert_eq!(decided_by(&mut memory, visit(), &site, NOW).reason, Reason::Permitted);
    let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let sign_out = request("POST", "/_auth/sign-out", "", &headers);
    assert_eq!(decided_by(&mut memory, sign_out, &site, NOW).reason, Reason::SignedOut);
    decided_by(&mut memory, visit(), &site, NOW)
}

fn asked(event: Event<'static>) -> TokenRequest {
    match decided(event, &Provider::new().site(json!({})), NOW).step {
        Step::AskTokens(request) => *request,
        other => panic!("nobody is asked for tokens but {other:?}"),
    }
}

/// A whole sign-in, with an ID token that belongs to it or not.
fn signed_in(own: bool) -> Verdict<'static> {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let redirect = answered(decided(request("GET", "/x", "", &[]), &site, NOW));
    let (_, query) = header(&redirect, "location").split_once('?').unwrap();
    let parameter = |name: &str| {
        let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        found.unwrap().to_owned()
    };
    let nonce = if own { parameter("nonce") } else { "another".to_owned() };
    let callback = format!("code=c&state={}", parameter("state"));
    let exchange = asked(request("GET", "/_auth/callback", &callback, &[("cookie", &cookies(&redirect)[0])]));
    let tokens = json!({"access_token": provider.access(json!({})), "id_token": provider.id(json!({"nonce": nonce}))});
    exchange.finish(Some((200, tokens.to_string().into_bytes())), &site, &mut Memory::new(&site), NOW)
}

fn renewed_tokens(claims: Value) -> Vec<u8> {
    json!({"access_token": Provider::new().access(claims)}).to_string().into_bytes()
}

/// A whole renewal, with what the provider answers.
fn renewed(answer: edge_auth::ProviderAnswer) -> Verdict<'static> {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let cookie =
        format!("__Host-sd-access={}; __Secure-sd-refresh=r", provider.access(json!({"exp": NOW - 900, "iat": 0})));
    let renewal = asked(request("GET", "/_auth/refresh", "to=/x", &[("cookie", &cookie)]));
    renewal.finish(answer, &site, &mut Memory::new(&site), NOW)
}
