//! Tokens, good ones and every kind of bad one.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs8::EncodePrivateKey as _;
use serde_json::{Value, json};

use crate::AT;

pub const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Fixture";
pub const CLIENT: &str = "2fixtureclient";
/// The person whom most fixtures speak of.
pub const ALICE: &str = "5f2b0c1e-alice";

const KEY_ID: &str = "fixture-key";

/// Signs with a key of this run.
pub struct Signer {
    pair: RsaKeyPair,
}

impl Signer {
    pub fn new() -> Result<Self> {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048)?;
        let der = key.to_pkcs8_der()?;
        Ok(Self { pair: RsaKeyPair::from_pkcs8(der.as_bytes()).ok().context("ring reads what rsa made")? })
    }

    pub fn jwks(&self) -> Value {
        let public = self.pair.public();
        let number = |bytes: &[u8]| {
            let start = bytes.iter().position(|b| *b != 0).unwrap_or_default();
            URL_SAFE_NO_PAD.encode(bytes.get(start..).unwrap_or_default())
        };
        let components: ring::rsa::PublicKeyComponents<Vec<u8>> = public.into();
        json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID,
                         "n": number(&components.n), "e": number(&components.e)}]})
    }

    /// Alice's access token with these changes to its claims; `null` takes a claim out.
    pub fn access(&self, changes: Value) -> String {
        self.token(json!({}), changes)
    }

    /// The same with changes to the header too.
    pub fn token(&self, header: Value, changes: Value) -> String {
        let header = merged(json!({"kid": KEY_ID, "alg": "RS256"}), header);
        self.sign(header.to_string().as_bytes(), merged(claims(), changes).to_string().as_bytes())
    }

    /// Signs any two texts as header and payload.
    pub fn sign(&self, header: &[u8], payload: &[u8]) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(self.signature(&signed)))
    }

    /// A good token whose payload is written with padding, or without, by the wrong alphabet.
    pub fn padded(&self) -> String {
        let header = URL_SAFE_NO_PAD.encode(json!({"kid": KEY_ID, "alg": "RS256"}).to_string());
        // Lengths that are no multiple of three are padded; a blank more makes sure of it.
        let text = claims().to_string();
        let text = if text.len().is_multiple_of(3) { format!("{text} ") } else { text };
        let signed = format!("{header}.{}", URL_SAFE.encode(text));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(self.signature(&signed)))
    }

    fn signature(&self, signed: &str) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let done = self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature);
        if done.is_err() {
            signature.clear();
        }
        signature
    }
}

/// Claims as Cognito writes them into an access token.
pub fn claims() -> Value {
    json!({
        "sub": ALICE, "iss": ISSUER, "client_id": CLIENT, "token_use": "access", "scope": "openid email profile",
        "auth_time": AT - 600, "iat": AT - 600, "exp": AT + 300, "jti": "fixture", "username": "alice",
    })
}

/// Header and claims that nobody has signed.
pub fn unsigned(header: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(header), part(&claims()))
}

fn merged(mut into: Value, changes: Value) -> Value {
    if let (Some(into), Value::Object(changes)) = (into.as_object_mut(), changes) {
        for (name, value) in changes {
            if value.is_null() {
                into.remove(&name);
            } else {
                into.insert(name, value);
            }
        }
    }
    into
}
