//! Tokens to be: what they say and who signs them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};

use crate::support::{CLIENT, ISSUER, NOW, Provider};

/// As a value of a change: takes the claim or the parameter out.
pub const ABSENT: &str = "(absent)";

/// What a token will say. Unchanged, it is good.
#[derive(Clone)]
pub struct Draft {
    name: &'static str,
    header: Value,
    claims: Value,
    by_stranger: bool,
}

impl Draft {
    /// An access token as Cognito writes it.
    pub fn access() -> Self {
        Self::named("access", json!({"token_use": "access", "client_id": CLIENT}))
    }

    /// An ID token as Cognito writes it.
    pub fn id() -> Self {
        Self::named("id", json!({"token_use": "id", "aud": CLIENT}))
    }

    /// A token with none of the claims that Cognito alone writes.
    pub fn oidc() -> Self {
        Self::named("oidc", json!({"aud": CLIENT}))
    }

    fn named(name: &'static str, claims: Value) -> Self {
        let base = json!({"sub": "alice", "iss": ISSUER, "iat": NOW, "exp": NOW + 900});
        let header = json!({"alg": "RS256", "kid": "k"});
        Self { name, header, claims: base, by_stranger: false }.claims(claims)
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn header(mut self, changes: Value) -> Self {
        change(&mut self.header, changes);
        self
    }

    pub fn claims(mut self, changes: Value) -> Self {
        change(&mut self.claims, changes);
        self
    }

    /// Signed by somebody whose key no site has.
    pub fn by_stranger(mut self) -> Self {
        self.by_stranger = true;
        self
    }

    pub fn header_text(&self) -> String {
        self.header.to_string()
    }

    pub fn claims_text(&self) -> String {
        self.claims.to_string()
    }

    pub fn signed(&self) -> String {
        let signer = if self.by_stranger { Provider::stranger() } else { Provider::new() };
        signer.sign(&self.header_text(), self.claims_text().as_bytes())
    }
}

fn change(map: &mut Value, changes: Value) {
    let map = map.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value == ABSENT {
            map.remove(name);
        } else {
            map.insert(name.clone(), value.clone());
        }
    }
}

pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A well-signed token of these very bytes.
pub fn of_bytes(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    of_parts(&base64url(header), &base64url(payload))
}

/// A well-signed token of these very first two parts.
pub fn of_parts(header: &str, payload: &str) -> String {
    let signed = format!("{header}.{payload}");
    let signature = Provider::new().signature(&RSA_PKCS1_SHA256, signed.as_bytes());
    format!("{signed}.{}", base64url(signature))
}
