//! The user pool of this run: signs tokens that hold what Cognito's hold.

use std::process::Command;

use anyhow::{Context, Result, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use uuid::Uuid;

/// Where the pool would be.
pub const REGION: &str = "eu-west-1";
/// Its id.
pub const POOL: &str = "eu-west-1_Bench0000";
/// The application that its tokens are for.
pub const CLIENT: &str = "4bench0client0of0stagedoor";
/// `iss` of its tokens.
pub const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Bench0000";

/// The key id looks as Cognito's do: base64 of 32 bytes.
const KEY_ID: &str = "c3RhZ2Vkb29yIGJlbmNobWFyayBrZXkgIzEgICAgICA=";

/// What one person signed in with.
pub struct Tokens {
    /// `sub`, which is the user name too, as with sign-in by e-mail address.
    pub sub: String,
    /// What we decide by.
    pub access: String,
    /// What cognito-at-edge decides by.
    pub id: String,
}

/// A key of this run.
pub struct UserPool {
    pair: RsaKeyPair,
    random: SystemRandom,
}

impl UserPool {
    /// Makes a key, with OpenSSL: it is needed anyway, and ring makes none.
    pub fn new() -> Result<Self> {
        let arguments =
            ["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-outform", "DER"];
        let made = Command::new("openssl").args(arguments).output().context("openssl cannot be run")?;
        anyhow::ensure!(made.status.success(), "openssl genpkey: {}", String::from_utf8_lossy(&made.stderr));
        // OpenSSL 3.0 writes the older of the two forms.
        let pair = RsaKeyPair::from_der(&made.stdout).or_else(|_| RsaKeyPair::from_pkcs8(&made.stdout));
        let pair = pair.map_err(|e| anyhow!("openssl's key: {e}"))?;
        Ok(Self { pair, random: SystemRandom::new() })
    }

    /// The public key, as the pool would publish it.
    pub fn jwks(&self) -> Value {
        let key: ring::rsa::PublicKeyComponents<Vec<u8>> = self.pair.public().into();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"keys": [{"alg": "RS256", "e": number(&key.e), "kid": KEY_ID, "kty": "RSA", "n": number(&key.n), "use": "sig"}]})
    }

    /// Signs somebody in who was never there before; both tokens are good for an hour from `now`.
    pub fn sign_in(&self, now: u64) -> Result<Tokens> {
        let unique = || Uuid::new_v4().to_string();
        let (sub, origin, event) = (unique(), unique(), unique());
        let access = json!({
            "sub": sub, "cognito:groups": ["members"], "iss": ISSUER, "version": 2, "client_id": CLIENT,
            "origin_jti": origin, "event_id": event, "token_use": "access", "scope": "openid profile email",
            "auth_time": now, "exp": now + 3600, "iat": now, "jti": unique(), "username": sub,
        });
        let id = json!({
            "at_hash": "hwqbWj3gU2VWZQHzO0bXHg", "sub": sub, "cognito:groups": ["members"], "email_verified": true,
            "iss": ISSUER, "cognito:username": sub, "origin_jti": origin, "aud": CLIENT, "event_id": event,
            "token_use": "id", "auth_time": now, "exp": now + 3600, "iat": now, "jti": unique(),
            "email": "somebody@example.com",
        });
        Ok(Tokens { access: self.signed(&access)?, id: self.signed(&id)?, sub })
    }

    fn signed(&self, claims: &Value) -> Result<String> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({"kid": KEY_ID, "alg": "RS256"})), part(claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let made = self.pair.sign(&RSA_PKCS1_SHA256, &self.random, signed.as_bytes(), &mut signature);
        made.map_err(|_| anyhow!("ring does not sign"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
