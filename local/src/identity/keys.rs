//! The two signing keys: like Cognito, the pool signs ID tokens with one and access tokens with the other.

use super::{IdentityError, files};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::rand_core::OsRng;
use serde_json::{Value, json};
use std::path::Path;

const BITS: usize = 2048;

/// Both keys of the pool.
pub(super) struct KeySet {
    /// Signs ID tokens.
    pub(super) id: SigningKey,
    /// Signs access tokens.
    pub(super) access: SigningKey,
}

/// One RSA-2048 key with its public half.
pub(super) struct SigningKey {
    kid: String,
    pair: KeyPair,
    public: PublicKeyComponents<Vec<u8>>,
}

impl KeySet {
    /// Loads both keys from `dir` (PKCS#8, DER); makes those that are missing.
    pub(super) fn open(dir: &Path) -> Result<Self, IdentityError> {
        Ok(Self {
            id: SigningKey::open(&dir.join("id-token-key.der"))?,
            access: SigningKey::open(&dir.join("access-token-key.der"))?,
        })
    }

    /// The public halves as a JSON Web Key Set.
    pub(super) fn jwks(&self) -> Value {
        json!({ "keys": [self.id.jwk(), self.access.jwk()] })
    }
}

impl SigningKey {
    fn open(path: &Path) -> Result<Self, IdentityError> {
        let der = if let Some(der) = files::read(path)? {
            der
        } else {
            let der = generate()?;
            files::replace(path, &der)?;
            der
        };
        let pair = KeyPair::from_pkcs8(&der).map_err(|_| IdentityError::Corrupt {
            path: path.to_owned(),
            reason: "expected an RSA key of 2,048 bits in PKCS#8".to_owned(),
        })?;
        let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
        // Standard base64 with its `=`, `+` and `/`, as Cognito has it: readers must take a kid as it is.
        let kid = STANDARD.encode(digest(&SHA256, &public.n));
        Ok(Self { kid, pair, public })
    }

    /// The key's id.
    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// The RS256 signature of `message`.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, IdentityError> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| IdentityError::Crypto("signing"))?;
        Ok(signature)
    }

    /// Whether `signature` is this key's RS256 signature of `message`.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
    }

    fn jwk(&self) -> Value {
        json!({
            "alg": "RS256",
            "e": URL_SAFE_NO_PAD.encode(&self.public.e),
            "kid": self.kid,
            "kty": "RSA",
            "n": URL_SAFE_NO_PAD.encode(&self.public.n),
            "use": "sig",
        })
    }
}

fn generate() -> Result<Vec<u8>, IdentityError> {
    let key = rsa::RsaPrivateKey::new(&mut OsRng, BITS).map_err(|_| IdentityError::Crypto("making an RSA key"))?;
    let der = key.to_pkcs8_der().map_err(|_| IdentityError::Crypto("encoding an RSA key"))?;
    Ok(der.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keys_are_made_once_and_differ() {
        let dir = tempfile::tempdir().unwrap();
        let first = KeySet::open(dir.path()).unwrap();
        let again = KeySet::open(dir.path()).unwrap();
        assert_eq!(first.jwks(), again.jwks());
        let signature = first.access.sign(b"message").unwrap();
        assert!(again.access.verifies(b"message", &signature));
        assert!(!again.access.verifies(b"messagE", &signature));
        assert!(!again.id.verifies(b"message", &signature));
    }

    #[test]
    fn a_key_file_of_something_else_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("id-token-key.der"), "not a key").unwrap();
        let error = KeySet::open(dir.path()).err().unwrap().to_string();
        assert!(error.contains("id-token-key.der") && error.contains("PKCS#8"), "{error}");
    }
}
