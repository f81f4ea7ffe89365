//! Requests of every kind: plausible, odd, hostile, large, bent.

use edge_auth::event::Event;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::Deserialize as _;
use serde_json::json;

use crate::parts::{Answers, answers, cookie, line, method, moment, navigation, path, query, site};
use crate::sites::{EXPIRED, TOKENS};

/// A request, and everything that the decision over it depends on.
#[derive(Debug, Clone)]
pub struct Asked {
    pub site: usize,
    pub event: Event<'static>,
    pub now: u64,
    pub answers: Answers,
}

pub fn asked() -> impl Strategy<Value = Asked> {
    let headers = (navigation(), vec(line(), 0..8));
    let id = select(vec!["id-of_the_request==", ""]);
    (site(), method(), path(), query(), headers, id, moment(), answers()).prop_map(
        |(site, method, path, query, (mut headers, others), id, now, answers)| {
            headers.extend(others);
            let event = event(&method, &path, &query, headers, id);
            Asked { site, event, now, answers }
        },
    )
}

/// Requests near what CloudFront lets through: 8,192 bytes of address, 20,480 bytes in all.
pub fn large() -> impl Strategy<Value = Asked> {
    let attempts = (1..6_usize, 10..1100_usize).prop_map(|(length, count)| {
        let pairs = (0..count).map(|n| format!("__Host-sd-try-{n:0length$}="));
        pairs.collect::<Vec<_>>().join(";")
    });
    let cookies = prop_oneof![attempts, vec(cookie(), 0..60).prop_map(|pairs| pairs.join("; ")), long("[!-~]")];
    let expired = format!("__Host-sd-access={};__Secure-sd-refresh=r", TOKENS[EXPIRED].text);
    let cookies =
        (cookies, any::<bool>()).prop_map(move |(all, renews)| if renews { format!("{expired};{all}") } else { all });
    let fixed = vec!["/_auth/refresh", "/_auth/sign-out", "/go/there", "/api/me", "/x"];
    let path =
        prop_oneof![path(), long("[a-z/.]").prop_map(|p| format!("/{p}")), select(fixed).prop_map(str::to_owned)];
    let query = prop_oneof![query(), long("[!-~]"), long("[&=%to+]"), long("[/a%]").prop_map(|to| format!("to=/{to}"))];
    let other = (select(vec!["origin", "access-control-request-headers", "accept", "host"]), long("[a-z, -]"));
    let id = prop_oneof![Just("id".to_owned()), long("[A-Za-z0-9_=-]"), long("[\"\\\\<]")];
    (site(), method(), path, query, cookies, (other, navigation()), id, moment(), answers()).prop_map(
        |(site, method, path, query, cookies, ((name, value), mut lines), id, now, answers)| {
            let (path, query) = (cut(path, 8000), cut(query, 8000));
            let left = 20_000_usize.saturating_sub(path.len() + query.len());
            let cookies = cut(cookies, left);
            let value = cut(value, left - cookies.len());
            let asked = ("access-control-request-method".to_owned(), "GET".to_owned());
            lines.extend([("cookie".to_owned(), cookies), (name.to_owned(), value), asked]);
            Asked { site, event: event(&method, &path, &query, lines, &id), now, answers }
        },
    )
}

/// Many characters of a class.
fn long(class: &str) -> impl Strategy<Value = String> + use<> {
    let piece = proptest::string::string_regex(&format!("{class}{{1,40}}")).unwrap();
    (piece, 1..60_000_usize).prop_map(|(piece, length)| piece.chars().cycle().take(length).collect())
}

fn cut(text: String, length: usize) -> String {
    let end = (0..=length.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
    text[..end].to_owned()
}

/// An event as CloudFront writes it or, without an id, as people do.
fn event(method: &str, uri: &str, query: &str, lines: Vec<(String, String)>, id: &str) -> Event<'static> {
    let by_hand = id.is_empty();
    let mut headers = json!({});
    for (name, value) in lines {
        let list = headers.as_object_mut().unwrap().entry(name.to_lowercase()).or_insert(json!([]));
        let line = if by_hand { json!({"value": value}) } else { json!({"key": name, "value": value}) };
        list.as_array_mut().unwrap().push(line);
    }
    let mut cf = json!({"request": {"method": method, "uri": uri, "querystring": query, "headers": headers}});
    if !by_hand {
        cf["config"] = json!({"distributionId": "E1", "eventType": "viewer-request", "requestId": id});
        cf["request"]["clientIp"] = json!("192.0.2.1");
        cf["request"]["body"] =
            json!({"action": "read-only", "data": "", "encoding": "base64", "inputTruncated": false});
    }
    Event::deserialize(json!({"Records": [{"cf": cf}]})).unwrap()
}

/// A change of an event's bytes at one place.
#[derive(Debug, Clone)]
pub struct Bend {
    at: Index,
    removed: usize,
    inserted: Vec<u8>,
}

impl Bend {
    pub fn apply(&self, bytes: &mut Vec<u8>) {
        let at = self.at.index(bytes.len() + 1);
        let end = (at + self.removed).min(bytes.len());
        bytes.splice(at..end, self.inserted.iter().copied());
    }
}

pub fn bends() -> impl Strategy<Value = Vec<Bend>> {
    let pieces =
        vec!["", "\"", "{", "}", "[", "]", ",", ":", "\\", "\\u0000", "\\ud800", "null", "1", "\u{feff}", "\n"];
    let inserted = prop_oneof![
        select(pieces).prop_map(|piece| piece.as_bytes().to_vec()),
        vec(any::<u8>(), 0..4),
        (1..2000_usize).prop_map(|n| vec![b'['; n]),
    ];
    let bend = (any::<Index>(), 0..3_usize, inserted);
    vec(bend.prop_map(|(at, removed, inserted)| Bend { at, removed, inserted }), 1..3)
}

/// Bytes that are no event, some of them nearly.
pub fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces = vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"Records\"",
        "\"cf\"",
        "\"request\"",
        "\"headers\"",
        "\"method\":\"GET\"",
        "\"uri\":\"/\"",
        "\"config\"",
        "null",
        "true",
        "1e999",
        "\"\\ud800\"",
        "{\"Records\":[{\"cf\":{\"request\":",
        "}}]}",
        "\u{0}",
        " ",
    ];
    prop_oneof![
        vec(any::<u8>(), 0..200),
        vec(select(pieces), 0..20).prop_map(|pieces| pieces.concat().into_bytes()),
        (1..20_000_usize, select(b"[{\"-".to_vec())).prop_map(|(n, byte)| vec![byte; n]),
    ]
}
