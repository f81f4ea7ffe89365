//! The server's side of the Secure Remote Password protocol, SRP-6a, in Cognito's dialect: the password itself never arrives.
//!
//! The arithmetic takes no constant time, which a service on a network would need; this one listens on loopback.

mod group;
mod pending;

pub(super) use pending::PendingProofs;

use self::group::{K, N, digest, hash, padded, power};
use super::secrets::{random_bytes, same};
use super::{IdentityError, POOL_ID};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use num_bigint::BigUint;
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::hmac;
use serde::{Deserialize, Serialize};

/// What the shared key is derived for, as every client of Cognito writes it.
const KEY_INFO: &[u8] = b"Caldera Derived Key";
/// Longer than any form of date; it enters the signature as it came.
const MAX_TIMESTAMP: usize = 64;

/// What is kept of a password for SRP: salt and verifier, hexadecimal.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Verifier {
    salt: String,
    verifier: String,
}

impl Verifier {
    /// Of the password of the user with that `sub`; takes milliseconds.
    pub(super) fn new(sub: &str, password: &str) -> Result<Self, IdentityError> {
        let salt = BigUint::from_bytes_be(&random_bytes::<16>()?);
        let identity = digest(&[pool_name().as_bytes(), sub.as_bytes(), b":", password.as_bytes()]);
        let exponent = hash(&[&padded(&salt), &identity]);
        Ok(Self { salt: salt.to_str_radix(16), verifier: power(&exponent).to_str_radix(16) })
    }

    /// One that no password has, the same each time for the same seed: RFC 5054, section 2.5.1.3.
    fn simulated(seed: &hmac::Key, username: &str) -> Self {
        let part = |use_of: u8| {
            let tag = hmac::sign(seed, &[&[use_of], username.as_bytes()].concat());
            BigUint::from_bytes_be(tag.as_ref())
        };
        let salt = part(1) >> 128_u32;
        let verifier = (2..14).fold(BigUint::ZERO, |number, use_of| (number << 256_u32) | part(use_of)) % &*N;
        Self { salt: salt.to_str_radix(16), verifier: verifier.to_str_radix(16) }
    }
}

/// Who is to prove a password: a user, or somebody who is none and is not to be told.
pub(super) struct Claimant {
    /// The `sub`, by which SRP knows them.
    pub(super) id: String,
    verifier: Verifier,
    /// The name under which failures count: the user's own, or the one that was given.
    name: String,
    is_user: bool,
}

impl Claimant {
    /// A user of the directory.
    pub(super) fn user(username: &str, sub: &str, verifier: Verifier) -> Self {
        Self { id: sub.to_owned(), verifier, name: username.to_owned(), is_user: true }
    }

    /// Nobody, under a name. `seed` is the pool's own secret, so that the answer is the same each time.
    pub(super) fn nobody(seed: &[u8], name: &str) -> Self {
        let (seed, name) = (hmac::Key::new(hmac::HMAC_SHA256, seed), name.to_lowercase());
        let tag = hmac::sign(&seed, &[&[0], name.as_bytes()].concat());
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        let id = uuid::Builder::from_random_bytes(bytes).into_uuid().to_string();
        Self { id, verifier: Verifier::simulated(&seed, &name), name, is_user: false }
    }
}

/// What a client is told so that it can prove the password.
pub(super) struct Challenge {
    /// Hexadecimal.
    pub(super) salt: String,
    /// The server's public number `B`, hexadecimal.
    pub(super) public: String,
    /// Names the attempt; base64.
    pub(super) secret_block: String,
    /// `USER_ID_FOR_SRP`.
    pub(super) user_id: String,
}

/// What a client answers.
pub(super) struct Proof<'a> {
    pub(super) secret_block: &'a str,
    pub(super) signature: &'a str,
    pub(super) timestamp: &'a str,
}

/// A proof under way.
struct Exchange {
    claimant: Claimant,
    client_id: String,
    /// The client's public number `A`.
    client_public: BigUint,
    /// The server's secret number `b`.
    secret: BigUint,
    /// `g^b + k·v`.
    public: BigUint,
}

impl Exchange {
    /// `None` where the client's number is none, or one with which anybody could prove anything (a multiple of `N`).
    fn begin(claimant: Claimant, client_id: &str, client_public: &str) -> Result<Option<Self>, IdentityError> {
        let number = BigUint::parse_bytes(client_public.as_bytes(), 16).filter(|number| number < &N);
        let Some(client_public) = number.filter(|number| number != &BigUint::ZERO) else { return Ok(None) };
        let secret = BigUint::from_bytes_be(&random_bytes::<64>()?);
        let public = (&*K * claimant.number() + power(&secret)) % &*N;
        Ok(Some(Self { claimant, client_id: client_id.to_owned(), client_public, secret, public }))
    }

    fn challenge(&self, secret_block: &str) -> Challenge {
        Challenge {
            salt: self.claimant.verifier.salt.clone(),
            public: self.public.to_str_radix(16),
            secret_block: secret_block.to_owned(),
            user_id: self.claimant.id.clone(),
        }
    }

    /// The name of the user who has proven the password. Costs the same where there is no such user.
    fn proven(self, proof: &Proof<'_>) -> Option<String> {
        let signature = self.signature(proof)?;
        let good = same(&signature, proof.signature) && proof.timestamp.len() <= MAX_TIMESTAMP;
        (good && self.claimant.is_user).then_some(self.claimant.name)
    }

    fn signature(&self, proof: &Proof<'_>) -> Option<String> {
        let scrambler = hash(&[&padded(&self.client_public), &padded(&self.public)]);
        let base = &self.client_public * self.claimant.number().modpow(&scrambler, &N) % &*N;
        let shared = base.modpow(&self.secret, &N);
        let pseudo_random = Salt::new(HKDF_SHA256, &padded(&scrambler)).extract(&padded(&shared));
        let mut key = [0; 16];
        pseudo_random.expand(&[KEY_INFO], SixteenBytes).ok()?.fill(&mut key).ok()?;
        let block = STANDARD.decode(proof.secret_block).ok()?;
        let message =
            [pool_name().as_bytes(), self.claimant.id.as_bytes(), &block, proof.timestamp.as_bytes()].concat();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &message);
        Some(STANDARD.encode(tag))
    }
}

impl Claimant {
    /// The verifier as a number. One that does not read, which our own always do, matches no password.
    fn number(&self) -> BigUint {
        BigUint::parse_bytes(self.verifier.verifier.as_bytes(), 16).unwrap_or_default()
    }
}

struct SixteenBytes;

impl KeyType for SixteenBytes {
    fn len(&self) -> usize {
        16
    }
}

/// What stands behind the region in the pool's id.
fn pool_name() -> &'static str {
    POOL_ID.split_once('_').map_or(POOL_ID, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nobody_looks_like_somebody_each_time_the_same() {
        let (one, again) = (Claimant::nobody(&[7; 32], "Eve"), Claimant::nobody(&[7; 32], "eve"));
        assert_eq!((&one.id, &one.verifier.salt), (&again.id, &again.verifier.salt));
        assert!(one.verifier == again.verifier && one.id.len() == 36 && one.number() < *N);
        let other = Claimant::nobody(&[7; 32], "mallory");
        assert!(other.id != one.id && other.verifier.salt != one.verifier.salt);
        let real = Verifier::new("sub", "password").unwrap();
        assert!(real.salt.len().abs_diff(one.verifier.salt.len()) <= 4, "{} {}", real.salt, one.verifier.salt);
    }

    #[test]
    fn a_number_that_proves_anything_is_refused() {
        let begin = |number: &str| {
            let verifier = Verifier::new("sub", "password").unwrap();
            Exchange::begin(Claimant::user("ada", "sub", verifier), "web", number).unwrap().is_some()
        };
        let twice = (&*N * 2_u32).to_str_radix(16);
        assert!(
            begin("2") && !begin("0") && !begin("") && !begin("xyz") && !begin(&N.to_str_radix(16)) && !begin(&twice)
        );
    }
}
