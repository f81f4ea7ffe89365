//! An issuer of tokens: one RSA key, made when the tests start.

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_auth::config::EdgeConfig;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

pub const ISSUER: &str = "https://id.example.test/pool";
pub const CLIENT: &str = "client-1";

struct Key {
    pair: RsaKeyPair,
    jwk: Value,
}

static KEY: LazyLock<Key> = LazyLock::new(|| new_key("k1"));
static STRANGER: LazyLock<Key> = LazyLock::new(|| new_key("k1"));

fn new_key(kid: &str) -> Key {
    let private = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
    let pair = RsaKeyPair::from_pkcs8(private.to_pkcs8_der().unwrap().as_bytes()).unwrap();
    let number = |n: &rsa::BigUint| URL_SAFE_NO_PAD.encode(n.to_bytes_be());
    let jwk = json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "n": number(private.n()), "e": number(private.e())});
    Key { pair, jwk }
}

/// EDGE.json as Terraform or `policy compile` writes it, with our key.
pub fn edge_config() -> Arc<EdgeConfig> {
    edge_config_before(&[])
}

/// The same with routes before the one that takes everything.
pub fn edge_config_before(routes: &[Value]) -> Arc<EdgeConfig> {
    let app = json!({"path": "/*", "allow": "signed_in", "origin": "app", "cache": "none", "methods": "all"});
    let all = [routes, &[app]].concat();
    let edge = json!({
        "policy": {
            "version": 1,
            "mode": "enforce",
            "tokens": {"from": ["cookie"], "use": "access", "leeway_seconds": 30, "max_bytes": 8192},
            "sign_in": {"mode": "none"},
            "routes": all,
        },
        "deployment": {
            "issuers": [{"kind": "cognito", "issuer": ISSUER, "clients": [CLIENT], "jwks": {"keys": [KEY.jwk]}}],
        },
    });
    Arc::new(EdgeConfig::from_slice(edge.to_string().as_bytes()).unwrap())
}

/// An access token that is good at [`crate::world::NOW`].
pub fn access(sub: &str, username: &str) -> String {
    sign(&claims(sub, username))
}

/// The same with groups.
pub fn access_in(sub: &str, username: &str, groups: &[&str]) -> String {
    let mut all = claims(sub, username);
    all["cognito:groups"] = json!(groups);
    sign(&all)
}

/// The claims of one.
pub fn claims(sub: &str, username: &str) -> Value {
    let now = crate::world::NOW / 1000;
    json!({
        "iss": ISSUER, "client_id": CLIENT, "token_use": "access", "sub": sub, "username": username,
        "iat": now - 60, "exp": now + 30 * 86_400,
    })
}

/// Those claims, signed by the issuer.
pub fn sign(claims: &Value) -> String {
    sign_with(&KEY, claims)
}

/// Those claims, signed by somebody else under the issuer's key id.
pub fn forge(claims: &Value) -> String {
    sign_with(&STRANGER, claims)
}

fn sign_with(key: &Key, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({"alg": "RS256", "kid": "k1", "typ": "JWT"})), part(claims));
    let mut signature = vec![0; key.pair.public().modulus_len()];
    let random = ring::rand::SystemRandom::new();
    key.pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
