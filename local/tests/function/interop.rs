//! Passes go both ways between us and @eyevinn/cat, somebody else's Common Access Tokens in Node.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use edge_auth::Reason;
use edge_auth::pass::{Grant, Ring, RingKey, mint};
use serde_json::{Value, json};

use crate::reference::{Asked, Store, asked};

const NOW: u64 = 1_800_000_000;
const HEX: [&str; 2] = [
    "0707070707070707070707070707070707070707070707070707070707070707",
    "0808080808080808080808080808080808080808080808080808080808080808",
];

fn key(byte: u8) -> RingKey {
    RingKey { kid: "k1".to_owned(), secret: vec![byte; 32], until: None }
}

fn exchange(question: &Value) -> Value {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
    let there = directory.join("node_modules/@eyevinn/cat").exists();
    assert!(there, "{} has no node_modules; ./build.sh test installs them", directory.display());
    let child =
        Command::new("node").arg(directory.join("exchange.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|e| panic!("node does not run ({e}); ./build.sh test installs it"));
    child.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn what_we_mint_another_reads() {
    let plain = Grant {
        id: vec![9; 16],
        subject: None,
        expires: NOW + 600,
        not_before: None,
        issued_at: None,
        prefix: "/media/o/1/".to_owned(),
        networks: Vec::new(),
        methods: Vec::new(),
    };
    let whole = Grant {
        subject: Some("alice-é".to_owned()),
        not_before: Some(NOW),
        issued_at: Some(NOW),
        networks: vec!["198.51.100.7".parse().unwrap(), "2001:db8::1".parse().unwrap()],
        methods: vec!["GET".to_owned()],
        ..plain.clone()
    };
    let over = Grant { expires: NOW, ..plain.clone() };
    let (plain, whole, over) =
        (mint(&plain, &key(7)).unwrap(), mint(&whole, &key(7)).unwrap(), mint(&over, &key(7)).unwrap());
    let ask = |name: &str, pass: &str, key: &str, path: &str, ip: &str| json!({"name": name, "pass": pass, "key": key, "url": format!("https://example.com{path}"), "ip": ip});
    let (path, ip) = ("/media/o/1/x", "198.51.100.7");
    let answer = exchange(&json!({"now": NOW + 1, "make": [], "judge": [
        ask("plain", &plain, HEX[0], path, ip),
        ask("whole", &whole, HEX[0], path, ip),
        ask("wrong key", &plain, HEX[1], path, ip),
        ask("whole, wrong key", &whole, HEX[1], path, ip),
        ask("another path", &plain, HEX[0], "/media/o/10/x", ip),
        ask("another address", &whole, HEX[0], path, "198.51.100.8"),
        ask("over", &over, HEX[0], path, ip),
    ]}));
    assert_eq!(
        answer["judged"],
        json!({
            "plain": "ok",
            "whole": "ok",
            "wrong key": "KeyNotFoundError",
            "whole, wrong key": "KeyNotFoundError",
            "another path": "UriNotAllowedError",
            "another address": "IPNotAllowed",
            "over": "TokenExpiredError",
        })
    );
}

#[test]
fn what_another_mints_we_read() {
    // It writes claims as they come, with what it adds itself behind them; a pass has them in the order of their keys.
    let order = ["iss", "sub", "aud", "exp", "nbf", "iat", "cti", "catv", "catnip", "catu", "catm"];
    let claims = |more: Value| {
        let mut claims = json!({
            "iss": "stagedoor", "exp": NOW + 600, "cti": "0b71", "catv": 1,
            "catu": {"path": {"prefix-match": "/media/o/1/"}},
        });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let named = order.iter().filter_map(|name| Some(json!([name, claims.get(name)?])));
        named.collect::<Vec<_>>()
    };
    let make = |name: &str, more: Value| json!({"name": name, "kid": "k1", "key": HEX[0], "claims": claims(more)});
    let passes = exchange(&json!({"now": NOW, "judge": [], "make": [
        make("plain", json!({})),
        make("whole", json!({
            "sub": "é".repeat(200), "nbf": NOW, "iat": NOW, "catm": ["GET"],
            "catnip": ["10.0.0.0/8", "198.51.100.7", "2001:db8::/32", "2001:db8::1"],
        })),
        make("an autonomous system", json!({"catnip": [64512]})),
        make("a network with bits behind it", json!({"catnip": ["10.0.0.1/8"]})),
        make("an audience", json!({"aud": "media"})),
        make("another issuer", json!({"iss": "eyevinn"})),
        make("another match", json!({"catu": {"path": {"exact-match": "/media/o/1/x"}}})),
    ]}))["made"]
        .clone();
    let judged = |name: &str, key: RingKey, address: &str| {
        let ring = Ring { keys: vec![key], revocations: false }.to_json().unwrap();
        let request = Asked {
            uri: format!("/p/{}/media/o/1/x", passes[name].as_str().unwrap()),
            method: "GET".to_owned(),
            address: address.to_owned(),
            now: NOW,
            store: Store::new(Some(ring), &[], &[]),
        };
        asked(&request).result
    };
    for (name, address) in
        [("plain", "::1"), ("whole", "198.51.100.7"), ("whole", "10.1.2.3"), ("whole", "2001:db8:1::")]
    {
        assert_eq!(judged(name, key(7), address), Ok("/media/o/1/x".to_owned()), "{name} from {address}");
        assert_eq!(judged(name, key(8), address), Err(Reason::PassSignatureInvalid), "{name} by another key");
    }
    assert_eq!(judged("whole", key(7), "11.0.0.1"), Err(Reason::PassNetwork));
    for name in
        ["an autonomous system", "a network with bits behind it", "an audience", "another issuer", "another match"]
    {
        assert_eq!(judged(name, key(7), "10.0.0.1"), Err(Reason::PassMalformed), "{name}");
    }
}
