//! Tokens that are wrong in two ways at once: the reason is that of the check that comes first.

use edge_auth::Reason::{self, *};
use serde_json::json;

use crate::draft::{ABSENT, Draft, base64url, of_parts};
use crate::support::Provider;
use crate::table::Table;

/// The ways in which a token of this table can be wrong, in the order of the checks. Two of one rank change the same thing.
const FAULTS: &[(&str, u8, Reason)] = &[
    ("too large", 0, TokenTooLarge),
    ("payload no object", 1, TokenMalformed),
    ("padded payload", 1, TokenMalformed),
    ("alg", 2, AlgNotAllowed),
    ("crit", 3, HeaderNotAllowed),
    ("typ", 3, HeaderNotAllowed),
    ("no kid", 3, HeaderNotAllowed),
    ("iss", 4, IssuerUnknown),
    ("kid unknown", 5, KeyUnknown),
    ("stranger", 6, SignatureInvalid),
    ("exp missing", 7, ClaimMalformed),
    ("exp passed", 7, TokenExpired),
    ("nbf", 8, TokenNotYetValid),
    ("token_use", 9, TokenUseWrong),
    ("client_id missing", 10, ClaimMalformed),
    ("client_id unknown", 10, ClientUnknown),
    ("groups", 11, ClaimMalformed),
    ("sub", 12, ClaimMalformed),
    ("tier", 13, NotPermitted),
];

pub fn table() -> Table {
    let rule = json!({"claim": "custom:tier", "in": ["gold"]});
    let site = Provider::new().site(json!({"routes": [{"path": "/*", "allow": rule, "origin": "app"}]}));
    let mut table = Table::new("order", site);
    table.row("wrong in no way", token(&[]), Permitted);
    for (at, (name, rank, expected)) in FAULTS.iter().enumerate() {
        table.row(*name, token(&[name]), *expected);
        for (later, later_rank, _) in &FAULTS[at + 1..] {
            let one_field = (*name, *later) == ("no kid", "kid unknown");
            if rank != later_rank && !one_field {
                table.row(format!("{name} before {later}"), token(&[name, later]), *expected);
            }
        }
    }
    // From each fault on, all that can come together.
    for (at, (name, _, expected)) in FAULTS.iter().enumerate() {
        let rest: Vec<&str> = FAULTS[at..].iter().map(|(name, ..)| *name).collect();
        table.row(format!("{name} and everything behind it"), token(&rest), *expected);
    }
    table
}

/// A token with these faults, each applied over what is there; of two that change one thing, the first stays.
fn token(faults: &[&str]) -> String {
    let mut draft = Draft::access().claims(json!({"custom:tier": "gold"}));
    let (mut no_object, mut padding) = (false, "");
    for fault in faults.iter().rev() {
        draft = match *fault {
            "too large" => draft.claims(json!({"pad": "x".repeat(9000)})),
            "payload no object" => {
                (no_object, padding) = (true, "");
                draft
            }
            "padded payload" => {
                (no_object, padding) = (false, "=");
                draft
            }
            "alg" => draft.header(json!({"alg": "none"})),
            "crit" => draft.header(json!({"crit": ["exp"]})),
            "typ" => draft.header(json!({"typ": "JWS"})),
            "no kid" => draft.header(json!({"kid": ABSENT})),
            "iss" => draft.claims(json!({"iss": "https://evil.example"})),
            "kid unknown" => draft.header(json!({"kid": "x"})),
            "stranger" => draft.by_stranger(),
            "exp missing" => draft.claims(json!({"exp": ABSENT})),
            "exp passed" => draft.claims(json!({"exp": 0})),
            "nbf" => draft.claims(json!({"nbf": 9_999_999_999_u64})),
            "token_use" => draft.claims(json!({"token_use": "id"})),
            "client_id missing" => draft.claims(json!({"client_id": ABSENT})),
            "client_id unknown" => draft.claims(json!({"client_id": "x"})),
            "groups" => draft.claims(json!({"cognito:groups": "admins"})),
            "sub" => draft.claims(json!({"sub": 1})),
            "tier" => draft.claims(json!({"custom:tier": "tin"})),
            other => panic!("{other} is no fault"),
        };
    }
    match (no_object, padding) {
        (false, "") => draft.signed(),
        (true, _) => of_parts(&base64url(draft.header_text()), &base64url(format!("[{}]", draft.claims_text()))),
        (false, _) => of_parts(&base64url(draft.header_text()), &format!("{}=", base64url(draft.claims_text()))),
    }
}
