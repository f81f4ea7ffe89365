//! How passwords are kept and which are allowed.

use super::IdentityError;
use super::directory::{User, UserStatus};
use super::secrets::random_bytes;
use super::srp::Verifier;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::pbkdf2;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

const ITERATIONS: NonZeroU32 = NonZeroU32::new(100_000).unwrap();
const MIN_CHARS: usize = 8;
const MAX_CHARS: usize = 256;
/// As long as Cognito's temporary passwords are good for where nobody says otherwise.
pub(super) const TEMPORARY_SECONDS: u64 = 7 * 24 * 3600;
/// Characters of a temporary password, without those that look alike.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// All that is kept of a password: what proves it when it arrives, and what proves it when it does not.
pub(super) struct KeptPassword {
    hash: PasswordHash,
    srp: Verifier,
}

impl KeptPassword {
    /// Of the user with that `sub`; takes tens of milliseconds.
    pub(super) fn new(sub: &str, password: &str) -> Result<Self, IdentityError> {
        Ok(Self { hash: PasswordHash::new(password)?, srp: Verifier::new(sub, password)? })
    }

    pub(super) fn into_parts(self) -> (PasswordHash, Verifier) {
        (self.hash, self.srp)
    }
}

impl User {
    /// Takes a new password; a temporary one is good for a week.
    pub(super) fn take_password(&mut self, password: KeptPassword, status: UserStatus, now: u64) {
        let temporary = status == UserStatus::ForceChangePassword;
        (self.password, self.srp) = (password.hash, Some(password.srp));
        self.password_expires_at = temporary.then_some(now + TEMPORARY_SECONDS);
        (self.status, self.modified_at) = (status, now);
    }

    /// Whether the password is a temporary one whose week is over.
    pub(super) fn password_is_past(&self, now: u64) -> bool {
        self.password_expires_at.is_some_and(|at| at <= now)
    }
}

/// A password to be sent to somebody who then chooses their own.
pub(super) fn temporary_password() -> Result<String, IdentityError> {
    let letter = |byte: u8| LETTERS.get(usize::from(byte) % LETTERS.len()).copied().map_or('x', char::from);
    let letters: Vec<char> = random_bytes::<16>()?.into_iter().map(letter).collect();
    Ok(letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// PBKDF2-HMAC-SHA256 of a password with a salt of its own.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PasswordHash {
    iterations: NonZeroU32,
    salt: String,
    hash: String,
}

impl PasswordHash {
    /// Hashes a password; takes tens of milliseconds.
    pub(super) fn new(password: &str) -> Result<Self, IdentityError> {
        let salt = random_bytes::<16>()?;
        let mut hash = [0; 32];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ITERATIONS, &salt, password.as_bytes(), &mut hash);
        Ok(Self { iterations: ITERATIONS, salt: STANDARD.encode(salt), hash: STANDARD.encode(hash) })
    }

    /// A hash that no password has. Checking against it makes an unknown user cost the time of a known one.
    pub(super) fn decoy() -> Self {
        Self { iterations: ITERATIONS, salt: STANDARD.encode([0; 16]), hash: STANDARD.encode([0; 32]) }
    }

    /// Whether it is the hash of this password; takes tens of milliseconds.
    pub(super) fn verify(&self, password: &str) -> bool {
        let (Ok(salt), Ok(hash)) = (STANDARD.decode(&self.salt), STANDARD.decode(&self.hash)) else { return false };
        let password = password.as_bytes();
        pbkdf2::verify(pbkdf2::PBKDF2_HMAC_SHA256, self.iterations, &salt, password, &hash).is_ok()
    }
}

/// Cognito's words for a password that the pool's policy (8 to 256 characters) refuses.
pub(super) fn check_policy(password: &str) -> Result<(), &'static str> {
    match password.chars().count() {
        ..MIN_CHARS => Err("Password did not conform with policy: Password not long enough"),
        MIN_CHARS..=MAX_CHARS => Ok(()),
        _ => Err("Password did not conform with policy: Password too long"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_password_verifies_and_equal_passwords_look_different() {
        let (one, other) = (PasswordHash::new("open sesame").unwrap(), PasswordHash::new("open sesame").unwrap());
        assert!(one.verify("open sesame") && other.verify("open sesame"));
        assert!(!one.verify("open sesam") && !one.verify("") && !PasswordHash::decoy().verify(""));
        assert!(one.hash != other.hash && one.salt != other.salt);
    }

    #[test]
    fn the_policy_counts_characters() {
        assert!(check_policy("1234567").is_err());
        assert!(check_policy("ÄÖÜäöüß").is_err());
        assert!(check_policy("12345678").is_ok());
        assert!(check_policy(&"x".repeat(257)).is_err());
    }
}
