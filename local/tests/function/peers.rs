//! Defects that were found in secure-media-delivery-at-the-edge 1.2.6, one test each, named after what went wrong there. Rust and
//! the emitted function are asked both.

use edge_auth::Reason;
use edge_auth::pass::RingKey;
use local::edge::CloudFrontFunction;
use serde_json::json;

use crate::reference::{Asked, asked, rows};
use crate::support::{event, function, run, verdict};

const NOW: u64 = 1_800_000_000;

/// What both make of it.
fn judged(function: &CloudFrontFunction, request: &Asked) -> Result<String, Reason> {
    let rust = asked(request).result;
    let outcome = run(function, request);
    assert_eq!(verdict(&outcome.answer), rust.clone().map_err(|reason| reason.as_str().to_owned()), "{request:?}");
    rust
}

/// Each row of the table whose name is there comes to this.
fn all_are(names: &[&str], expected: Result<(), Reason>) {
    let function = function(json!({}));
    for name in names {
        let row = rows().into_iter().find(|row| row.name == *name).unwrap_or_else(|| panic!("no row {name}"));
        assert_eq!(judged(&function, &row.asked).map(|_| ()), expected, "{name}");
    }
}

#[test]
fn a_pass_without_an_end_is_refused() {
    all_are(&["no exp", "exp as text", "exp as a float"], Err(Reason::PassMalformed));
    all_are(&["at its end", "an end of zero"], Err(Reason::PassExpired));
}

#[test]
fn a_tag_is_compared_over_its_whole_length() {
    let function = function(json!({}));
    let good = rows().into_iter().find(|row| row.name == "a pass").unwrap().asked;
    let pass = good.uri.split('/').nth(2).unwrap();
    // The last 32 bytes are the tag: the last 42 characters and a bit more. A change in any of them tells; the very last one
    // holds spare bits as well.
    for at in pass.len() - 42..pass.len() - 1 {
        let other = if &pass[at..=at] == "A" { "E" } else { "A" };
        let changed = format!("{}{other}{}", &pass[..at], &pass[at + 1..]);
        let refused = judged(&function, &Asked { uri: good.uri.replace(pass, &changed), ..good.clone() });
        assert_eq!(refused, Err(Reason::PassSignatureInvalid), "character {at}");
    }
    // The two look at every byte, whatever the first one was: eight words each, and nothing ends it early.
    let source = include_str!("../../../edge-auth/function/viewer-request.js");
    let compared = source.split("function isSame() {").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
    assert_eq!((0..16).filter(|i| compared.contains(&format!("words[{i}]"))).count(), 16);
    assert!(!compared.contains("||") && !compared.contains("&&") && !compared.contains("if"), "{compared}");
}

#[test]
fn a_key_is_never_found_among_the_properties_of_an_object() {
    let names = ["the kid __proto__", "the kid constructor", "the kid toString", "the kid length", "the kid 0"];
    all_are(&names, Err(Reason::PassKeyUnknown));
}

#[test]
fn a_path_is_compared_by_whole_segments() {
    all_are(&["the path /media/o/10/x", "the path /media/o/1", "the path /media/O/1/x"], Err(Reason::PassPath));
    // A prefix that ends within a segment is no prefix.
    all_are(&["the prefix '/media/o/1'"], Err(Reason::PassMalformed));
}

#[test]
fn an_address_that_is_missing_switches_no_binding_off() {
    all_are(&["catnip: no address", "catnip: a word", "catnip: IPv6 against IPv4"], Err(Reason::PassNetwork));
    // A binding that is not known is no reason to let through.
    all_are(&["a claim of tomorrow", "catreplay", "catnip: an autonomous system"], Err(Reason::PassMalformed));
}

#[test]
fn no_log_line_holds_a_pass() {
    let function = function(json!({}));
    let (mut lines, mut runs) = (0, 0);
    for row in rows() {
        let outcome = run(&function, &row.asked);
        runs += 1;
        for line in &outcome.log {
            lines += 1;
            let pass = row.asked.uri.split('/').nth(2).unwrap_or_default();
            assert!(pass.len() < 20 || !line.contains(pass.get(..20).unwrap_or(pass)), "{}: {line}", row.name);
            assert!(!line.contains("/p/") && !line.contains("/media/"), "{}: {line}", row.name);
        }
    }
    assert!(lines > 200 && lines < runs, "{lines} lines of {runs} requests");
}

#[test]
fn a_pass_of_another_title_opens_nothing_however_the_event_is_written() {
    let function = function(json!({}));
    let key = RingKey { kid: "k".to_owned(), secret: vec![3; 32], until: None };
    // {1: "stagedoor", 4: NOW + 60, 7: h'00', 312: {3: {1: "/media/o/1/"}}}
    let mut claims = vec![0xa4, 1, 0x69];
    claims.extend(b"stagedoor");
    claims.extend([4, 0x1a]);
    claims.extend(u32::try_from(NOW + 60).unwrap().to_be_bytes());
    claims.extend([7, 0x41, 0, 0x19, 0x01, 0x38, 0xa1, 3, 0xa1, 1, 0x6b]);
    claims.extend(b"/media/o/1/");
    let good = Asked::of_payload(&claims, &key, NOW);
    assert_eq!(judged(&function, &good), Ok("/media/o/1/x".to_owned()));
    let other = Asked { uri: good.uri.replace("/o/1/x", "/o/2/x"), ..good.clone() };
    assert_eq!(judged(&function, &other), Err(Reason::PassPath));
    // Headers that name another path or host say nothing.
    let mut spoofed = event(&other);
    spoofed["request"]["headers"] = json!({
        "x-original-url": {"value": "/media/o/1/x"},
        "x-rewrite-url": {"value": "/media/o/1/x"},
        "x-forwarded-uri": {"value": "/media/o/1/x"},
    });
    let store = crate::support::Shelf::of(&other.store);
    let outcome = function.handle(&spoofed, NOW, store).unwrap();
    assert_eq!(verdict(&outcome.answer), Err("pass_path".to_owned()));
}
