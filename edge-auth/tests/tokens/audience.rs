//! `token_use`, `client_id` and `aud`.

use edge_auth::Reason::{ClaimMalformed, ClientUnknown, Permitted, TokenUseWrong};
use edge_auth::config::EdgeConfig;
use serde_json::{Value, json};

use crate::draft::{ABSENT, Draft};
use crate::support::{CLIENT, ISSUER, NOW, Provider};
use crate::table::{Table, types_but};

/// The client of another issuer of the same site.
const NEIGHBOUR: &str = "neighbour";
const OIDC: &str = "https://accounts.example";

pub fn table() -> Table {
    let mut table = Table::new("audience", site("access"));
    kinds(&mut table);
    token_use(&mut table);
    client_of_access(&mut table);
    client_of_id(&mut table);
    oidc(&mut table);
    table
}

/// Two issuers, of which each has a client of its own.
fn site(wanted: &str) -> EdgeConfig {
    let provider = Provider::new();
    let issuers = json!([
        {"kind": "cognito", "issuer": ISSUER, "clients": ["first", CLIENT], "jwks": provider.jwks("k"), "fetched_at": NOW},
        {"kind": "oidc", "issuer": OIDC, "clients": [NEIGHBOUR, CLIENT], "jwks": provider.jwks("k"), "fetched_at": NOW},
        {"kind": "cognito", "issuer": format!("{ISSUER}2"), "clients": [NEIGHBOUR], "jwks": provider.jwks("k"), "fetched_at": NOW},
    ]);
    provider.deployed(json!({"tokens": {"use": wanted}}), json!({"issuers": issuers}))
}

/// What kind of token counts where.
fn kinds(table: &mut Table) {
    for (wanted, access, id) in
        [("access", Permitted, TokenUseWrong), ("id", TokenUseWrong, Permitted), ("either", Permitted, Permitted)]
    {
        table.on(site(wanted));
        table.row(format!("an access token where {wanted} is wanted"), Draft::access().signed(), access);
        table.row(format!("an ID token where {wanted} is wanted"), Draft::id().signed(), id);
        let oidc = Draft::oidc().claims(json!({"iss": OIDC}));
        table.row(format!("another provider's token where {wanted} is wanted"), oidc.signed(), Permitted);
        for (name, claims, expected) in [
            ("a refresh token", json!({"token_use": "refresh"}), TokenUseWrong),
            ("a token of no kind", json!({"token_use": ABSENT}), TokenUseWrong),
            ("a token of both kinds", json!({"token_use": ["access", "id"]}), ClaimMalformed),
        ] {
            let token = Draft::access().claims(claims).claims(json!({"aud": CLIENT})).signed();
            table.row(format!("{name} where {wanted} is wanted"), token, expected);
        }
    }
    table.on(site("either"));
    for (name, draft, expected) in [
        ("an access token with aud alone", json!({"token_use": "access", "client_id": ABSENT}), ClaimMalformed),
        (
            "an access token for another client, with our aud",
            json!({"token_use": "access", "client_id": "x"}),
            ClientUnknown,
        ),
        ("an ID token for another client, with our client_id", json!({"token_use": "id", "aud": "x"}), ClientUnknown),
        ("an ID token with client_id alone", json!({"token_use": "id", "aud": ABSENT}), ClaimMalformed),
    ] {
        let both = Draft::access().claims(json!({"aud": CLIENT})).claims(draft);
        table.row(format!("{name} where either is wanted"), both.signed(), expected);
    }
    table.on(site("access"));
}

fn token_use(table: &mut Table) {
    table.claim(&Draft::access(), "token_use", types_but(&["text"]), ClaimMalformed);
    let others =
        ["", "ACCESS", "Access", "access ", " access", "access\0", "accessx", "acces", "access id", "id", "ID"];
    table.claim(&Draft::access(), "token_use", others.map(|other| json!(other)), TokenUseWrong);
}

/// Names that are nearly that of the client, or another's.
fn strangers() -> Vec<Value> {
    let others = [
        "",
        "x",
        "CLIENT",
        "Client",
        "client ",
        " client",
        "client\0",
        "clien",
        "clientx",
        "client,first",
        "client first",
        "сlient",
        "*",
        NEIGHBOUR,
    ];
    others.iter().map(|other| json!(other)).collect()
}

fn client_of_access(table: &mut Table) {
    let access = Draft::access();
    table.claim(&access, "client_id", types_but(&["text"]), ClaimMalformed);
    table.claim(&access, "client_id", [json!(ABSENT), json!([CLIENT]), json!({CLIENT: true})], ClaimMalformed);
    table.claim(&access, "client_id", strangers(), ClientUnknown);
    table.claim(&access, "client_id", [json!("first")], Permitted);
    // What an access token says in aud is the resource's business.
    table.claim(&access, "aud", [json!("x"), json!(["x"]), json!(1), json!(null)], Permitted);
}

fn client_of_id(table: &mut Table) {
    table.on(site("id"));
    let id = Draft::id();
    table.claim(&id, "aud", types_but(&["text"]), ClaimMalformed);
    table.claim(&id, "aud", [json!(ABSENT), json!([CLIENT]), json!({CLIENT: true})], ClaimMalformed);
    table.claim(&id, "aud", strangers(), ClientUnknown);
    table.claim(&id, "aud", [json!("first")], Permitted);
    table.claim(&id, "client_id", [json!("x"), json!(1)], Permitted);
}

/// Providers that are not Cognito: `aud` alone decides, one text or a list of them.
fn oidc(table: &mut Table) {
    table.on(site("access"));
    let oidc = Draft::oidc().claims(json!({"iss": OIDC}));
    table.claim(&oidc, "aud", types_but(&["text", "list"]), ClaimMalformed);
    let malformed = [
        json!(ABSENT),
        json!([1]),
        json!([CLIENT, 1]),
        json!([1, CLIENT]),
        json!([CLIENT, null]),
        json!([[CLIENT]]),
        json!([{"aud": CLIENT}]),
    ];
    table.claim(&oidc, "aud", malformed, ClaimMalformed);
    table.claim(&oidc, "aud", [json!([]), json!([""]), json!(["x"]), json!(["x", "CLIENT"])], ClientUnknown);
    let theirs = strangers().into_iter().filter(|client| client != NEIGHBOUR);
    table.claim(&oidc, "aud", theirs, ClientUnknown);
    let ours = [json!(NEIGHBOUR), json!([CLIENT]), json!(["x", CLIENT]), json!([CLIENT, "x"]), json!([CLIENT, CLIENT])];
    table.claim(&oidc, "aud", ours, Permitted);
    table.claim(&oidc, "aud", [json!("first"), json!(["first"])], ClientUnknown);
    table.claim(&oidc, "token_use", [json!("id"), json!("x"), json!(1)], Permitted);
    let by_client_id = oidc.claims(json!({"aud": ABSENT, "client_id": CLIENT}));
    table.row("oidc with client_id alone", by_client_id.signed(), ClaimMalformed);
}
