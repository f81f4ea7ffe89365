//! Key sets (RFC 7517): the RSA keys of one issuer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::rsa::VerifyingKey;

/// One issuer's public keys by `kid`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySet(Vec<(String, PublicKey)>);

/// More keys than any issuer publishes; the rest of a longer list is not read.
const MOST_KEYS: usize = 16;

impl KeySet {
    /// Reads `{"keys":[…]}`. Keys that are of no use to us (another type, use or algorithm, RSA below 2,048 bits, no `kid`)
    /// are left out; a `kid` that stands there twice counts for nobody.
    pub fn from_jwks(jwks: &Value) -> Option<Self> {
        let list = jwks.get("keys")?.as_array()?;
        let mut keys: Vec<(String, PublicKey)> = Vec::new();
        let mut twice = Vec::new();
        for jwk in list.iter().take(MOST_KEYS) {
            let Some(kid) = jwk.get("kid").and_then(Value::as_str).filter(|k| !k.is_empty()) else { continue };
            let Some(key) = PublicKey::from_jwk(jwk) else { continue };
            if keys.iter().any(|(known, _)| known == kid) {
                twice.push(kid);
            }
            keys.push((kid.to_owned(), key));
        }
        keys.retain(|(kid, _)| !twice.contains(&kid.as_str()));
        Some(Self(keys))
    }

    /// The key of that `kid`.
    pub fn find(&self, kid: &str) -> Option<&PublicKey> {
        self.0.iter().find(|(known, _)| known == kid).map(|(_, key)| key)
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An RSA public key of 2,048 to 8,192 bits for RS256.
#[derive(Debug, Clone)]
pub struct PublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    prepared: VerifyingKey,
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        (&self.modulus, &self.exponent) == (&other.modulus, &other.exponent)
    }
}

impl Eq for PublicKey {}

impl PublicKey {
    /// Reads a JWK. `None` where it is not RSA, is for another use or algorithm, or its numbers are out of range.
    pub fn from_jwk(jwk: &Value) -> Option<Self> {
        let says = |name: &str, wanted: &str| jwk.get(name).is_none_or(|v| v == wanted);
        let verifies = |operations: &Value| operations.as_array().is_some_and(|o| o.iter().any(|v| v == "verify"));
        if jwk.get("kty")? != "RSA" || !says("use", "sig") || !says("alg", "RS256") {
            return None;
        }
        if !jwk.get("key_ops").is_none_or(verifies) {
            return None;
        }
        let number = |name: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok()?;
            let start = bytes.iter().position(|b| *b != 0)?;
            bytes.get(start..).map(<[u8]>::to_vec)
        };
        let (n, e) = (number("n")?, number("e")?);
        let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
        let odd = |number: &[u8]| number.last().is_some_and(|b| b & 1 == 1);
        // RFC 8017 §3.1: e is odd, at least 3 and below n; AWS-LC takes up to 33 bits of it.
        let e_in_range = e.len() <= 4 && odd(&e) && e != [1];
        if !(2048..=8192).contains(&bits) || !odd(&n) || !e_in_range {
            return None;
        }
        let prepared = VerifyingKey::new(&n, &e)?;
        Some(Self { modulus: n, exponent: e, prepared })
    }

    /// The modulus, big-endian, without leading zeros.
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    pub(super) fn prepared(&self) -> &VerifyingKey {
        &self.prepared
    }
}
