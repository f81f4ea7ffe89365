//! The shared table, and what Rust makes of a request to `/p/*`. Also used by the tests of the CloudFront Function.
#![allow(dead_code)]

use std::cell::Cell;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_auth::Reason;
use edge_auth::pass::{PassRequest, PassStore, Ring, RingKey, Unavailable, judge, split};
use edge_auth::path;
use serde_json::Value;

/// A `KeyValueStore` that counts, and may fail.
#[derive(Debug, Clone, PartialEq)]
pub struct Store {
    /// The item `ring`, where there is one.
    pub ring: Option<String>,
    /// Keys that are there beside it.
    pub revoked: Vec<String>,
    /// Keys that nobody can say anything of.
    pub failing: Vec<String>,
    reads: Cell<usize>,
}

impl Store {
    pub fn new(ring: Option<String>, revoked: &[String], failing: &[String]) -> Self {
        Self { ring, revoked: revoked.to_vec(), failing: failing.to_vec(), reads: Cell::new(0) }
    }

    fn read(&self, key: &str) -> Result<(), Unavailable> {
        self.reads.set(self.reads.get() + 1);
        if self.failing.iter().any(|k| k == key) { Err(Unavailable) } else { Ok(()) }
    }
}

impl PassStore for Store {
    fn ring(&self) -> Result<Ring, Unavailable> {
        self.read("ring")?;
        Ring::from_json(self.ring.as_deref().ok_or(Unavailable)?).map_err(|_| Unavailable)
    }

    fn exists(&self, key: &str) -> Result<bool, Unavailable> {
        self.read(key)?;
        Ok(self.revoked.iter().any(|k| k == key))
    }
}

/// A request to a distribution whose one function route is `/p/*`.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub uri: String,
    pub method: String,
    pub address: String,
    pub now: u64,
    pub store: Store,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The path that goes on, or why none does.
    pub result: Result<String, Reason>,
    pub reads: usize,
}

impl Asked {
    /// With a pass that holds these bytes as its claims, under a right tag.
    pub fn of_payload(payload: &[u8], key: &RingKey, now: u64) -> Self {
        let ring = Ring { keys: vec![key.clone()], revocations: false };
        Self {
            uri: format!("/p/{}/media/o/1/x", sealed(payload, key)),
            method: "GET".to_owned(),
            address: "192.0.2.1".to_owned(),
            now,
            store: Store::new(Some(ring.to_json().unwrap()), &[], &[]),
        }
    }
}

/// A pass around any bytes; not made by our minter, which makes no bad ones.
pub fn sealed(payload: &[u8], key: &RingKey) -> String {
    let mut protected = vec![0xa2, 1, 5, 4, 0x40 | u8::try_from(key.kid.len()).unwrap()];
    protected.extend(key.kid.as_bytes());
    let mut whole = vec![0xd8, 0x3d, 0xd1, 0x84];
    whole.extend(byte_string(&protected));
    whole.push(0xa0);
    whole.extend(byte_string(payload));
    whole.extend(byte_string(&tag(&protected, payload, key)));
    URL_SAFE_NO_PAD.encode(whole)
}

/// The right tag.
pub fn tag(protected: &[u8], payload: &[u8], key: &RingKey) -> Vec<u8> {
    let mut message = vec![0x84, 0x64, b'M', b'A', b'C', b'0'];
    message.extend(byte_string(protected));
    message.push(0x40);
    message.extend(byte_string(payload));
    ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key.secret), &message).as_ref().to_vec()
}

pub fn byte_string(bytes: &[u8]) -> Vec<u8> {
    let [.., high, low] = bytes.len().to_be_bytes();
    let mut item = match bytes.len() {
        0..24 => vec![0x40 | low],
        24..256 => vec![0x58, low],
        _ => vec![0x59, high, low],
    };
    item.extend(bytes);
    item
}

/// What Rust makes of it: the steps of the function, by the library's parts.
pub fn asked(asked: &Asked) -> Ended {
    asked.store.reads.set(0);
    let result = decide(asked);
    Ended { result, reads: asked.store.reads.get() }
}

fn decide(asked: &Asked) -> Result<String, Reason> {
    let uri = &asked.uri;
    if !path::is_canonical(uri, !uri.starts_with("/p/")) {
        return Err(Reason::PathNotCanonical);
    }
    if !uri.starts_with("/p/") {
        return Err(Reason::NoRoute);
    }
    if !["GET", "HEAD", "OPTIONS"].contains(&asked.method.as_str()) {
        return Err(Reason::MethodNotAllowed);
    }
    let (pass, rest) = split(uri).ok_or(Reason::PassMalformed)?;
    let request = PassRequest { path: rest, method: &asked.method, address: &asked.address };
    judge(pass, &request, asked.now, &asked.store).map(|_| rest.to_owned())
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    pub name: String,
    pub asked: Asked,
    pub expect: Result<String, Reason>,
    pub reads: Option<usize>,
}

/// The table.
pub fn rows() -> Vec<Row> {
    let table: Value = serde_json::from_str(include_str!("table.json")).unwrap();
    table["rows"].as_array().unwrap().iter().map(|row| read(&table, row)).collect()
}

fn read(table: &Value, row: &Value) -> Row {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let field = |name: &str| row.get(name).unwrap_or(&table[name]).clone();
    let list = |name: &str| row.get(name).map(|l| l.as_array().unwrap().iter().map(text).collect()).unwrap_or_default();
    let ring = match (row.get("ring_text"), field("ring")) {
        (Some(ring), _) => Some(text(ring)),
        (None, Value::Null) => None,
        (None, ring) => Some(ring.to_string()),
    };
    let revoked: Vec<String> = list("revoked");
    let failing: Vec<String> = list("failing");
    let expect = match row["expect"].get("reason") {
        None => Ok(text(&row["expect"]["uri"])),
        Some(reason) => {
            let reason = *Reason::ALL.iter().find(|r| r.as_str() == reason).unwrap();
            assert_eq!(row["expect"]["status"], reason.status(), "{row}");
            Err(reason)
        }
    };
    Row {
        name: text(&row["name"]),
        asked: Asked {
            uri: text(&row["uri"]),
            method: row.get("method").map_or("GET".to_owned(), text),
            address: text(&field("address")),
            now: field("now").as_u64().unwrap(),
            store: Store::new(ring, &revoked, &failing),
        },
        expect,
        reads: row.get("reads").map(|reads| usize::try_from(reads.as_u64().unwrap()).unwrap()),
    }
}
