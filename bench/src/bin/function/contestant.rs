//! Who is measured: a function's text, an event for it, and what its `KeyValueStore` holds.

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_auth::pass::{Grant, LONGEST, Ring, RingKey, mint};
use ring::hmac;
use serde_json::{Value, json};

/// The second that all of it happens in.
pub const NOW: u64 = 1_800_000_000;
const OWNER: &str = "0f5d1a4e-2222-4f5e-9d3a-7a0b8a0f1c1d";
const PREFIX: &str = "/media/0f5d1a4e-2222-4f5e-9d3a-7a0b8a0f1c1d/9c1f7f52-7d61-4a0e-8f0b-2f6f3f1f0a77/";
const SEGMENT: &str = "seg-00012.m4s";
/// How the peer finds its keys.
const LOOK_UP: &str = "const kvs = cf.kvs();\n        const keys = await kvs.get('keys');";
const SECRET: [u8; 32] = [7; 32];

/// One line of the comparison.
pub struct Contestant {
    /// Who, and doing what.
    pub name: &'static str,
    /// The function.
    pub text: String,
    /// The path that is asked for, with the pass or token in front.
    pub uri: String,
    /// Item to value.
    pub items: Value,
}

/// Everybody. The first is ours with an ordinary pass, the second what it is measured by.
pub fn all(ours: &str, peer: &str) -> Result<Vec<Contestant>> {
    let key = RingKey { kid: "k1".to_owned(), secret: SECRET.to_vec(), until: None };
    let ring = Ring { keys: vec![key.clone()], revocations: false }.to_json()?;
    let behind = |pass: String| format!("/p/{pass}{PREFIX}{SEGMENT}");
    let stagedoor = |name, uri| Contestant { name, text: ours.to_owned(), uri, items: json!({ "ring": ring }) };
    // The keys of an object are what the published way looks names up in.
    let items = json!({ "keys": keys() });
    let token = |name, uri| Contestant { name, text: peer.to_owned(), uri, items: items.clone() };
    let bare = peer.replace(LOOK_UP, &format!("const keys = '{}';", keys()));
    ensure!(bare != peer, "{LOOK_UP:?} does not stand in the peer's text");
    Ok(vec![
        stagedoor("Stagedoor, an ordinary pass", behind(mint(&ordinary(), &key)?)),
        token("a signed JSON token", format!("/{}{PREFIX}{SEGMENT}", json_token(None))),
        token("a signed JSON token, bound to its session", {
            let session = "Xq7Yp2Lr9TzW";
            format!("/{session}.{}{PREFIX}{SEGMENT}", json_token(Some(session)))
        }),
        Contestant {
            text: bare,
            ..token(
                "a signed JSON token, its keys in the function's own text",
                format!("/{}{PREFIX}{SEGMENT}", json_token(None)),
            )
        },
        stagedoor("Stagedoor, the longest pass", behind(longest(&key)?)),
    ])
}

/// What the edge mints.
fn ordinary() -> Grant {
    Grant {
        id: (100..116).collect(),
        subject: Some(OWNER.to_owned()),
        expires: NOW + 21_600,
        not_before: None,
        issued_at: Some(NOW),
        prefix: PREFIX.to_owned(),
        networks: Vec::new(),
        methods: Vec::new(),
    }
}

/// With as many methods as there is room for, the right one last.
fn longest(key: &RingKey) -> Result<String> {
    let with = |extra: usize| {
        let methods = std::iter::repeat_n("PROPFIND".to_owned(), extra).chain(["GET".to_owned()]).collect();
        Grant { methods, not_before: Some(NOW), ..ordinary() }
    };
    let passes = (0..LONGEST).map_while(|extra| mint(&with(extra), key).ok());
    passes.last().context("not even one method fits into a pass")
}

/// A token with the same facts as [`ordinary`] has.
fn json_token(session: Option<&str>) -> String {
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "HS256", "typ": "JWT", "kid": "k1"}).to_string());
    let mut payload = json!({
        "exp": NOW + 21_600, "iat": NOW, "nbf": NOW, "paths": [PREFIX], "exc": [],
        "co": false, "ip": false, "ssn": session.is_some(), "headers": [],
    });
    if let (Some(session), Some(fields)) = (session, payload.as_object_mut()) {
        fields.insert("intsig".to_owned(), json!(signature(session)));
    }
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload.to_string()));
    format!("{signed}.{}", signature(&signed))
}

/// Its key is the secret's text.
fn signature(input: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret().as_bytes());
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, input.as_bytes()))
}

fn keys() -> String {
    json!({"k1": secret()}).to_string()
}

fn secret() -> String {
    URL_SAFE_NO_PAD.encode(SECRET)
}

impl Contestant {
    /// The event as CloudFront sends it for a segment that a browser's player asks for.
    pub fn event(&self) -> Value {
        let header = |value: &str| json!({"value": value});
        json!({
            "version": "1.0",
            "context": {"eventType": "viewer-request", "distributionId": "EDFDVBD6EXAMPLE", "requestId": "EXAMPLE-id_1=="},
            "viewer": {"ip": "192.0.2.1"},
            "request": {
                "method": "GET",
                "uri": self.uri,
                "querystring": {},
                "headers": {
                    "host": header("d111111abcdef8.cloudfront.net"),
                    "user-agent": header("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"),
                    "accept": header("*/*"),
                    "accept-language": header("en-GB,en;q=0.9"),
                    "range": header("bytes=1048576-2097151"),
                    "referer": header("https://d111111abcdef8.cloudfront.net/watch/x"),
                    "sec-fetch-mode": header("cors"),
                },
                "cookies": {},
            },
        })
    }

    /// The path that has to go on.
    pub fn expected_uri() -> String {
        format!("{PREFIX}{SEGMENT}")
    }
}
