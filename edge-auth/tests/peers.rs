//! Defects that were found in the best-known authorizers, one test each, named after what went wrong there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use edge_auth::config::EdgeConfig;
use edge_auth::event::{Outcome, Response};
use edge_auth::log::{Decided, LogLine};
use edge_auth::{Memory, Reason, Step, Verdict, decide};
use serde_json::{Value, json};
use support::{CLIENT, ISSUER, NOW, Provider, answered, at, cookies, decided, decided_by, header, request};

struct Begun {
    cookie: String,
    location: String,
    state: String,
}

fn begin(site: &EdgeConfig, uri: &str, query: &str) -> Begun {
    let redirect = answered(decided(request("GET", uri, query, &[]), site, NOW));
    let location = header(&redirect, "location").to_owned();
    let state = location.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    Begun { cookie: cookies(&redirect).remove(0), location, state }
}

fn callback(site: &EdgeConfig, query: &str, cookie: &str) -> Verdict<'static> {
    decided(request("GET", "/_auth/callback", query, &[("cookie", cookie)]), site, NOW)
}

fn bearer(site: &EdgeConfig, token: &str) -> Reason {
    decided(request("GET", "/a", "", &[("authorization", &format!("Bearer {token}"))]), site, NOW).reason
}

fn signed(provider: &Provider, header: &Value, claims: &Value) -> String {
    provider.sign(&header.to_string(), claims.to_string().as_bytes())
}

fn claims() -> Value {
    json!({"sub": "alice", "iss": ISSUER, "exp": NOW + 900, "token_use": "access", "client_id": CLIENT})
}

fn same_origin_sign_out(cookie: Option<&str>) -> edge_auth::event::Event<'static> {
    let mut headers = vec![("sec-fetch-site", "same-origin")];
    headers.extend(cookie.map(|c| ("cookie", c)));
    request("POST", "/_auth/sign-out", "", &headers)
}

fn lands_here(response: &Response) {
    let location = header(response, "location");
    assert!(location.starts_with('/') && !location.starts_with("//") && !location.starts_with("/\\"), "{location}");
}

// --- cognito-at-edge ---------------------------------------------------------------------------------------------------

#[test]
fn a_code_with_a_foreign_state_is_not_exchanged() {
    let site = Provider::new().site(json!({}));
    let (own, foreign) = (begin(&site, "/", ""), begin(&site, "/", ""));
    for (state, cookie) in [(&foreign.state, &own.cookie), (&"eyJub25jZSI6IngifQ".to_owned(), &own.cookie)] {
        let verdict = callback(&site, &format!("code=c&state={state}"), cookie);
        assert_eq!(verdict.reason, Reason::StateInvalid);
        assert!(matches!(verdict.step, Step::Done(Outcome::Respond(_))));
    }
}

#[test]
fn the_code_challenge_that_belongs_to_the_verifier_is_sent() {
    let site = Provider::new().site(json!({}));
    let begun = begin(&site, "/", "");
    let challenge = begun.location.split("code_challenge=").nth(1).unwrap().split('&').next().unwrap();
    let Step::AskTokens(asked) = callback(&site, &format!("code=c&state={}", begun.state), &begun.cookie).step else {
        panic!("no exchange");
    };
    let verifier = asked.form.split("code_verifier=").nth(1).unwrap().split('&').next().unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
    let expected = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest);
    assert_eq!(challenge, expected);
}

#[test]
fn no_redirect_target_of_a_link_leads_away() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    for query in ["redirect_uri=https://evil.example", "to=https://evil.example", "to=%2F%2Fevil.example"] {
        let begun = begin(&site, "/", query);
        assert!(begun.location.contains("redirect_uri=https%3A%2F%2Fmedia.example%2F_auth%2Fcallback"));
        let mut event = same_origin_sign_out(None);
        event.records[0].cf.request.querystring = query.into();
        let answer = answered(decided(event, &site, NOW));
        let to = header(&answer, "location");
        assert!(to.starts_with("https://auth.example/logout?") && !to.contains("evil"), "{to}");
        let good = format!("__Host-sd-access={}", provider.access(json!({})));
        let renewal = request("GET", "/_auth/refresh", query, &[("cookie", &good)]);
        lands_here(&answered(decided(renewal, &site, NOW)));
    }
    // The wanted page itself, when it looks like another host.
    for uri in ["//evil.example/", "/\\evil.example"] {
        assert_eq!(decided(request("GET", uri, "", &[]), &site, NOW).reason, Reason::PathNotCanonical);
    }
}

#[test]
fn the_error_page_prints_nothing_that_was_computed_from_the_request() {
    let site = Provider::new().site(json!({}));
    let own = begin(&site, "/", "");
    let mut bodies = Vec::new();
    for nonce in ["chosen-by-an-attacker", "and-a-second-one"] {
        let page = answered(callback(&site, &format!("code=c&state={nonce}&nonce={nonce}"), &own.cookie));
        assert_eq!(page.status, "400");
        assert!(!page.body.contains(nonce));
        bodies.push(page.body);
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[test]
fn only_the_sign_out_path_itself_signs_out() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let cookie = format!("__Host-sd-access={}", provider.access(json!({})));
    for path in ["/_auth/sign-out/x", "/_auth/sign-outs", "/_auth/sign-out-of-here", "/sign-out", "/_auth/sign-out.mp4"]
    {
        let event = request("POST", path, "", &[("cookie", &cookie), ("sec-fetch-site", "same-origin")]);
        let verdict = decided(event, &site, NOW);
        assert_ne!(verdict.reason, Reason::SignedOut, "{path}");
        if let Step::Done(Outcome::Respond(answer)) = verdict.step {
            assert!(!answer.headers.contains("set-cookie"), "{path}");
        }
    }
}

#[test]
fn signing_out_without_a_cookie_and_coming_back_without_a_state_are_answered() {
    let site = Provider::new().site(json!({}));
    let verdict = decided(same_origin_sign_out(None), &site, NOW);
    assert_eq!(verdict.reason, Reason::SignedOut);
    assert_eq!(answered(verdict).status, "303");
    for query in ["", "code=c", "code=c&state=", "state=a&state=b&code=c"] {
        let verdict = callback(&site, query, "");
        assert_eq!(verdict.reason, Reason::StateInvalid, "{query}");
        assert_eq!(answered(verdict).status, "400", "{query}");
    }
}

#[test]
fn a_refusal_of_the_provider_ends_on_a_page_and_does_not_loop() {
    let site = Provider::new().site(json!({}));
    let begun = begin(&site, "/", "");
    let verdict = callback(&site, &format!("error=access_denied&state={}", begun.state), &begun.cookie);
    assert_eq!(verdict.reason, Reason::SignInFailed);
    let page = answered(verdict);
    assert!(page.status == "403" && !page.headers.contains("location"));
    // Without a state of ours it is a page as well.
    assert!(!answered(callback(&site, "error=access_denied", "")).headers.contains("location"));
}

#[test]
fn neither_the_first_nor_the_last_of_two_different_session_cookies_wins() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let (alice, bob) = (provider.access(json!({})), provider.access(json!({"sub": "bob"})));
    for (first, second) in [(&alice, &bob), (&bob, &alice)] {
        let cookie = format!("__Host-sd-access={first}; __Host-sd-access={second}");
        assert_eq!(
            decided(request("GET", "/a", "", &[("cookie", &cookie)]), &site, NOW).reason,
            Reason::AmbiguousCookie
        );
    }
}

#[test]
fn a_renewal_keeps_the_query_string() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let cookie = format!("__Host-sd-access={}", provider.access(json!({"exp": NOW - 60})));
    let redirect = answered(decided(request("GET", "/a", "x=1&y=%26", &[("cookie", &cookie)]), &site, NOW));
    assert_eq!(header(&redirect, "location"), "/_auth/refresh?to=%2Fa%3Fx%3D1%26y%3D%2526");
}

#[test]
fn the_log_of_a_failed_exchange_holds_no_secret_code_or_token() {
    let provider = Provider::new();
    let secret = json!({"sign_in": {"authorize": "https://auth.example/authorize", "token": "https://auth.example/token",
        "client_id": CLIENT, "client_secret": "client-secret-5f1e"}});
    let site = provider.deployed(json!({}), secret);
    let begun = begin(&site, "/private/page", "q=secret-query");
    let Step::AskTokens(asked) = callback(&site, &format!("code=code-77aa&state={}", begun.state), &begun.cookie).step
    else {
        panic!("no exchange");
    };
    assert!(asked.authorization.as_ref().unwrap().starts_with("Basic "));
    let verdict =
        asked.finish(Some((400, b"{\"error\":\"refresh-token-1b2c\"}".to_vec())), &site, &mut Memory::new(&site), NOW);
    let Verdict { step: Step::Done(outcome), reason, route, subject, checks } = verdict else { panic!("not ended") };
    let checks = serde_json::to_string(&checks).unwrap();
    let decided = Decided { outcome, reason, route, subject };
    let line = serde_json::to_string(&LogLine::new("id", &decided, 5)).unwrap();
    let (cookie_value, state) = (begun.cookie.split('=').nth(1).unwrap(), begun.state.as_str());
    for secret in ["client-secret-5f1e", "code-77aa", "refresh-token-1b2c", "secret-query", cookie_value, state] {
        assert!(!line.contains(secret) && !checks.contains(secret), "{secret} is in the log: {line}");
    }
    assert!(line.contains("\"reason\":\"sign_in_failed\""));
}

#[test]
fn every_cookie_is_out_of_reach_of_scripts_and_of_other_sites() {
    let site = Provider::new().site(json!({}));
    let redirect = answered(decided(request("GET", "/", "", &[]), &site, NOW));
    let out = answered(decided(same_origin_sign_out(None), &site, NOW));
    let lines: Vec<&str> = redirect.headers.values("set-cookie").chain(out.headers.values("set-cookie")).collect();
    assert_eq!(lines.len(), 3);
    for line in lines {
        assert!(line.ends_with("; HttpOnly; Secure; SameSite=Lax"), "{line}");
        assert!(line.starts_with("__Host-") || line.starts_with("__Secure-"), "{line}");
        assert!(!line.contains("Domain"), "{line}");
    }
}

// --- cloudfront-authorization-at-edge ----------------------------------------------------------------------------------

#[test]
fn a_garbage_session_cookie_does_not_stop_a_sign_out() {
    let site = Provider::new().site(json!({}));
    for garbage in ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "%00", "=", "\u{e9}"] {
        let cookie = format!("__Host-sd-access={garbage}; CognitoIdentityServiceProvider.client.x.idToken={garbage}");
        let verdict = decided(same_origin_sign_out(Some(&cookie)), &site, NOW);
        assert_eq!(verdict.reason, Reason::SignedOut, "{garbage}");
    }
}

#[test]
fn a_preflight_is_answered_and_not_redirected() {
    let site = Provider::new().site(json!({"cors": {"allow_origins": ["https://app.example"]}}));
    let ask = |origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", "authorization"),
        ];
        answered(decided(request("OPTIONS", "/api/x", "", &headers), &site, NOW))
    };
    let allowed = ask("https://app.example");
    assert_eq!(allowed.status, "204");
    assert_eq!(header(&allowed, "access-control-allow-origin"), "https://app.example");
    assert_eq!(header(&allowed, "access-control-allow-credentials"), "true");
    assert_eq!(header(&allowed, "access-control-allow-headers"), "authorization");
    assert_eq!(header(&allowed, "vary"), "Origin");
    for stranger in ["https://evil.example", "null", "https://app.example.evil.example", "http://app.example"] {
        let refused = ask(stranger);
        assert_eq!(refused.status, "403", "{stranger}");
        assert!(!refused.headers.contains("access-control-allow-origin"), "{stranger}");
    }
}

#[test]
fn a_refusal_has_a_status_that_no_custom_error_page_can_turn_into_content() {
    // CloudFront's custom error responses replace answers of the origin; what the function answers goes out as it is, and
    // is never stored. 401 has no custom error page at all.
    let site = Provider::new().site(json!({}));
    for (method, expected) in [("POST", "405"), ("GET", "401")] {
        let event = request(method, "/a", "", &[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")]);
        let refused = answered(decided(event, &site, NOW));
        assert_eq!(refused.status, expected, "{method}");
        assert_eq!(header(&refused, "cache-control"), "no-store");
    }
}

// --- aws-jwt-verify ----------------------------------------------------------------------------------------------------

#[test]
fn a_token_without_an_end_is_refused() {
    let provider = Provider::new();
    assert_eq!(bearer(&provider.site(json!({})), &provider.access(json!({"exp": null}))), Reason::ClaimMalformed);
    let mut endless = claims();
    endless.as_object_mut().unwrap().remove("exp");
    let token = signed(&provider, &json!({"alg": "RS256", "kid": "k"}), &endless);
    assert_eq!(bearer(&provider.site(json!({})), &token), Reason::ClaimMalformed);
}

#[test]
fn a_token_issued_tomorrow_is_refused() {
    let provider = Provider::new();
    let token = provider.access(json!({"iat": NOW + 86_400, "exp": NOW + 90_000}));
    assert_eq!(bearer(&provider.site(json!({})), &token), Reason::TokenNotYetValid);
}

#[test]
fn a_foreign_typ_a_critical_extension_and_an_unencoded_payload_are_refused() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    for extra in [
        json!({"typ": "dpop+jwt"}),
        json!({"typ": "secevent+jwt"}),
        json!({"typ": 1}),
        json!({"crit": ["exp"]}),
        json!({"crit": []}),
        json!({"b64": false}),
        json!({"b64": true}),
    ] {
        let mut header = json!({"alg": "RS256", "kid": "k"});
        header.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        assert_eq!(bearer(&site, &signed(&provider, &header, &claims())), Reason::HeaderNotAllowed, "{extra}");
    }
}

#[test]
fn padded_and_non_canonical_base64url_is_refused() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let token = provider.access(json!({}));
    assert_eq!(bearer(&site, &token), Reason::Permitted);
    let (rest, last) = token.split_at(token.len() - 1);
    // 256 bytes end in a character of which only two bits count: its successor decodes alike elsewhere.
    let next = char::from(last.as_bytes()[0] + 1);
    for bent in [format!("{token}=="), format!("{token}="), format!("{rest}{next}"), token.replace('.', "=.")] {
        assert_eq!(bearer(&site, &bent), Reason::TokenMalformed, "{bent}");
    }
}

#[test]
fn duplicate_keys_in_header_or_payload_are_refused() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let payload = claims().to_string();
    let twice = payload.replacen('{', "{\"sub\":\"bob\",", 1);
    assert_eq!(bearer(&site, &provider.sign(r#"{"alg":"RS256","kid":"k"}"#, twice.as_bytes())), Reason::TokenMalformed);
    let header = r#"{"alg":"none","kid":"k","alg":"RS256"}"#;
    assert_eq!(bearer(&site, &provider.sign(header, payload.as_bytes())), Reason::TokenMalformed);
}

#[test]
fn a_hundred_verifications_with_the_endpoint_down_cost_one_fetch() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    let mut memory = Memory::new(&site);
    let mut fetches = 0;
    for n in 0..100 {
        let token = signed(&provider, &json!({"alg": "RS256", "kid": format!("unknown-{n}")}), &claims());
        let event = request("GET", "/a", "", &[("authorization", &format!("Bearer {token}"))]);
        let mut verdict = decide(event, &site, &mut memory, &at(NOW));
        while let Step::FetchKeys(fetch) = verdict.step {
            fetches += 1;
            verdict = fetch.finish(None, &site, &mut memory, &at(NOW));
        }
        assert_eq!(verdict.reason, Reason::KeyUnknown);
    }
    assert_eq!(fetches, 1);
}

#[test]
fn a_withdrawn_key_is_trusted_no_longer_than_until_the_next_fetch() {
    let (provider, next) = (Provider::new(), Provider::stranger());
    let site = provider.site(json!({}));
    let mut memory = Memory::new(&site);
    let token = provider.access(json!({"exp": NOW + 10 * 86_400}));
    let event = || request("GET", "/a", "", &[("authorization", &format!("Bearer {token}"))]);
    assert_eq!(decided_by(&mut memory, event(), &site, NOW).reason, Reason::Permitted);
    // A token that is remembered needs no key; the next unknown one refreshes the set.
    let other = provider.access(json!({"exp": NOW + 10 * 86_400, "jti": 2}));
    let late = request("GET", "/a", "", &[("authorization", &format!("Bearer {other}"))]);
    let Step::FetchKeys(fetch) = decide(late, &site, &mut memory, &at(NOW + 2 * 86_400)).step else {
        panic!("old keys are not fetched again");
    };
    let answer = Some((200, next.jwks("new").to_string().into_bytes()));
    assert_eq!(fetch.finish(answer, &site, &mut memory, &at(NOW + 2 * 86_400)).reason, Reason::KeyUnknown);
    assert_eq!(decided_by(&mut memory, event(), &site, NOW + 2 * 86_400).reason, Reason::KeyUnknown);
}

// --- secure-media-delivery-at-the-edge, as far as it concerns tokens; passes: local/tests/function/peers.rs -----------------

#[test]
fn a_key_is_never_found_among_the_properties_of_an_object() {
    let provider = Provider::new();
    let site = provider.site(json!({}));
    for kid in ["__proto__", "constructor", "toString", "hasOwnProperty", "0", "keys"] {
        let token = signed(&provider, &json!({"alg": "RS256", "kid": kid}), &claims());
        assert_eq!(bearer(&site, &token), Reason::KeyUnknown, "{kid}");
    }
}

#[test]
fn a_path_is_compared_by_whole_segments() {
    let provider = Provider::new();
    let routes = json!([{"path": "/media/{owner}/*", "allow": {"claim": "sub", "equals_path": "owner"}, "origin": "media", "cache": "media"}]);
    let site = provider.site(json!({"routes": routes}));
    let cookie = format!("__Host-sd-access={}", provider.access(json!({})));
    for (path, reason) in [
        ("/media/alice/a.mp4", Reason::Permitted),
        ("/media/alice2/a.mp4", Reason::NotPermitted),
        ("/media/alic/a.mp4", Reason::NotPermitted),
        ("/media/Alice/a.mp4", Reason::NotPermitted),
        ("/media/alice", Reason::NoRoute),
    ] {
        assert_eq!(decided(request("GET", path, "", &[("cookie", &cookie)]), &site, NOW).reason, reason, "{path}");
    }
}

#[test]
fn a_missing_claim_or_segment_switches_no_check_off() {
    let provider = Provider::new();
    let routes = json!([{"path": "/{owner}/*", "allow": {"claim": "tenant", "equals_path": "owner"}, "origin": "app"}]);
    let site = provider.site(json!({"routes": routes}));
    for (claim, reason) in [
        (json!({}), Reason::NotPermitted),
        (json!({"tenant": null}), Reason::ClaimMalformed),
        (json!({"tenant": ""}), Reason::NotPermitted),
        (json!({"tenant": ["acme"]}), Reason::ClaimMalformed),
        (json!({"tenant": "acme"}), Reason::Permitted),
    ] {
        let cookie = format!("__Host-sd-access={}", provider.access(claim.clone()));
        let verdict = decided(request("GET", "/acme/x", "", &[("cookie", &cookie)]), &site, NOW);
        assert_eq!(verdict.reason, reason, "{claim}");
    }
}
