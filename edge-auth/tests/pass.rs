//! Playback passes: the table that Rust and JavaScript share, what we mint, and what holds of every pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::needless_pass_by_value)]

#[path = "pass/reference.rs"]
mod reference;
#[path = "pass/rotation.rs"]
mod rotation;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_auth::Reason;
use edge_auth::pass::{
    Grant, GrantProblem, LATEST, LONGEST, MintError, NetworkError, PassRequest, Ring, RingError, RingKey, judge, mint,
    split,
};
use proptest::prelude::*;
use reference::{Asked, Store, asked, rows};

const NOW: u64 = 1_800_000_000;

fn key() -> RingKey {
    RingKey { kid: "k1".to_owned(), secret: vec![7; 32], until: None }
}

fn grant() -> Grant {
    Grant {
        id: vec![1; 16],
        subject: None,
        expires: NOW + 60,
        not_before: None,
        issued_at: None,
        prefix: "/media/o/1/".to_owned(),
        networks: Vec::new(),
        methods: Vec::new(),
    }
}

fn store(key: RingKey) -> Store {
    let ring = Ring { keys: vec![key], revocations: false };
    Store::new(Some(ring.to_json().unwrap()), &[], &[])
}

const REQUEST: PassRequest<'static> = PassRequest { path: "/media/o/1/x", method: "GET", address: "192.0.2.1" };

#[test]
fn the_table() {
    let (mut rows_seen, mut wrong) = (0, Vec::new());
    for row in rows() {
        let ended = asked(&row.asked);
        let as_expected = ended.result == row.expect && row.reads.is_none_or(|reads| reads == ended.reads);
        if !as_expected {
            wrong.push(format!("{}: {:?} after {} reads, not {:?}", row.name, ended.result, ended.reads, row.expect));
        }
        rows_seen += 1;
    }
    assert!(wrong.is_empty(), "{} of {rows_seen} rows:\n{}", wrong.len(), wrong.join("\n"));
    assert!(rows_seen > 300, "{rows_seen} rows");
}

#[test]
fn every_reason_of_a_pass_is_in_the_table() {
    let expected: Vec<_> = rows().into_iter().filter_map(|row| row.expect.err()).collect();
    let of_a_pass = |reason: &&Reason| reason.as_str().starts_with("pass_") && **reason != Reason::PassMade;
    for reason in Reason::ALL.iter().filter(of_a_pass) {
        assert!(expected.contains(reason), "{reason}");
    }
}

#[test]
fn what_is_minted_holds_and_is_deterministic() {
    let whole = Grant {
        subject: Some("alice".to_owned()),
        not_before: Some(NOW),
        issued_at: Some(NOW),
        networks: ["192.0.2.0/24", "2001:db8::/32", "198.51.100.1", "::1", "0.0.0.0/0"]
            .map(|n| n.parse().unwrap())
            .to_vec(),
        methods: vec!["GET".to_owned(), "OPTIONS".to_owned()],
        ..grant()
    };
    for grant in [grant(), whole] {
        let pass = mint(&grant, &key()).unwrap();
        assert_eq!(pass, mint(&grant, &key()).unwrap());
        assert_eq!(judge(&pass, &REQUEST, NOW, &store(key())).unwrap().grant(), &grant);
    }
}

/// Put together by hand from RFC 8949's head bytes, so that not only our own reader says that it is right.
#[test]
fn the_bytes_of_a_minted_pass() {
    let bytes = URL_SAFE_NO_PAD.decode(mint(&grant(), &key()).unwrap()).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let payload = concat!(
        "a5",                     // five claims
        "01697374616765646f6f72", // iss: "stagedoor"
        "041a6b49d23c",           // exp
        "0750",                   // cti, 16 bytes
        "01010101010101010101010101010101",
        "19013601",                               // catv: 1
        "190138a103a1016b2f6d656469612f6f2f312f"  // catu: {3: {1: "/media/o/1/"}}
    );
    let start = format!("d83dd18447a2010504426b31a0583b{payload}5820");
    assert_eq!(hex.get(..start.len()), Some(start.as_str()), "{hex}");
    assert_eq!(hex.len(), start.len() + 64);
}

#[test]
fn what_no_pass_may_hold_is_not_minted() {
    let minted = |grant: Grant| mint(&grant, &key()).unwrap_err();
    for id in [vec![], vec![0; 65]] {
        assert_eq!(minted(Grant { id, ..grant() }), MintError::Grant(GrantProblem::Id));
    }
    for subject in [String::new(), "x".repeat(501)] {
        assert_eq!(minted(Grant { subject: Some(subject), ..grant() }), MintError::Grant(GrantProblem::Subject));
    }
    assert_eq!(minted(Grant { expires: LATEST + 1, ..grant() }), MintError::Grant(GrantProblem::Time));
    assert_eq!(minted(Grant { not_before: Some(u64::MAX), ..grant() }), MintError::Grant(GrantProblem::Time));
    for prefix in ["", "/a", "a/", "//", "/a+b/", "/%61/", "/../"] {
        let refused = minted(Grant { prefix: prefix.to_owned(), ..grant() });
        assert_eq!(refused, MintError::Grant(GrantProblem::Prefix), "{prefix}");
    }
    assert_eq!(minted(Grant { methods: vec![String::new()], ..grant() }), MintError::Grant(GrantProblem::Method));
    let long = Grant { prefix: format!("/{}/", "x".repeat(LONGEST)), ..grant() };
    assert!(matches!(minted(long), MintError::TooLong(length) if length > LONGEST));
}

#[test]
fn networks_as_people_write_them() {
    for text in ["192.0.2.0/24", "192.0.2.1", "0.0.0.0/0", "::/0", "2001:db8::/32", "2001:db8::1"] {
        assert_eq!(text.parse::<edge_auth::pass::Network>().unwrap().to_string(), text);
    }
    for text in ["", "192.0.2", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "::/129", "192.0.2.0/24/24", "AS64512"] {
        assert_eq!(text.parse::<edge_auth::pass::Network>().unwrap_err(), NetworkError::NotANetwork, "{text}");
    }
    assert_eq!("10.0.0.1/8".parse::<edge_auth::pass::Network>().unwrap_err(), NetworkError::BitsBehind);
}

#[test]
fn a_ring_is_read_as_it_was_written_and_shows_no_secret() {
    let replaced = RingKey { kid: "k0".to_owned(), until: Some(NOW), ..key() };
    let ring =
        Ring { keys: vec![key(), replaced.clone(), RingKey { kid: "x".repeat(32), ..key() }], revocations: true };
    let text = ring.to_json().unwrap();
    assert!(text.len() <= 1024 && !format!("{ring:?}").contains('7'), "{ring:?}");
    assert_eq!(Ring::from_json(&text), Ok(ring));
    let with = |keys: Vec<RingKey>| Ring { keys, revocations: false }.to_json();
    assert_eq!(with(vec![RingKey { kid: "x".repeat(33), ..key() }]), Err(RingError::Malformed));
    assert_eq!(with(vec![RingKey { kid: String::new(), ..key() }]), Err(RingError::Malformed));
    assert_eq!(with(vec![RingKey { until: Some(LATEST + 1), ..key() }]), Err(RingError::Malformed));
    for length in [31, 65] {
        assert_eq!(with(vec![RingKey { secret: vec![7; length], ..key() }]), Err(RingError::Malformed), "{length}");
    }
    assert_eq!(with(vec![key(); 20]), Err(RingError::TooLong));
    assert!(Ring::from_json(&with(vec![key(), RingKey { kid: "k0".to_owned(), ..replaced }]).unwrap()).is_ok());
}

#[test]
fn a_path_falls_apart_behind_the_pass() {
    assert_eq!(split("/p/PASS/media/x"), Some(("PASS", "/media/x")));
    assert_eq!(split("/p/PASS/"), Some(("PASS", "/")));
    assert_eq!(split("/p//x"), Some(("", "/x")));
    for path in ["/p/PASS", "/p/", "/p", "/q/PASS/x", ""] {
        assert_eq!(split(path), None, "{path}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic_or_pass(pass in "[A-Za-z0-9_-]{0,300}|\\PC{0,40}") {
        prop_assert!(judge(&pass, &REQUEST, NOW, &store(key())).is_err());
    }

    #[test]
    fn no_bytes_make_it_panic_even_under_a_right_tag(payload in prop::collection::vec(any::<u8>(), 0..120)) {
        let ended = asked(&Asked::of_payload(&payload, &key(), NOW));
        prop_assert_eq!(ended.result, Err(Reason::PassMalformed));
    }

    #[test]
    fn a_changed_pass_is_never_taken(at in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut bytes = URL_SAFE_NO_PAD.decode(mint(&grant(), &key()).unwrap()).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let refused = judge(&URL_SAFE_NO_PAD.encode(&bytes), &REQUEST, NOW, &store(key()));
        prop_assert!(refused.is_err(), "byte {} ^ {}", at, flip);
    }

    #[test]
    fn a_prefix_is_whole_segments(prefix in "(/[a-z0-9._-]{1,6}){0,3}/", path in "(/[a-z0-9._-]{1,6}){0,5}/?") {
        let Ok(pass) = mint(&Grant { prefix: prefix.clone(), ..grant() }, &key()) else { return Ok(()) };
        let holds = judge(&pass, &PassRequest { path: &path, ..REQUEST }, NOW, &store(key())).is_ok();
        let inside = |path: &str| {
            let (mut path, mut prefix) = (path.split('/'), prefix.trim_end_matches('/').split('/'));
            prefix.all(|segment| path.next() == Some(segment)) && path.next().is_some_and(|next| !next.is_empty())
        };
        prop_assert_eq!(holds, inside(&path) && edge_auth::path::is_canonical(&path, false));
    }
}
