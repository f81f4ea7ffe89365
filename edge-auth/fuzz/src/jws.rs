//! Compact tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_auth::Reason;
use edge_auth::token::{
    CompactJws, Expectation, Header, KnownHeaders, Object, PublicKey, UnverifiedToken, Value as Strict,
    VerifiedSession, verify_compact,
};
use serde_json::{Map, Value};

use super::site::{ACCESS, EXPIRED, ID, NOW, SITE, filled};

/// The input is a token, and also the three parts of one, a line each, still to be encoded.
pub fn jws(data: &[u8]) {
    if let Ok(token) = std::str::from_utf8(&filled(data)) {
        check(token);
    }
    let mut lines = data.splitn(3, |b| *b == b'\n');
    let (header, payload, signature) = (lines.next(), lines.next(), lines.next());
    let parts = [header, payload, signature].map(Option::unwrap_or_default);
    let token = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    check(&token);
    if let Ok((jws, header)) = parse(&token) {
        assert_eq!((jws.payload.as_slice(), jws.signature.as_slice()), (parts[1], parts[2]));
        check_object(header.object(), parts[0]);
    }
}

/// By the keys that are baked in.
fn verify(token: &str) -> Result<VerifiedSession, Reason> {
    let tokens = &SITE.policy.tokens;
    let read = UnverifiedToken::read(token, &SITE.issuers, tokens.max_bytes, &mut KnownHeaders::default())?;
    let issuer = &SITE.issuers[read.issuer()];
    let expect = Expectation { token_use: tokens.token_use, leeway_seconds: tokens.leeway_seconds };
    read.verify(issuer, &issuer.keys, expect, NOW)
}

fn parse(token: &str) -> Result<(CompactJws<'_>, Header), Reason> {
    let jws = CompactJws::parse(token)?;
    let header = Header::read(jws.header)?;
    Ok((jws, header))
}

fn check(token: &str) {
    let genuine = [ACCESS, EXPIRED, ID].contains(&token);
    let parsed = parse(token);
    if let Ok((jws, read)) = &parsed {
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 3, "{token}");
        assert_eq!(jws.signed, format!("{}.{}", parts[0], parts[1]));
        let header = URL_SAFE_NO_PAD.decode(parts[0]).expect("a header that was decoded before");
        check_object(read.object(), &header);
        let again = [&header, &jws.payload, &jws.signature].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        assert_eq!(again, token, "encoded again");
    }
    match verify_compact(token, &key()) {
        Ok(payload) => {
            assert!(genuine, "{token} verifies");
            assert_eq!(payload, parsed.expect("what verifies parses").0.payload);
        }
        Err(reason) => assert!(!genuine, "{token} is {reason}"),
    }
    match UnverifiedToken::read(token, &SITE.issuers, SITE.policy.tokens.max_bytes, &mut KnownHeaders::default()) {
        Ok(read) => {
            let (jws, header) = parse(token).expect("what is read parses");
            let header = header.object();
            assert!(token.len() <= SITE.policy.tokens.max_bytes && read.issuer() < SITE.issuers.len(), "{token}");
            assert_eq!(header.text("alg"), Some("RS256"));
            assert!(["crit", "b64", "zip"].iter().all(|name| header.get(name).is_none()), "{token}");
            assert_eq!(object(&jws.payload)["iss"], SITE.issuers[read.issuer()].issuer.as_str());
        }
        Err(reason) => assert!(!genuine, "{token} is {reason}"),
    }
    match verify(token) {
        Ok(session) => assert_eq!((session.token(), token), (ACCESS, ACCESS)),
        Err(Reason::TokenExpired) => assert_eq!(token, EXPIRED),
        // Said of nothing but what is well signed.
        Err(Reason::TokenUseWrong) => assert_eq!(token, ID),
        Err(_) => assert!(!genuine, "{token}"),
    }
}

/// The strict reading of an object is the ordinary parser's.
fn check_object(strict: &Object, bytes: &[u8]) {
    for (name, ordinary) in object(bytes) {
        let text = String::from_utf8_lossy(bytes);
        match (strict.get(&name).unwrap_or_else(|| panic!("{name} is missing in {text}")), &ordinary) {
            (Strict::Text(strict), Value::String(ordinary)) => assert_eq!(strict, ordinary, "{text}"),
            (Strict::Number(strict), Value::Number(ordinary)) => assert_eq!(Some(strict), ordinary.as_f64(), "{text}"),
            (Strict::Texts(strict), Value::Array(ordinary)) => {
                assert!(strict.iter().map(Value::from).eq(ordinary.iter().cloned()), "{text}");
            }
            (Strict::Other, Value::Array(ordinary)) => assert!(!ordinary.iter().all(Value::is_string), "{text}"),
            (Strict::Other, Value::Null | Value::Bool(_) | Value::Object(_)) => {}
            (strict, ordinary) => panic!("{name} is {strict:?} and {ordinary:?} in {text}"),
        }
    }
}

/// The bytes as an object, by the ordinary parser.
fn object(bytes: &[u8]) -> Map<String, Value> {
    serde_json::from_slice(bytes).expect("a JSON object")
}

fn key() -> PublicKey {
    SITE.issuers[0].keys.find("k").expect("the site's key").clone()
}
