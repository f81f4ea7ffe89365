//! What requests are made of: often what the decision reads, sometimes anything at all.

use edge_auth::ProviderAnswer;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::sites::{EXPIRED, SITES, TOKENS};
use crate::support::NOW;

/// What the provider answers, should it be asked.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    pub keys: ProviderAnswer,
    pub tokens: ProviderAnswer,
}

/// Most often the first site, which enforces and takes tokens from everywhere.
pub fn site() -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(0), 3 => 0..SITES.len()]
}

pub fn method() -> impl Strategy<Value = String> {
    let known = vec!["HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", ""];
    prop_oneof![12 => Just("GET".to_owned()), 5 => select(known).prop_map(str::to_owned), 1 => ".{0,5}"]
}

pub fn path() -> impl Strategy<Value = String> {
    let known = vec![
        "/",
        "/x",
        "/health",
        "/login",
        "/static/app.js",
        "/p/pass/media/a",
        "/play/alice/1",
        "/media/alice/1",
        "/media/alice/1",
        "/media/root/1",
        "/media/mallo/1",
        "/media/alice",
        "/admin/users",
        "/admin/users",
        "/api/me",
        "/api/me",
        "/go/there",
        "/a%20b",
        "/a+b",
        "/_auth/callback",
        "/_auth/refresh",
        "/_auth/sign-out",
        "/_auth/signed-out",
        "/_auth/x",
        "/_auth",
    ];
    let odd = vec![
        "/static/../admin/x",
        "/static/%2e%2e/admin/x",
        "/static/..%2fadmin/x",
        "/health/../admin/x",
        "/HEALTH",
        "/health/",
        "/media/al%69ce/1",
        "/media//1",
        "/media/alice+/1",
        "/_auth/",
        "/a b",
        "*",
        "",
    ];
    let pieces = vec![
        "/", "/", "/", "a", "alice", "root", "media", "static", "admin", "health", "play", "_auth", ".", "..", "%2f",
        "%2F", "%2e", "%5c", "%00", "%41", "%20", "%c3%a9", "%ff", "%", "%4", "%zz", "+", "%2B", ";", "?", "#", "\\",
        "\0", "é", "\u{202e}",
    ];
    prop_oneof![
        14 => select(known).prop_map(str::to_owned),
        2 => select(odd).prop_map(str::to_owned),
        2 => vec(select(pieces), 0..8).prop_map(|pieces| format!("/{}", pieces.concat())),
        1 => any::<String>(),
    ]
}

fn token() -> impl Strategy<Value = String> {
    // The last is the best: half of all requests come with a good token.
    let last = TOKENS.len() - 1;
    prop_oneof![0..TOKENS.len(), Just(last)].prop_map(|at| TOKENS[at].text.clone())
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z0-9]{0,6}", 1 => "[ -~]{0,12}", 1 => "\\PC{0,6}", 1 => any::<String>()]
}

pub fn query() -> impl Strategy<Value = String> {
    let names =
        vec!["token", "%74oken", "t%6Fken", "Token", "token[]", "access_token", "access%5Ftoken", "tok", "%74oke%6e"];
    let ours = (select(names), prop_oneof![token(), token().prop_map(|t| t.replace('.', "%2e")), word()]);
    let others = (select(vec!["to", "code", "state", "error", "a", "", "%", "to%ken"]), word());
    let pair = prop_oneof![
        3 => ours.prop_map(|(name, value)| format!("{name}={value}")),
        3 => others.prop_map(|(name, value)| format!("{name}={value}")),
        1 => word(),
    ];
    prop_oneof![1 => Just(String::new()), 3 => vec(pair, 0..5).prop_map(|pairs| pairs.join("&"))]
}

pub fn cookie() -> impl Strategy<Value = String> {
    let names = vec![
        "__Host-sd-access",
        "__Host-sd-access",
        "__Host-sd-access",
        "__host-sd-access",
        " __Host-sd-access",
        "\u{2000}__Host-sd-access",
        "__Host-sd-access ",
        "__Secure-sd-refresh",
        "__Host-sd-try-0006a18f1800abcdef",
        "__Host-sd-try-é",
        "__HOST-SD-X",
        "CognitoIdentityServiceProvider.client.alice.accessToken",
        "CognitoIdentityServiceProvider.client.alice.idToken",
        "cognitoidentityserviceprovider.x",
        "theme",
        "sd-access",
        "",
    ];
    prop_oneof![
        6 => (select(names), prop_oneof![token(), word()]).prop_map(|(name, value)| format!("{name}={value}")),
        2 => Just("CognitoIdentityServiceProvider.client.LastAuthUser=alice".to_owned()),
        1 => word(),
        1 => (word(), word()).prop_map(|(name, value)| format!("{name}={value}")),
    ]
}

/// One header line: names that the decision reads, names that it must not write, and any others.
pub fn line() -> impl Strategy<Value = (String, String)> {
    let cookies = (vec(cookie(), 0..5), select(vec!["; ", ";", " ;  "])).prop_map(|(all, between)| all.join(between));
    let schemes = select(vec!["Bearer ", "bearer  ", "BEARER ", "Basic ", "Bearer", ""]);
    let bearer = (schemes, token()).prop_map(|(scheme, token)| format!("{scheme}{token}"));
    let read = [
        ("host", &["media.example", "media.example", "evil.example/x", "[::1]:80", ""][..]),
        ("origin", &["https://app.example", "https://media.example", "https://evil.example", "null", ""]),
        ("sec-fetch-site", &["same-origin", "cross-site", "none", "same-site"]),
        ("sec-fetch-mode", &["navigate", "cors", "no-cors"]),
        ("sec-fetch-dest", &["document", "empty", "image"]),
        ("accept", &["text/html", "*/*", "application/json"]),
        ("access-control-request-method", &["PUT", "x"]),
        ("access-control-request-headers", &["x-a, x-b", "x\r\ny: z", "é"]),
    ];
    let read: Vec<(String, String)> =
        read.iter().flat_map(|(name, values)| values.iter().map(|v| ((*name).to_owned(), (*v).to_owned()))).collect();
    let spoofed = vec![
        "x-stagedoor-token",
        "X-Stagedoor-Token",
        "X-Stagedoor-Host",
        "x_stagedoor_token",
        "X_Stagedoor_Token",
        "x-stagedoor_x",
        "X_STAGEDOOR-SUBJECT",
        "x-stagedoor-",
        "x-stagedoo-r",
        "stagedoor-token",
    ];
    let fixed = vec![
        "Via",
        "CDN-Loop",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Expect",
        "Keep-Alive",
        "Proxy-Authorization",
        "Trailer",
        "Upgrade",
        "X-Accel-Redirect",
        "X-Amz-Cf-Id",
        "X-Amzn-Trace-Id",
        "X-Cache",
        "X-Edge-Location",
        "X-Forwarded-Proto",
        "X-Real-IP",
    ];
    let named = |names: Vec<&'static str>| (select(names).prop_map(str::to_owned), prop_oneof![token(), word()]);
    prop_oneof![
        4 => cookies.prop_map(|value| ("cookie".to_owned(), value)),
        3 => bearer.prop_map(|value| ("Authorization".to_owned(), value)),
        6 => select(read),
        2 => named(spoofed),
        2 => named(fixed),
        1 => ("[A-Za-z_-]{1,12}", word()),
    ]
}

/// What a browser sends with every request, often with a session: every token's turn comes, the good ones' more often.
pub fn navigation() -> impl Strategy<Value = Vec<(String, String)>> {
    let page = vec![("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let kinds = select(vec![Vec::new(), page.clone(), page, vec![("sec-fetch-site", "same-origin")]]);
    let session = prop_oneof![
        3 => Just(None),
        3 => Just(Some(TOKENS.len() - 1)),
        2 => select(vec![Some(0), Some(EXPIRED)]),
        3 => (0..TOKENS.len()).prop_map(Some),
    ];
    (kinds, session).prop_map(|(mut lines, session)| {
        lines.push(("host", "media.example"));
        let mut lines: Vec<_> = lines.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        lines.extend(session.map(|at| ("cookie".to_owned(), format!("__Host-sd-access={}", TOKENS[at].text))));
        lines
    })
}

/// Before, in, at the borders of and after the life of the good tokens.
pub fn moment() -> impl Strategy<Value = u64> {
    let offsets = vec![-31_i64, -30, 500, 899, 900, 929, 930, 5000];
    prop_oneof![2 => Just(0_i64), 1 => select(offsets)].prop_map(|offset| NOW.checked_add_signed(offset).unwrap())
}

pub fn answers() -> impl Strategy<Value = Answers> {
    let keys: Vec<ProviderAnswer> = vec![None, Some((500, Vec::new())), Some((200, b"{\"keys\":[]}".to_vec()))];
    let renewed = |at: usize| {
        let tokens: Value = json!({"access_token": TOKENS[at].text, "refresh_token": "next"});
        Some((200, tokens.to_string().into_bytes()))
    };
    let tokens =
        vec![None, Some((400, Vec::new())), Some((200, b"{}".to_vec())), renewed(0), renewed(TOKENS.len() - 1)];
    (select(keys), select(tokens)).prop_map(|(keys, tokens)| Answers { keys, tokens })
}
