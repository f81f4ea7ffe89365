//! The fixtures, by name.

use serde_json::{Value, json};

use crate::AT;
use crate::events::Event;
use crate::tokens::{self, ALICE, CLIENT, ISSUER, Signer};

/// Every fixture: file name and content.
pub fn all(signer: &Signer) -> Vec<(String, String)> {
    let mut cases = Vec::new();
    let groups = [
        open(signer),
        paths(signer),
        sources(signer),
        tokens_gone_wrong(signer),
        writes(signer),
        pages(signer),
        sign_in(signer),
    ];
    for (name, event) in groups.into_iter().flatten() {
        cases.push((format!("{name}.json"), format!("{:#}\n", event.json())));
    }
    cases.push(("by-hand.json".to_owned(), by_hand(signer)));
    let several = [
        Event::get("/health").json(),
        media("a.webp").json(),
        media("a.webp").bearer(&signer.access(json!({}))).json(),
    ];
    cases.push(("an-array-of-events.json".to_owned(), format!("{:#}\n", Value::from(several.to_vec()))));
    let lines: Vec<String> = several.iter().map(Value::to_string).collect();
    cases.push(("one-event-a-line.ndjson".to_owned(), format!("{}\n", lines.join("\n"))));
    cases
}

type Case = (&'static str, Event);

fn media(rest: &str) -> Event {
    Event::get(&format!("/media/{ALICE}/{rest}"))
}

fn open(signer: &Signer) -> Vec<Case> {
    let good = signer.access(json!({}));
    vec![
        ("open-health", Event::get("/health")),
        ("open-head", Event::get("/health").method("HEAD")),
        (
            "open-static-strips-own-cookies",
            Event::get("/static/app.css").cookie(format!("theme=dark; __Host-sd-access={good}; a=b")),
        ),
        (
            "open-static-strips-amplify-cookies",
            Event::get("/static/app.css")
                .cookie(format!("CognitoIdentityServiceProvider.{CLIENT}.alice.accessToken={good}")),
        ),
        ("open-static-strips-query-token", Event::get("/static/app.css").query(format!("v=3&token={good}"))),
        (
            "open-spoofed-headers-are-dropped",
            Event::get("/health")
                .header("X-Stagedoor-Token", "spoofed")
                .header("X_Stagedoor_User", "root")
                .header("x-stagedoor-host", "evil.example"),
        ),
        (
            "open-several-header-values",
            Event::get("/health").header("Accept", "application/json").header("Accept", "text/html;q=0.5"),
        ),
        ("open-ipv6-client", Event::get("/health").client_ip("2001:db8:85a3::8a2e:370:7334")),
        ("open-query-bytes-stay", Event::get("/health").query("q=a+b%26c&&empty=&plus=%2B&%74oken=x&last")),
        ("preflight-allowed-origin", preflight("/api/media", "https://app.example.com")),
        ("preflight-foreign-origin", preflight("/api/media", "https://evil.example.com")),
        ("refusal-with-cors", Event::get("/api/media").header("Origin", "https://app.example.com")),
        ("refusal-without-cors", Event::get("/api/media").header("Origin", "https://app.example.com.evil.example")),
    ]
}

fn preflight(uri: &str, origin: &str) -> Event {
    Event::get(uri)
        .method("OPTIONS")
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "content-type,authorization")
}

fn paths(signer: &Signer) -> Vec<Case> {
    let good = signer.access(json!({}));
    let spaced = signer.access(json!({"sub": "alice of space"}));
    let with = |uri: &str| Event::get(uri).bearer(&good);
    vec![
        ("path-double-slash", with(&format!("//media/{ALICE}/a.webp"))),
        ("path-dot-segment", with(&format!("/media/bob/../{ALICE}/a.webp"))),
        ("path-encoded-dot-segment", with(&format!("/media/bob/%2e%2e/{ALICE}/a.webp"))),
        ("path-encoded-slash", with(&format!("/media/{ALICE}%2fa.webp"))),
        ("path-backslash", with(&format!("/media\\{ALICE}/a.webp"))),
        ("path-encoded-backslash", with(&format!("/media%5c{ALICE}/a.webp"))),
        ("path-encoded-letter", with(&format!("/%6dedia/{ALICE}/a.webp"))),
        ("path-bad-escape", with(&format!("/media/{ALICE}/%zz.webp"))),
        ("path-encoded-nul", with(&format!("/media/{ALICE}/a%00.webp"))),
        ("path-invalid-utf8", with(&format!("/media/{ALICE}/%ff.webp"))),
        ("path-raw-plus-on-media", with(&format!("/media/{ALICE}/a+b.webp"))),
        ("path-raw-plus-on-app", with("/api/a+b")),
        ("path-encoded-plus-on-media", with(&format!("/media/{ALICE}/a%2Bb.webp"))),
        ("path-semicolon-is-another-segment", with(&format!("/media/{ALICE};x/a.webp"))),
        ("path-case-is-another-route", with(&format!("/Media/{ALICE}/a.webp"))),
        ("path-trailing-dots-are-another-segment", with(&format!("/media/{ALICE}../a.webp"))),
        ("path-segment-is-decoded-once", Event::get("/media/alice%20of%20space/a.webp").bearer(&spaced)),
        ("path-segment-is-not-decoded-twice", Event::get("/media/alice%2520of%2520space/a.webp").bearer(&spaced)),
        ("path-owner-of-another", with("/media/bob/a.webp")),
        ("path-owner-prefix-is-not-enough", with(&format!("/media/{ALICE}x/a.webp"))),
        ("path-behaviour-without-exact-route", with("/x/a/b/y")),
    ]
}

fn sources(signer: &Signer) -> Vec<Case> {
    let good = signer.access(json!({}));
    let expired = signer.access(json!({"exp": AT - 100}));
    let cookie = |token: &str| format!("__Host-sd-access={token}");
    let amplify = |user: &str| format!("CognitoIdentityServiceProvider.{CLIENT}.{user}");
    vec![
        ("token-in-cookie", media("a.webp").cookie(format!("theme=dark; {}; lang=en", cookie(&good)))),
        (
            "token-in-one-of-several-cookie-headers",
            media("a.webp").cookie("theme=dark").cookie(cookie(&good)).cookie("lang=en"),
        ),
        ("token-in-bearer", media("video.mp4").bearer(&good).header("Range", "bytes=0-1023")),
        ("token-in-bearer-lower-case-scheme", media("a.webp").header("Authorization", format!("bearer {good}"))),
        ("token-in-query", media("a.webp").query(format!("token={good}"))),
        (
            "token-in-query-between-plus-and-ampersand",
            Event::get("/api/media").query(format!("q=a+b%26c&token={good}&x=%20y&&z")),
        ),
        (
            "token-in-amplify-cookies",
            media("a.webp").cookie(format!(
                "{}={good}; {}=alice",
                amplify("alice.accessToken"),
                amplify("LastAuthUser")
            )),
        ),
        (
            "token-of-amplifys-other-user",
            media("a.webp").cookie(format!("{}={good}; {}=bob", amplify("alice.accessToken"), amplify("LastAuthUser"))),
        ),
        ("two-cookies-agree", media("a.webp").cookie(format!("{}; {}", cookie(&good), cookie(&good)))),
        ("two-cookies-differ", media("a.webp").cookie(cookie(&good)).cookie(cookie(&expired))),
        (
            "two-cookies-differ-but-bearer-is-good",
            media("a.webp").cookie(format!("{}; {}", cookie(&good), cookie(&expired))).bearer(&good),
        ),
        ("second-candidate-is-good", media("a.webp").cookie(cookie(&expired)).bearer(&good)),
        ("no-candidate-is-good", media("a.webp").cookie(cookie(&expired)).bearer("garbage")),
        ("basic-authorization-is-no-token", media("a.webp").header("Authorization", "Basic YWxpY2U6c2VjcmV0")),
        ("no-token", media("a.webp")),
    ]
}

fn tokens_gone_wrong(signer: &Signer) -> Vec<Case> {
    let api = |token: String| Event::get("/api/media").bearer(&token);
    let access = |changes: Value| api(signer.access(changes));
    let header = |changes: Value| api(signer.token(changes, json!({})));
    let good = signer.access(json!({}));
    let (body, signature) = good.rsplit_once('.').unwrap_or_default();
    // Another first letter keeps the encoding canonical.
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    let flipped = format!("{other}{}", signature.get(1..).unwrap_or_default());
    let claims = tokens::claims().to_string();
    let twice = format!("{},\"sub\":\"root\"}}", claims.trim_end_matches('}'));
    let deep = format!("{},\"x\":{}{}}}", claims.trim_end_matches('}'), "[".repeat(70), "]".repeat(70));
    let plain_header = br#"{"kid":"fixture-key","alg":"RS256"}"#;
    vec![
        ("token-expired", access(json!({"exp": AT - 31}))),
        ("token-expired-within-leeway", access(json!({"exp": AT - 29}))),
        ("token-expired-exactly-at-leeway", access(json!({"exp": AT - 30}))),
        ("token-without-exp", access(json!({"exp": null}))),
        ("token-exp-is-text", access(json!({"exp": (AT + 300).to_string()}))),
        ("token-nbf-ahead", access(json!({"nbf": AT + 31}))),
        ("token-iat-a-day-ahead", access(json!({"iat": AT + 86_400}))),
        ("token-iat-within-leeway", access(json!({"iat": AT + 30}))),
        ("token-use-id", access(json!({"token_use": "id", "aud": CLIENT}))),
        ("token-use-missing", access(json!({"token_use": null}))),
        ("token-client-of-another-app", access(json!({"client_id": "3otherclient"}))),
        ("token-client-as-list", access(json!({"client_id": [CLIENT]}))),
        ("token-issuer-lookalike", access(json!({"iss": format!("{ISSUER}.evil.example")}))),
        ("token-issuer-with-slash", access(json!({"iss": format!("{ISSUER}/")}))),
        ("token-groups-as-text", access(json!({"cognito:groups": "admins"}))),
        ("token-alg-none", api(tokens::unsigned(&json!({"kid": "fixture-key", "alg": "none"})))),
        ("token-alg-hs256", header(json!({"alg": "HS256"}))),
        ("token-alg-missing", header(json!({"alg": null}))),
        ("token-crit", header(json!({"crit": ["b64"], "b64": false}))),
        ("token-zip", header(json!({"zip": "DEF"}))),
        ("token-typ-foreign", header(json!({"typ": "dpop+jwt"}))),
        ("token-typ-at-jwt", header(json!({"typ": "AT+jwt"}))),
        ("token-kid-unknown", header(json!({"kid": "another"}))),
        ("token-kid-missing", header(json!({"kid": null}))),
        ("token-jwk-in-header-is-not-followed", header(json!({"kid": "own", "jwk": signer.jwks().pointer("/keys/0")}))),
        ("token-signature-of-something-else", api(format!("{body}.{flipped}"))),
        ("token-signature-missing", api(format!("{body}."))),
        ("token-two-parts", api(body.to_owned())),
        ("token-four-parts", api(format!("{good}.x"))),
        ("token-padded", api(signer.padded())),
        ("token-duplicate-key", api(signer.sign(plain_header, twice.as_bytes()))),
        ("token-nested-too-deep", api(signer.sign(plain_header, deep.as_bytes()))),
        ("token-payload-is-a-list", api(signer.sign(plain_header, b"[]"))),
        ("token-too-large", access(json!({"pad": "x".repeat(8192)}))),
        ("token-garbage", api("....".to_owned())),
    ]
}

fn writes(signer: &Signer) -> Vec<Case> {
    let good = signer.access(json!({}));
    let admin = signer.access(json!({"cognito:groups": ["editors", "admins"]}));
    let lookalike = signer.access(json!({"cognito:groups": ["Admins", "admins "]}));
    let post = || Event::get("/api/uploads").method("POST").header("Content-Type", "application/json");
    let cookie = format!("__Host-sd-access={good}");
    vec![
        ("write-by-bearer", post().bearer(&good)),
        ("write-by-cookie-same-origin", post().cookie(&cookie).header("Sec-Fetch-Site", "same-origin")),
        ("write-by-cookie-same-site-is-not-enough", post().cookie(&cookie).header("Sec-Fetch-Site", "same-site")),
        (
            "write-by-cookie-cross-site",
            post().cookie(&cookie).header("Sec-Fetch-Site", "cross-site").header("Origin", "https://app.example.com"),
        ),
        (
            "write-by-cookie-own-origin",
            post().cookie(&cookie).header("Origin", "https://d111111abcdef8.cloudfront.net"),
        ),
        ("write-by-cookie-allowed-origin", post().cookie(&cookie).header("Origin", "https://app.example.com")),
        ("write-by-cookie-without-origin", post().cookie(&cookie)),
        ("write-where-only-reading-is", media("a.webp").method("PUT").bearer(&good)),
        ("write-with-odd-method", Event::get("/api/uploads").method("TRACE").bearer(&good)),
        ("admin-in-group", Event::get("/admin/people").bearer(&admin)),
        ("admin-not-in-group", Event::get("/admin/people").bearer(&good)),
        ("admin-in-groups-that-look-alike", Event::get("/admin/people").bearer(&lookalike)),
        ("admin-navigation-not-in-group", Event::navigation("/admin/people").cookie(cookie.clone())),
    ]
}

fn pages(signer: &Signer) -> Vec<Case> {
    let expired = signer.access(json!({"exp": AT - 100}));
    let good = signer.access(json!({}));
    vec![
        ("page-signed-in", Event::navigation("/").cookie(format!("__Host-sd-access={good}"))),
        ("page-without-token", Event::navigation("/watch/1").query("t=30&list=a+b")),
        ("page-without-token-drops-token-from-return", Event::navigation("/").query("token=stale&t=30")),
        ("page-with-expired-token", Event::navigation("/").cookie(format!("__Host-sd-access={expired}"))),
        ("page-head", Event::navigation("/").method("HEAD")),
        (
            "page-asked-by-script",
            Event::get("/")
                .header("Sec-Fetch-Mode", "cors")
                .header("Sec-Fetch-Dest", "empty")
                .header("Accept", "text/html"),
        ),
        ("page-in-a-frame", Event::get("/").header("Sec-Fetch-Mode", "navigate").header("Sec-Fetch-Dest", "iframe")),
        ("page-by-accept-alone", Event::get("/").header("Accept", "text/html")),
        (
            "page-with-five-attempts-under-way",
            Event::navigation("/")
                .cookie((1..=5).map(|n| format!("__Host-sd-try-000000000{n}aaaa=x")).collect::<Vec<_>>().join("; ")),
        ),
        ("page-of-a-host-that-is-none", {
            let mut event = Event::navigation("/");
            event = event.header("Host", "second.example.com");
            event
        }),
    ]
}

fn sign_in(signer: &Signer) -> Vec<Case> {
    let session = format!("__Host-sd-access={}; __Secure-sd-refresh=opaque-refresh-token", signer.access(json!({})));
    vec![
        ("auth-callback-without-state", Event::navigation("/_auth/callback").query("code=abc")),
        ("auth-callback-with-forged-state", Event::navigation("/_auth/callback").query("code=abc&state=fixture.AAAA")),
        (
            "auth-callback-error-is-not-reflected",
            Event::navigation("/_auth/callback").query("error=%3Cscript%3E&error_description=pwned&state=x"),
        ),
        ("auth-sign-out-button", Event::navigation("/_auth/sign-out").cookie(&session)),
        (
            "auth-sign-out",
            Event::get("/_auth/sign-out").method("POST").header("Sec-Fetch-Site", "same-origin").cookie(&session),
        ),
        (
            "auth-sign-out-by-own-origin",
            Event::get("/_auth/sign-out")
                .method("POST")
                .header("Origin", "https://d111111abcdef8.cloudfront.net")
                .cookie(&session),
        ),
        (
            "auth-sign-out-cross-site",
            Event::get("/_auth/sign-out").method("POST").header("Sec-Fetch-Site", "cross-site").cookie(&session),
        ),
        (
            "auth-sign-out-without-cookies",
            Event::get("/_auth/sign-out").method("POST").header("Sec-Fetch-Site", "same-origin"),
        ),
        ("auth-signed-out", Event::navigation("/_auth/signed-out")),
        ("auth-unknown-address", Event::get("/_auth/nothing")),
        ("auth-wrong-method", Event::get("/_auth/callback").method("DELETE")),
    ]
}

/// As people write them: no `config`, no `key` in a header.
fn by_hand(signer: &Signer) -> String {
    let token = signer.access(json!({}));
    format!(
        r#"{{"Records":[{{"cf":{{"request":{{"uri":"/video.mp4","method":"GET","querystring":"token={token}","headers":{{"origin":[{{"value":"https://app.example.com"}}]}}}}}}}}]}}
"#
    )
}
