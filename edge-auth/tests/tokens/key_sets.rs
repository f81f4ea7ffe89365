//! Key sets with keys that do not count.

use edge_auth::Reason::{KeyUnknown, KeysUnavailable, Permitted, TokenMalformed};
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::support::{CLIENT, ISSUER, NOW, Provider};
use crate::table::Table;

pub fn table() -> Table {
    let mut table = Table::new("key sets", Provider::new().site(json!({})));
    let key = Provider::new().jwks("k")["keys"][0].clone();
    let with = |change: Value| {
        let mut key = key.clone();
        key.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        key
    };
    let good = || Draft::access().signed();
    let usable = with(json!({"kid": "other"}));
    let many = |count: usize| (0..count).map(|n| with(json!({"kid": format!("other {n}")}))).collect::<Vec<_>>();
    for (name, keys, expected) in [
        ("a key beside others", json!([usable, key]), Permitted),
        ("a key for encryption", json!([usable, with(json!({"use": "enc"}))]), KeyUnknown),
        ("a key to encrypt", json!([usable, with(json!({"key_ops": ["encrypt"]}))]), KeyUnknown),
        ("a key of another algorithm", json!([usable, with(json!({"alg": "RS512"}))]), KeyUnknown),
        ("a key of another type", json!([usable, with(json!({"kty": "EC"}))]), KeyUnknown),
        ("a key with an exponent of one", json!([usable, with(json!({"e": "AQ"}))]), KeyUnknown),
        ("a key with an even exponent", json!([usable, with(json!({"e": "AQAA"}))]), KeyUnknown),
        ("a key of 1,024 bits", json!([usable, with(json!({"n": key["n"].as_str().unwrap()[..171]}))]), KeyUnknown),
        ("a key twice", json!([usable, key, key]), KeyUnknown),
        ("a key whose kid is a number", json!([usable, with(json!({"kid": 1}))]), KeyUnknown),
        ("a key as the sixteenth", json!([many(15), vec![key.clone()]].concat()), Permitted),
        ("a key as the seventeenth", json!([many(16), vec![key.clone()]].concat()), KeyUnknown),
        ("no key", json!([]), KeysUnavailable),
        ("no key that counts", json!([with(json!({"use": "enc"}))]), KeysUnavailable),
    ] {
        let issuer = json!({"kind": "cognito", "issuer": ISSUER, "clients": [CLIENT], "jwks": {"keys": keys}, "fetched_at": NOW});
        table.on(Provider::new().deployed(json!({}), json!({"issuers": [issuer]})));
        table.row(format!("a set with {name}"), good(), expected);
        let malformed = format!("{}.", good());
        table.row(format!("a set with {name}, for a malformed token"), malformed, TokenMalformed);
    }
    table
}
