//! `exp`, `nbf` and `iat`.

use edge_auth::Reason::{ClaimMalformed, Permitted, TokenExpired, TokenMalformed, TokenNotYetValid};
use serde_json::{Value, json};

use crate::draft::{ABSENT, Draft, of_bytes};
use crate::support::{NOW, Provider};
use crate::table::{Table, types_but};

pub fn table() -> Table {
    let mut table = Table::new("times", Provider::new().site(json!({})));
    expiry(&mut table);
    for claim in ["nbf", "iat"] {
        beginning(&mut table, claim);
    }
    beyond_json(&mut table);
    together(&mut table);
    leeway(&mut table);
    table
}

/// A date that lies so many seconds from now.
fn from_now(seconds: i64) -> Value {
    json!(i64::try_from(NOW).unwrap() + seconds)
}

fn expiry(table: &mut Table) {
    let access = Draft::access();
    table.claim(&access, "exp", types_but(&["number"]), ClaimMalformed);
    let texts = [json!(ABSENT), json!(NOW.to_string()), json!("2030-01-01T00:00:00Z"), json!([NOW + 900])];
    table.claim(&access, "exp", texts, ClaimMalformed);
    let past = [json!(0), json!(1), json!(-1), json!(-1.5), json!(i64::MIN), json!(-1e308), json!(0.5), json!(1e-300)];
    table.claim(&access, "exp", past, TokenExpired);
    table.claim(&access, "exp", [from_now(-900), from_now(-31), from_now(-30)], TokenExpired);
    table.claim(&access, "exp", [from_now(-29), from_now(-1), from_now(0), from_now(1)], Permitted);
    let fractions = [json!(as_f64(from_now(-30)) - 0.25), json!(as_f64(from_now(-31)) + 0.5)];
    table.claim(&access, "exp", fractions, TokenExpired);
    let fractions = [json!(as_f64(from_now(-30)) + 0.25), json!(as_f64(from_now(0)) + 0.5)];
    table.claim(&access, "exp", fractions, Permitted);
    // In milliseconds it lies far off, and at the end of all numbers too.
    let far = [json!(NOW * 1000), json!(u64::from(u32::MAX) + 1), json!(u64::MAX), json!(i64::MAX), json!(1e308)];
    table.claim(&access, "exp", far, Permitted);
}

fn beginning(table: &mut Table, claim: &str) {
    let access = Draft::access();
    table.claim(&access, claim, types_but(&["number"]), ClaimMalformed);
    table.claim(&access, claim, [json!(NOW.to_string()), json!([NOW])], ClaimMalformed);
    let past = [json!(ABSENT), json!(0), json!(-1), json!(-1.5), json!(-1e308), from_now(-900), from_now(0)];
    table.claim(&access, claim, past, Permitted);
    table.claim(&access, claim, [from_now(29), from_now(30), json!(as_f64(from_now(29)) + 0.75)], Permitted);
    let future = [from_now(31), from_now(86_400), json!(as_f64(from_now(30)) + 0.25), json!(u64::MAX), json!(1e308)];
    table.claim(&access, claim, future, TokenNotYetValid);
    table.claim(&access, claim, [json!(NOW * 1000)], TokenNotYetValid);
}

/// Numbers that JSON can write and no double can hold.
fn beyond_json(table: &mut Table) {
    let (header, payload) = (Draft::access().header_text(), Draft::access().claims_text());
    for (claim, number) in
        [("exp", "1e309"), ("exp", "-1e309"), ("exp", "1e999999"), ("nbf", "1e309"), ("iat", "1e309")]
    {
        let claims = Draft::access().claims(json!({ claim: ABSENT })).claims_text();
        let token = of_bytes(&header, format!("{{\"{claim}\":{number},{}", &claims[1..]));
        table.row(format!("{claim} {number}"), token, TokenMalformed);
    }
    for (number, expected) in [("1.77e9", TokenExpired), ("1780000000.0", Permitted), ("178000090e1", Permitted)] {
        let token = of_bytes(&header, payload.replace(&format!("{}", NOW + 900), number));
        table.row(format!("exp written {number}"), token, expected);
    }
}

fn together(table: &mut Table) {
    for (name, changes, expected) in [
        ("expired and not yet valid", json!({"exp": 0, "nbf": NOW + 900}), TokenExpired),
        ("expired before it began", json!({"exp": NOW - 900, "iat": NOW + 900}), TokenExpired),
        ("nbf passed, iat not", json!({"nbf": 0, "iat": NOW + 900}), TokenNotYetValid),
        ("iat passed, nbf not", json!({"nbf": NOW + 900, "iat": 0}), TokenNotYetValid),
        ("iat after exp, both near now", json!({"exp": NOW - 10, "iat": NOW + 10}), Permitted),
        ("neither nbf nor iat", json!({"nbf": ABSENT, "iat": ABSENT}), Permitted),
        ("no time at all", json!({"exp": ABSENT, "nbf": ABSENT, "iat": ABSENT}), ClaimMalformed),
        ("a fresh auth_time of an odd type", json!({"auth_time": "x"}), Permitted),
    ] {
        table.row(name, Draft::access().claims(changes).signed(), expected);
    }
}

/// The same borders where the policy forgives less or more.
fn leeway(table: &mut Table) {
    for leeway in [0_i64, 1, 300] {
        table.on(Provider::new().site(json!({"tokens": {"leeway_seconds": leeway}})));
        for (claim, at, expected) in [
            ("exp", -leeway - 1, TokenExpired),
            ("exp", -leeway, TokenExpired),
            ("exp", -leeway + 1, Permitted),
            ("nbf", leeway, Permitted),
            ("nbf", leeway + 1, TokenNotYetValid),
            ("iat", leeway, Permitted),
            ("iat", leeway + 1, TokenNotYetValid),
        ] {
            let token = Draft::access().claims(json!({ claim: from_now(at) })).signed();
            table.row(format!("{claim} {at} s from now with a leeway of {leeway} s"), token, expected);
        }
    }
}

fn as_f64(number: Value) -> f64 {
    number.as_f64().unwrap()
}
