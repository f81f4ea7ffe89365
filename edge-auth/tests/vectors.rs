//! Public vectors, which are not part of the project: read where `STAGEDOOR_VECTORS` names their directory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_auth::Reason;
use edge_auth::event::Event;
use edge_auth::token::{CompactJws, Header, KeySet, PublicKey, verify_compact, verify_rs256};
use serde::Deserialize as _;
use serde_json::{Value, json};

fn directory() -> Option<PathBuf> {
    let directory = std::env::var_os("STAGEDOOR_VECTORS").map(PathBuf::from);
    if directory.is_none() {
        eprintln!("skipped: STAGEDOOR_VECTORS is not set");
    }
    directory
}

#[test]
fn the_example_events_of_the_developer_guide_are_read_without_loss() {
    let Some(directory) = directory() else { return };
    let mut read = 0;
    for entry in std::fs::read_dir(directory.join("cloudfront-events")).unwrap() {
        let path = entry.unwrap().path();
        // The Function's events have another shape; they are for the CloudFront Function.
        if !path.file_name().unwrap().to_string_lossy().starts_with("lambda-") {
            continue;
        }
        let whole: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let event = Event::deserialize(whole.clone()).unwrap();
        assert_eq!(serde_json::to_value(event).unwrap(), whole, "{}", path.display());
        read += 1;
    }
    assert_eq!(read, 3);
}

/// One case of C2SP/wycheproof and the key or key set that its group gives.
struct Case {
    id: u64,
    valid: bool,
    key: Value,
    test: Value,
}

impl Case {
    fn text(&self, name: &str) -> &str {
        self.test[name].as_str().unwrap()
    }

    fn jws(&self) -> &str {
        self.text("jws")
    }

    /// `alg` as the token's header says it.
    fn algorithm(&self) -> String {
        let header = URL_SAFE_NO_PAD.decode(self.jws().split('.').next().unwrap()).ok();
        let header = header.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        header.map_or("unreadable".to_owned(), |header| header["alg"].as_str().unwrap().to_owned())
    }
}

/// All cases of a file, in order. Symmetric keys stand under `private`, where there is no `public`.
fn cases(name: &str) -> Option<Vec<Case>> {
    let bytes = std::fs::read(directory()?.join(name)).unwrap();
    let file: Value = serde_json::from_slice(&bytes).unwrap();
    let mut cases = Vec::new();
    for group in file["testGroups"].as_array().unwrap() {
        let key = ["public", "private", "keyJwk"].iter().find_map(|at| group.get(*at)).unwrap();
        for test in group["tests"].as_array().unwrap() {
            let id = test["tcId"].as_u64().unwrap();
            cases.push(Case { id, valid: test["result"] == "valid", key: key.clone(), test: test.clone() });
        }
    }
    assert_eq!(Some(cases.len() as u64), file["numberOfTests"].as_u64());
    Some(cases)
}

/// How often each value occurs.
fn count<T: Ord>(of: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    of.into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
    counts
}

/// The key with nothing left of it that says what it is for.
fn bare(jwk: &Value) -> Option<PublicKey> {
    PublicKey::from_jwk(&json!({"kty": jwk["kty"], "n": jwk["n"], "e": jwk["e"]}))
}

const SIGNATURES: &str = "json_web_signature_test.json";

#[test]
fn every_rs256_signature_is_judged_as_its_authors_say() {
    let Some(cases) = cases(SIGNATURES) else { return };
    let mut judged = Vec::new();
    for case in &cases {
        let Some(key) = PublicKey::from_jwk(&case.key) else { continue };
        let verified = verify_compact(case.jws(), &key);
        assert_eq!(verified.is_ok(), case.valid, "case {} ends in {verified:?}", case.id);
        if let Ok(payload) = verified {
            let encoded = case.jws().split('.').nth(1).unwrap();
            assert_eq!(URL_SAFE_NO_PAD.encode(payload), encoded, "case {} has another payload", case.id);
        }
        judged.push(case.valid);
    }
    assert_eq!(count(judged), BTreeMap::from([(true, 8), (false, 225)]));
}

#[test]
fn a_key_of_another_kind_or_for_another_use_is_none() {
    let Some(cases) = cases(SIGNATURES) else { return };
    let unusable: Vec<&Case> = cases.iter().filter(|case| PublicKey::from_jwk(&case.key).is_none()).collect();
    let described = |case: &&Case| {
        let purpose = ["alg", "use"].iter().find_map(|name| case.key[*name].as_str());
        format!("{} {}", case.key["kty"].as_str().unwrap(), purpose.unwrap_or("key_ops"))
    };
    let expected = [
        ("EC ES256", 39),
        ("EC ES521", 2),
        ("EC enc", 1),
        ("EC key_ops", 1),
        ("RSA PS256", 50),
        ("RSA PS384", 5),
        ("RSA PS512", 20),
        ("RSA RS384", 4),
        ("RSA RS512", 4),
        ("RSA enc", 1),
        ("RSA key_ops", 1),
        ("oct HS256", 40),
    ];
    assert_eq!(count(unusable.iter().map(described)), expected.map(|(key, n)| (key.to_owned(), n)).into());
    // That the key says what it is for is what refuses the two cases of a right signature by a key for encryption:
    // without these words it verifies.
    for id in [353, 355] {
        let case = unusable.iter().find(|case| case.id == id).unwrap();
        assert!(verify_compact(case.jws(), &bare(&case.key).unwrap()).is_ok(), "case {id}");
    }
}

#[test]
fn another_algorithm_is_refused_whatever_key_is_given() {
    let Some(cases) = cases(SIGNATURES) else { return };
    let mut keys: Vec<PublicKey> = cases.iter().filter_map(|case| bare(&case.key)).collect();
    keys.sort_by(|a, b| a.modulus().cmp(b.modulus()));
    keys.dedup();
    assert_eq!(keys.len(), 5);
    let mut judged = Vec::new();
    for case in cases.iter().filter(|case| case.algorithm() != "RS256") {
        for key in &keys {
            let reason = verify_compact(case.jws(), key).expect_err(&format!("case {}", case.id));
            assert!(matches!(reason, Reason::AlgNotAllowed | Reason::TokenMalformed), "case {}: {reason}", case.id);
        }
        judged.push(case.algorithm());
    }
    let expected = [
        ("ES256", 35),
        ("ES512", 2),
        ("HS256", 31),
        ("NONE", 1),
        ("PS256", 49),
        ("PS384", 8),
        ("PS512", 11),
        ("RS384", 5),
        ("RS512", 5),
        ("none", 4),
        ("unreadable", 19),
    ];
    assert_eq!(count(judged), expected.map(|(alg, n)| (alg.to_owned(), n)).into());
}

#[test]
fn base64url_is_as_strict_as_its_authors_ask_or_stricter() {
    let Some(cases) = cases(SIGNATURES) else { return };
    let by_id = |id: u64| cases.iter().find(|case| case.id == id).unwrap();
    for id in 357..=377 {
        let case = by_id(id);
        let formed = CompactJws::parse(case.jws()).and_then(|jws| Header::read(jws.header));
        match id {
            // Marked valid although they hold a character outside the alphabet.
            372 | 373 => assert_eq!(formed.unwrap_err(), Reason::TokenMalformed, "case {id}"),
            // Meant to be padded, but their text is that of the valid case 357.
            367 | 370 => assert_eq!(case.jws(), by_id(357).jws(), "case {id}"),
            _ => assert_eq!(formed.is_ok(), case.valid, "case {id}"),
        }
    }
}

/// What the authors ask of key sets, as far as sets of RSA keys for RS256 go. A set of any other kind has no key for us,
/// and its tokens are refused, valid or not.
///
/// Case 7 is the one where we go another way: a key made by a chip with the ROCA weakness (CVE-2017-15361) counts. Keys
/// come from the configured issuers alone, and how they make them is their business.
#[test]
fn key_sets_are_judged_as_their_authors_say() {
    let Some(cases) = cases("json_web_key_test.json") else { return };
    let mut judged = Vec::new();
    for case in &cases {
        let header = Header::read(CompactJws::parse(case.jws()).unwrap().header).unwrap();
        let set = KeySet::from_jwks(&case.key).unwrap();
        let found = set.find(header.object().text("kid").unwrap());
        let verified = found.is_some_and(|key| verify_compact(case.jws(), key).is_ok());
        let expected = match case.id {
            7 => true,
            // Valid with HS256, HS384 or HS512.
            2 | 13..=15 => false,
            _ => case.valid,
        };
        assert_eq!(verified, expected, "case {}", case.id);
        judged.push((header.object().text("alg").unwrap().to_owned(), found.is_some()));
    }
    // Of the RS256 keys there are none for 6 (for encryption), 8 (1,024 bits) and 9 (an exponent of one).
    let rs256 = |found| judged.iter().filter(|(alg, f)| alg == "RS256" && *f == found).count();
    assert_eq!((judged.len(), rs256(true), rs256(false)), (26, 2, 3));
    assert!(judged.iter().all(|(alg, found)| alg == "RS256" || !found));
}

#[test]
fn every_raw_rsa_signature_is_judged_as_its_authors_say() {
    let Some(cases) = cases("rsa_signature_2048_sha256_test.json") else { return };
    for case in &cases {
        let key = PublicKey::from_jwk(&case.key).unwrap();
        let verified = verify_rs256(&key, &hex(case.text("msg")), &hex(case.text("sig")));
        assert_eq!(verified.is_ok(), case.valid, "case {}", case.id);
    }
    // The one that they leave to the reader's taste lacks the NULL of RFC 8017 A.2.4: refused.
    let results = count(cases.iter().map(|case| case.text("result")));
    assert_eq!(results, BTreeMap::from([("valid", 9), ("acceptable", 1), ("invalid", 249)]));
}

fn hex(digits: &str) -> Vec<u8> {
    let nibble = |digit: u8| char::from(digit).to_digit(16).unwrap().to_le_bytes()[0];
    digits.as_bytes().chunks(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect()
}
