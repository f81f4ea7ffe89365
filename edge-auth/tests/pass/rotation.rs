//! The secret of passes: what is read, the steps at fixed times, and that no step refuses a pass that holds.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edge_auth::pass::{
    Grant, KeyState, LATEST, LONGEST_TTL, MOST_KEYS, PassRequest, Ring, RingKey, RotateError, SETTLE, SWITCH_OVER,
    Secret, Step, judge, mint,
};
use proptest::prelude::*;

use crate::reference::Store;

const NOW: u64 = 1_800_000_000;
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

fn key(n: u8) -> RingKey {
    RingKey { kid: format!("k{n}"), secret: vec![n; 32], until: None }
}

/// `kid state until` of every key.
fn listed(secret: &Secret) -> Vec<String> {
    let line = |(key, state): (&RingKey, KeyState)| match key.until {
        Some(until) => format!("{} {} {}", key.kid, state.as_str(), until - NOW),
        None => format!("{} {}", key.kid, state.as_str()),
    };
    secret.keys().map(line).collect()
}

/// Seconds behind NOW, what comes of it, and the keys after it.
type Row<'a> = (u64, Result<&'a str, RotateError>, Vec<&'a str>);

#[test]
fn one_rotation_after_the_other_at_fixed_times() {
    let first_until = SETTLE + LONGEST_TTL + SWITCH_OVER;
    let second_until = 7 * DAY + HOUR + LONGEST_TTL + SWITCH_OVER;
    let (first, second) = (format!("k0 previous {first_until}"), format!("k1 previous {second_until}"));
    let too_soon = |at: u64| Err(RotateError::TooSoon { from: NOW + at + SETTLE });
    let table: [Row<'_>; 9] = [
        (0, Ok("add k1"), vec!["k0 current", "k1 next"]),
        (SETTLE - 1, too_soon(0), vec!["k0 current", "k1 next"]),
        (SETTLE, Ok("promote k1"), vec!["k1 current", &first]),
        (7 * DAY, Ok("add k2"), vec!["k1 current", "k2 next", &first]),
        (7 * DAY + HOUR, Ok("promote k2"), vec!["k2 current", &second, &first]),
        (first_until, Err(RotateError::TooMany { from: NOW + first_until + 1 }), vec!["k2 current", &second, &first]),
        (first_until + 1, Ok("add k3 - k0"), vec!["k2 current", "k3 next", &second]),
        (first_until + DAY, Ok("promote k3"), vec!["k3 current", "k2 previous", &second]),
        (30 * DAY, Ok("add k4 - k2 k1"), vec!["k3 current", "k4 next"]),
    ];
    let mut secret = Secret::new(key(0));
    let mut made = 0;
    for (at, expected, keys) in table {
        let done = secret.rotate(NOW + at, key(made + 1), LONGEST_TTL).map(|rotation| {
            secret = rotation.secret;
            let step = match rotation.step {
                Step::Add { kid } => {
                    made += 1;
                    format!("add {kid}")
                }
                Step::Promote { kid, until, .. } => {
                    assert_eq!(until, NOW + at + LONGEST_TTL + SWITCH_OVER);
                    format!("promote {kid}")
                }
            };
            if rotation.dropped.is_empty() { step } else { format!("{step} - {}", rotation.dropped.join(" ")) }
        });
        assert_eq!(done, expected.map(str::to_owned), "at {at}");
        let all = listed(&secret);
        assert_eq!(all.len(), keys.len(), "at {at}: {all:?}");
        assert!(all.iter().zip(keys).all(|(is, begins)| is.starts_with(begins)), "at {at}: {all:?}");
    }
}

#[test]
fn what_follows_from_a_secret() {
    let secret = Secret::new(key(0)).rotate(NOW, key(1), LONGEST_TTL).unwrap().secret;
    let ring = secret.ring(true);
    assert!(ring.revocations && ring.key(b"k0").is_some() && ring.key(b"k1").is_some());
    assert!(ring.to_json().is_ok());
    // Nobody mints with the next key.
    let minting = secret.minting();
    assert_eq!(minting, serde_json::json!([{"kid": "k0", "key": STANDARD.encode([0; 32])}]));
    let secret = secret.rotate(NOW + SETTLE, key(2), HOUR).unwrap().secret;
    assert_eq!((secret.minting()[0]["kid"].as_str(), secret.current().kid.as_str()), (Some("k1"), "k1"));
    assert_eq!(secret.ring(false).key(b"k0").unwrap().until, Some(NOW + SETTLE + HOUR + SWITCH_OVER));
    assert!(!format!("{secret:?}").contains("[0, 0"), "{secret:?}");
}

#[test]
fn the_largest_ring_fits_into_an_item() {
    let wide = |n: u8| RingKey { kid: format!("{n}").repeat(32), secret: vec![n; 64], until: None };
    let step = |secret: &Secret, at: u64, n: u8| secret.rotate(at, wide(n), LONGEST_TTL).unwrap().secret;
    let late = LATEST - 60 * DAY;
    let secret = [(late, 1), (late + HOUR, 0), (late + DAY, 2), (late + 2 * DAY, 0)];
    let secret = secret.iter().fold(Secret::new(wide(3)), |secret, (at, n)| step(&secret, *at, *n));
    assert_eq!(secret.keys().count(), MOST_KEYS);
    assert!(secret.ring(false).to_json().unwrap().len() <= 1024);
}

#[test]
fn a_step_that_cannot_be_is_refused() {
    let secret = Secret::new(key(0));
    for fresh in [
        key(0),
        RingKey { secret: vec![0; 32], ..key(1) },
        RingKey { kid: String::new(), ..key(1) },
        RingKey { kid: "a.b".to_owned(), ..key(1) },
        RingKey { kid: "x".repeat(33), ..key(1) },
        RingKey { secret: vec![1; 31], ..key(1) },
        RingKey { secret: vec![1; 65], ..key(1) },
    ] {
        assert_eq!(secret.rotate(NOW, fresh.clone(), HOUR), Err(RotateError::Fresh), "{fresh:?}");
    }
    assert_eq!(secret.rotate(LATEST + 1, key(1), HOUR), Err(RotateError::Time));
    let added = secret.rotate(NOW, key(1), HOUR).unwrap().secret;
    for (now, ttl) in [(LATEST, HOUR), (u64::MAX, HOUR), (NOW + SETTLE, LATEST), (NOW + SETTLE, u64::MAX)] {
        assert_eq!(added.rotate(now, key(2), ttl), Err(RotateError::Time), "{now} {ttl}");
    }
    // A clock that was set back.
    assert_eq!(added.rotate(NOW - DAY, key(2), HOUR), Err(RotateError::TooSoon { from: NOW + SETTLE }));
    // A store that turned out to lack the next key has it from then on only.
    let again = added.published_again(NOW + DAY);
    assert_eq!(again.rotate(NOW + DAY, key(2), HOUR), Err(RotateError::TooSoon { from: NOW + DAY + SETTLE }));
    assert_eq!(secret.published_again(NOW), secret);
    for error in [RotateError::TooSoon { from: 7 }, RotateError::TooMany { from: 7 }] {
        assert!(error.to_string().contains("from 7 on"), "{error}");
    }
}

#[test]
fn a_secret_is_read_as_it_was_written() {
    let mut secret = Secret::new(key(0));
    for (at, n) in [(NOW, 1), (NOW + DAY, 2), (NOW + 2 * DAY, 2)] {
        secret = secret.rotate(at, key(n), LONGEST_TTL).unwrap().secret;
        assert_eq!(Secret::from_json(&secret.to_json()), Ok(secret.clone()));
    }
    assert_eq!(listed(&secret).len(), 3);
    // As Terraform writes it: the next key without `since` has been in the store from the beginning.
    let text = format!(
        r#"{{"keys": [{{"kid": "a", "secret": "{0}A", "state": "current"}}, {{"kid": "b", "secret": "{0}E", "state": "next"}}]}}"#,
        "A".repeat(42)
    );
    assert!(Secret::from_json(&text).unwrap().rotate(NOW, key(2), HOUR).is_ok());
}

#[test]
fn what_is_no_secret_is_named_and_not_quoted() {
    let good = URL_SAFE_NO_PAD.encode([7; 32]);
    let one = |fields: &str| format!(r#"{{"keys": [{fields}]}}"#);
    let with = |kid: &str, secret: &str, rest: &str| format!(r#"{{"kid": "{kid}", "secret": "{secret}"{rest}}}"#);
    let current = with("k0", &good, r#", "state": "current""#);
    let bad = |rest: &str| one(&with("k1", &good, rest));
    let wide = URL_SAFE_NO_PAD.encode([7; 65]);
    for (text, says) in [
        ("hidden".to_owned(), "expected JSON such as"),
        ("[]".to_owned(), "expected JSON such as"),
        ("{}".to_owned(), "expected JSON such as"),
        (r#"{"keys": "hidden"}"#.to_owned(), "keys: expected a list"),
        (one(""), "keys: expected one key whose state is current"),
        (one("\"hidden\""), "keys/0: expected an object"),
        (
            one(&format!("{current}, {}", with("k1", &good, r#", "state": "current""#))),
            "keys/1/state: expected no second current",
        ),
        (
            one(&format!(
                "{}, {}",
                with("k1", &good, r#", "state": "next""#),
                with("k2", &good, r#", "state": "next""#)
            )),
            "keys/1/state: expected no second next",
        ),
        (one(&format!("{current}, {}", with("k0", &good, r#", "state": "next""#))), "keys/1/kid: expected another"),
        (one(&with("hid.den", &good, r#", "state": "current""#)), "keys/0/kid: expected 1 to 32"),
        (one(&with("", &good, r#", "state": "current""#)), "keys/0/kid: expected 1 to 32"),
        (one(&with("k1", "hidden", r#", "state": "current""#)), "keys/0/secret: expected 32 to 64 bytes"),
        (one(&with("k1", &wide, r#", "state": "current""#)), "keys/0/secret: expected 32 to 64 bytes"),
        (one(&with("k1", &format!("{good}="), r#", "state": "current""#)), "keys/0/secret: expected 32 to 64 bytes"),
        (bad(""), "keys/0/state: expected next, current or previous"),
        (bad(r#", "state": "hidden""#), "keys/0/state: expected next, current or previous"),
        (bad(r#", "state": "previous""#), "keys/0/until: expected the last moment"),
        (bad(r#", "state": "previous", "until": "hidden""#), "keys/0/until: expected Unix seconds"),
        (bad(r#", "state": "previous", "until": 9007199254740992"#), "keys/0/until: expected Unix seconds"),
        (bad(r#", "state": "current", "until": 1"#), "keys/0/until: expected Unix seconds"),
        (bad(r#", "state": "current", "since": 1"#), "keys/0/since: expected Unix seconds"),
        (bad(r#", "state": "next", "note": "hidden""#), "keys/0/note: expected no other field"),
    ] {
        let said = Secret::from_json(&text).unwrap_err().to_string();
        assert!(said.starts_with(says), "{text}: {said}");
        assert!(!said.contains("hidden") && !said.contains(&good), "{said}");
    }
}

/// What was true from a moment on.
struct Told {
    from: u64,
    secret: Secret,
}

/// What was true at a moment.
fn at(told: &[Told], moment: u64) -> &Secret {
    &told.iter().rev().find(|told| told.from <= moment).unwrap_or(&told[0]).secret
}

/// A pass as a property test draws it.
#[derive(Debug, Clone)]
struct Drawn {
    /// The step that it is made after, and how many seconds after.
    step: prop::sample::Index,
    after: u64,
    /// How old the word is that its minter has of the key.
    behind: u64,
    ttl: u64,
    /// When it is judged, in thousandths of its life.
    judged: u64,
    /// How old the word is that the judging edge has of the ring.
    edge_behind: u64,
}

fn gap() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..2 * SETTLE,
        0..HOUR,
        0..2 * DAY,
        0..10 * DAY,
        Just(SETTLE - 1),
        Just(SETTLE),
        Just(LONGEST_TTL),
        Just(SWITCH_OVER)
    ]
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let ttl = prop_oneof![1..HOUR, 1..=LONGEST_TTL, Just(LONGEST_TTL)];
    let behind = prop_oneof![Just(0), 0..=SWITCH_OVER, Just(SWITCH_OVER)];
    let after = prop_oneof![Just(0), 0..SETTLE, Just(SWITCH_OVER), 0..10 * DAY];
    let judged = prop_oneof![Just(0), Just(1000_u64), 0..=1000_u64];
    let edge_behind = prop_oneof![Just(SETTLE), 0..=SETTLE];
    (any::<prop::sample::Index>(), after, behind, ttl, judged, edge_behind).prop_map(
        |(step, after, behind, ttl, judged, edge_behind)| Drawn { step, after, behind, ttl, judged, edge_behind },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_valid_pass_is_ever_refused_on_the_way(
        gaps in prop::collection::vec(gap(), 1..60),
        passes in prop::collection::vec(drawn(), 1..40),
    ) {
        let mut told = vec![Told { from: 0, secret: Secret::new(key(0)) }];
        let (mut now, mut made) = (NOW, 0);
        for gap in gaps {
            now += gap;
            // Whoever is refused tries again later.
            if let Ok(rotation) = told.last().unwrap().secret.rotate(now, key(made + 1), LONGEST_TTL) {
                made += u8::from(matches!(rotation.step, Step::Add { .. }));
                prop_assert!(rotation.secret.keys().count() <= MOST_KEYS);
                told.push(Told { from: now, secret: rotation.secret });
            }
        }
        for Drawn { step, after, behind, ttl, judged, edge_behind } in passes {
            let minted = told[step.index(told.len())].from.max(NOW) + after;
            let key = at(&told, minted - behind).current();
            let grant = Grant {
                id: vec![1; 16], subject: None, expires: minted + ttl, not_before: None, issued_at: Some(minted),
                prefix: "/media/o/1/".to_owned(), networks: Vec::new(), methods: Vec::new(),
            };
            let moment = minted + (ttl - 1) * judged / 1000;
            let ring: Ring = at(&told, moment - edge_behind).ring(false);
            let store = Store::new(Some(ring.to_json().unwrap()), &[], &[]);
            let request = PassRequest { path: "/media/o/1/x", method: "GET", address: "192.0.2.1" };
            let verdict = judge(&mint(&grant, key).unwrap(), &request, moment, &store);
            prop_assert!(verdict.is_ok(), "{:?} of {} at {}: {:?}", verdict, key.kid, moment - NOW, ring);
        }
    }
}
