//! `iss`, and whose keys count for whom.

use edge_auth::Reason::{ClaimMalformed, IssuerUnknown, KeyUnknown, Permitted, SignatureInvalid};
use edge_auth::config::EdgeConfig;
use serde_json::{Value, json};

use crate::draft::{ABSENT, Draft};
use crate::support::{CLIENT, ISSUER, NOW, Provider};
use crate::table::{Table, types_but};

/// The form that Cognito gives to pools with keys in several regions.
const UPDATED: &str = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test";

pub fn table() -> Table {
    let mut table = Table::new("issuer", Provider::new().site(json!({})));
    names(&mut table);
    both_forms(&mut table);
    keys_of_another(&mut table);
    table
}

fn names(table: &mut Table) {
    let access = Draft::access();
    table.claim(&access, "iss", types_but(&["text"]), IssuerUnknown);
    table.claim(&access, "iss", [json!(ABSENT), json!([ISSUER]), json!({"iss": ISSUER})], IssuerUnknown);
    let pool = "eu-west-1_Test";
    let host = "cognito-idp.eu-west-1.amazonaws.com";
    let others = [
        String::new(),
        pool.to_owned(),
        format!("{ISSUER}/"),
        format!("{ISSUER}//"),
        format!("{ISSUER}?"),
        format!("{ISSUER}#"),
        format!("{ISSUER}\0"),
        format!(" {ISSUER}"),
        format!("{ISSUER} "),
        format!("{ISSUER}2"),
        format!("{ISSUER},{ISSUER}"),
        format!("{ISSUER}/.well-known/jwks.json"),
        ISSUER[..ISSUER.len() - 1].to_owned(),
        ISSUER.to_uppercase(),
        format!("https://{host}/eu-west-1_TEST"),
        format!("https://{host}/eu-west-1_test"),
        format!("https://{host}/eu-west-1_Other"),
        format!("https://{host}/"),
        format!("https://{host}"),
        format!("https://{host}//{pool}"),
        format!("https://{host}/./{pool}"),
        format!("https://{host}/x/../{pool}"),
        format!("https://{host}/eu-west-1%5FTest"),
        format!("https://{host}:443/{pool}"),
        format!("https://{host}./{pool}"),
        format!("https://user@{host}/{pool}"),
        format!("https://{host}@evil.example/{pool}"),
        format!("https://{host}.evil.example/{pool}"),
        format!("https://evil.example/{pool}"),
        format!("https://evil.example/?{ISSUER}"),
        format!("https://evil.example#{ISSUER}"),
        format!("http://{host}/{pool}"),
        format!("HTTPS://{host}/{pool}"),
        format!("//{host}/{pool}"),
        format!("{host}/{pool}"),
        format!("https://cognito-idp.eu-west-1.amazonaws.com.cn/{pool}"),
        format!("https://cognito-idp.eu-west-2.amazonaws.com/{pool}"),
        "https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_Test".to_owned(),
        // A Cyrillic o, then its name in Punycode.
        format!("https://cоgnito-idp.eu-west-1.amazonaws.com/{pool}"),
        format!("https://xn--cgnito-idp-tjj.eu-west-1.amazonaws.com/{pool}"),
        UPDATED.to_owned(),
    ];
    table.claim(&access, "iss", others.iter().map(|iss| json!(iss)), IssuerUnknown);
    let stranger = access.claims(json!({"iss": "https://evil.example"})).by_stranger();
    table.row("a stranger of his own", stranger.signed(), IssuerUnknown);
}

fn cognito(issuer: &str, client: &str, jwks: Value) -> Value {
    json!({"kind": "cognito", "issuer": issuer, "clients": [client], "jwks": jwks, "fetched_at": NOW})
}

fn site(issuers: &[Value]) -> EdgeConfig {
    Provider::new().deployed(json!({}), json!({"issuers": issuers}))
}

fn both_forms(table: &mut Table) {
    let keys = Provider::new().jwks("k");
    let original = Draft::access();
    let updated = Draft::access().claims(json!({"iss": UPDATED}));
    table.on(site(&[cognito(UPDATED, CLIENT, keys.clone())]));
    table.row("the updated form where only that is configured", updated.signed(), Permitted);
    table.row("the original form where only the updated one is configured", original.signed(), IssuerUnknown);
    table.on(site(&[cognito(ISSUER, CLIENT, keys.clone()), cognito(UPDATED, CLIENT, keys.clone())]));
    table.row("the original form where both are configured", original.signed(), Permitted);
    table.row("the updated form where both are configured", updated.signed(), Permitted);
    let others = Provider::new().jwks("other");
    table.on(site(&[cognito(ISSUER, CLIENT, keys), cognito(UPDATED, CLIENT, others)]));
    table.row("the updated form with a key of the original one", updated.signed(), KeyUnknown);
    let named = updated.header(json!({"kid": "other"}));
    table.row("the updated form with a key of its own", named.signed(), Permitted);
}

/// Two issuers, each with a key of its own: neither may sign for the other.
fn keys_of_another(table: &mut Table) {
    const OTHER: &str = "https://accounts.example";
    let theirs = json!({"kind": "oidc", "issuer": OTHER, "clients": [CLIENT], "jwks": Provider::stranger().jwks("s"), "fetched_at": NOW,
                        "jwks_uri": "https://accounts.example/keys"});
    table.on(site(&[cognito(ISSUER, CLIENT, Provider::new().jwks("k")), theirs]));
    let cognito = Draft::access();
    let oidc = Draft::oidc().claims(json!({"iss": OTHER})).header(json!({"kid": "s"})).by_stranger();
    table.row("the first of two issuers", cognito.signed(), Permitted);
    table.row("the second of two issuers", oidc.signed(), Permitted);
    for (name, draft, expected) in [
        ("the second signs for the first under its own kid", Draft::access().header(json!({"kid": "s"})), KeyUnknown),
        ("the second signs for the first under the first's kid", Draft::access(), SignatureInvalid),
        ("the second signs for nobody", oidc.clone().claims(json!({"iss": ABSENT})), IssuerUnknown),
        ("the second claims both issuers", oidc.clone().claims(json!({"iss": [OTHER, ISSUER]})), IssuerUnknown),
        ("the second writes as Cognito does", Draft::access().claims(json!({"iss": OTHER})), KeyUnknown),
    ] {
        table.row(name, draft.by_stranger().signed(), expected);
    }
    let no_audience = Draft::access().claims(json!({"iss": OTHER})).header(json!({"kid": "s"})).by_stranger();
    table.row("the second writes as Cognito does, under its own kid", no_audience.signed(), ClaimMalformed);
    // The other way round the signer must be the provider.
    let for_the_second = Draft::oidc().claims(json!({"iss": OTHER}));
    table.row("the first signs for the second under its own kid", for_the_second.signed(), KeyUnknown);
    let posing = for_the_second.header(json!({"kid": "s"}));
    table.row("the first signs for the second under the second's kid", posing.signed(), SignatureInvalid);
}
