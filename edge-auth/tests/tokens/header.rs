//! `alg`, what would change the rules, `typ`, `kid`, and keys that a header brings along.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edge_auth::Reason::{AlgNotAllowed, HeaderNotAllowed, KeyUnknown, Permitted, SignatureInvalid};
use ring::hmac;
use ring::signature::{RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding};
use serde_json::{Value, json};

use crate::draft::{ABSENT, Draft, base64url};
use crate::support::Provider;
use crate::table::{Table, types_but};

pub fn table() -> Table {
    let mut table = Table::new("header", Provider::new().site(json!({})));
    algorithm(&mut table);
    signed_otherwise(&mut table);
    rules(&mut table);
    kind(&mut table);
    key_id(&mut table);
    keys_of_its_own(&mut table);
    table
}

fn texts(values: &[&str]) -> Vec<Value> {
    values.iter().map(|value| json!(value)).collect()
}

fn algorithm(table: &mut Table) {
    let others = [
        "none",
        "None",
        "NONE",
        "nOnE",
        "",
        "HS256",
        "HS384",
        "HS512",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES256K",
        "ES384",
        "ES512",
        "EdDSA",
        "Ed25519",
        "RS1",
        "RSA",
        "RSA1_5",
        "RSA-OAEP",
        "dir",
        "A128KW",
        "rs256",
        "Rs256",
        "rS256",
        "RS256 ",
        " RS256",
        "RS256\0",
        "RS-256",
        "RS2560",
        "RS25",
        "SHA256withRSA",
        "ＲＳ256",
    ];
    table.header("alg", texts(&others), AlgNotAllowed);
    table.header("alg", types_but(&["text"]), AlgNotAllowed);
    table.header("alg", [json!(ABSENT), json!(256), json!(["RS256"]), json!({"RS256": true})], AlgNotAllowed);
    let unsigned = |alg: &str| {
        let draft = Draft::access().header(json!({"alg": alg})).signed();
        format!("{}.", draft.rsplit_once('.').unwrap().0)
    };
    table.row("none and no signature", unsigned("none"), AlgNotAllowed);
    table.row("NONE and no signature", unsigned("NONE"), AlgNotAllowed);
    table.row("RS256 and no signature", unsigned("RS256"), SignatureInvalid);
}

/// Right signatures of schemes that are not RS256, under their own name and under its name.
fn signed_otherwise(table: &mut Table) {
    let signed = |draft: Draft, sign: &dyn Fn(&[u8]) -> Vec<u8>| {
        let message = format!("{}.{}", base64url(draft.header_text()), base64url(draft.claims_text()));
        format!("{message}.{}", base64url(sign(message.as_bytes())))
    };
    let schemes: [(&str, &'static dyn RsaEncoding); 3] =
        [("RS384", &RSA_PKCS1_SHA384), ("RS512", &RSA_PKCS1_SHA512), ("PS256", &RSA_PSS_SHA256)];
    for (alg, scheme) in schemes {
        let sign = |message: &[u8]| Provider::new().signature(scheme, message);
        table.row(format!("{alg}, truly"), signed(Draft::access().header(json!({"alg": alg})), &sign), AlgNotAllowed);
        table.row(format!("{alg} under the name of RS256"), signed(Draft::access(), &sign), SignatureInvalid);
    }
    // What is public is no secret: an HMAC keyed with it proves nothing.
    let jwk = &Provider::new().jwks("k")["keys"][0];
    let pkcs1 = Provider::new().pkcs1();
    let spki = [&PKCS1_AS_SPKI[..], &pkcs1].concat();
    let secrets: [(&str, Vec<u8>); 6] = [
        ("the key as PKCS 1", pkcs1),
        ("the key as SPKI", spki.clone()),
        ("the key as PEM", pem(&spki)),
        ("the key as JWK", jwk.to_string().into_bytes()),
        ("the text of n", jwk["n"].as_str().unwrap().into()),
        ("nothing", Vec::new()),
    ];
    for (name, secret) in secrets {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let sign = |message: &[u8]| hmac::sign(&key, message).as_ref().to_vec();
        let hs256 = Draft::access().header(json!({"alg": "HS256"}));
        table.row(format!("HS256 keyed with {name}"), signed(hs256, &sign), AlgNotAllowed);
        table.row(format!("an HMAC keyed with {name} as RS256"), signed(Draft::access(), &sign), SignatureInvalid);
    }
}

/// What stands before a PKCS 1 key of 2,048 bits with the exponent 65,537 to make it a `SubjectPublicKeyInfo`.
const PKCS1_AS_SPKI: [u8; 24] = [
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    0x03, 0x82, 0x01, 0x0f, 0x00,
];

fn pem(spki: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(spki);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n")).into_bytes()
}

fn rules(table: &mut Table) {
    table.header("crit", types_but(&[]), HeaderNotAllowed);
    table.header("crit", [json!(["exp"]), json!(["b64"]), json!(["alg", "kid"]), json!([""])], HeaderNotAllowed);
    table.header("b64", types_but(&[]), HeaderNotAllowed);
    table.header("zip", types_but(&[]), HeaderNotAllowed);
    table.header("zip", texts(&["DEF", "GZIP", ""]), HeaderNotAllowed);
    let both = Draft::access().header(json!({"crit": ["b64"], "b64": false})).signed();
    table.row("crit and b64 together, as RFC 7797 has them", both, HeaderNotAllowed);
    let unknown = Draft::access().header(json!({"Crit": ["x"], "B64": false, "x": 1, "cty": "JWT"})).signed();
    table.row("members that nobody knows", unknown, Permitted);
}

fn kind(table: &mut Table) {
    table.header("typ", texts(&["JWT", "jwt", "Jwt", "jWT", "at+jwt", "AT+JWT", "At+Jwt"]), Permitted);
    let others = [
        "",
        " ",
        "JWT ",
        " JWT",
        "JWT\0",
        "JW",
        "JWTS",
        "JWS",
        "JWE",
        "JOSE",
        "JOSE+JSON",
        "at-jwt",
        "at+jwt ",
        "+jwt",
        "application/jwt",
        "application/at+jwt",
        "id_token+jwt",
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "ＪＷＴ",
    ];
    table.header("typ", texts(&others), HeaderNotAllowed);
    table.header("typ", types_but(&["text"]), HeaderNotAllowed);
    table.header("typ", [json!(["JWT"])], HeaderNotAllowed);
}

fn key_id(table: &mut Table) {
    table.header("kid", types_but(&["text"]), HeaderNotAllowed);
    table.header("kid", [json!(ABSENT), json!(""), json!(["k"]), json!({"k": "k"})], HeaderNotAllowed);
    let strangers = [
        "x",
        "K",
        "k ",
        " k",
        "k\0",
        "k\n",
        "kk",
        "ｋ",
        "*",
        "%6b",
        "../k",
        "k/../k",
        "/dev/null",
        "/etc/passwd",
        "file:///dev/null",
        "https://evil.example/keys",
        "' OR '1'='1",
        "k'--",
        "${jndi:ldap://evil}",
        "__proto__",
        "constructor",
        "keys",
        "0",
    ];
    table.header("kid", texts(&strangers), KeyUnknown);
    let long = Draft::access().header(json!({"kid": "k".repeat(4000)})).signed();
    table.row("a kid of 4,000 letters", long, KeyUnknown);
}

/// Keys and addresses of keys that a header brings along are the signer's word for himself.
fn keys_of_its_own(table: &mut Table) {
    let own = Provider::stranger().jwks("k")["keys"][0].clone();
    let address = json!("https://evil.example/keys.json");
    for (name, change) in [
        ("jwk", json!({"jwk": own})),
        ("jku", json!({"jku": address})),
        ("x5u", json!({"x5u": address})),
        ("x5c", json!({"x5c": ["MIIC"]})),
        ("x5t", json!({"x5t": "AAAA", "x5t#S256": "AAAA"})),
        ("all of them", json!({"jwk": own, "jku": address, "x5u": address, "x5c": ["MIIC"]})),
    ] {
        let brought = Draft::access().header(change);
        let unknown = brought.clone().header(json!({"kid": "stranger"})).by_stranger();
        table.row(format!("{name} of a stranger, signed by the provider"), brought.signed(), Permitted);
        table.row(format!("{name} of a stranger who signed"), brought.by_stranger().signed(), SignatureInvalid);
        table.row(format!("{name} of a stranger who signed under a kid of his own"), unknown.signed(), KeyUnknown);
    }
    let symmetric = Draft::access().header(json!({"alg": "HS256", "jwk": {"kty": "oct", "k": "AAAA"}}));
    table.row("a symmetric jwk", symmetric.signed(), AlgNotAllowed);
    let none = Draft::access().header(json!({"jwk": null, "jku": 1, "x5u": [], "x5c": {}}));
    table.row("jwk, jku, x5u and x5c of odd types", none.signed(), Permitted);
}
