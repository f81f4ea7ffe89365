//! Random secrets, and the digests by which they are kept.

use super::IdentityError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest as hash};
use ring::rand::{SecureRandom, SystemRandom};

/// 32 random bytes in base64url: a code, a refresh token, a session cookie.
pub(super) fn random_token() -> Result<String, IdentityError> {
    Ok(URL_SAFE_NO_PAD.encode(random_bytes::<32>()?))
}

/// `N` random bytes.
pub(super) fn random_bytes<const N: usize>() -> Result<[u8; N], IdentityError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| IdentityError::Crypto("random numbers"))?;
    Ok(bytes)
}

/// A random UUID: the name of something, not a secret.
pub(super) fn random_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The SHA-256 digest of a text in base64url. Secrets of 32 random bytes need no salt. It is also the `S256` of PKCE.
pub(super) fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(hash(&SHA256, text.as_bytes()))
}

/// Whether two texts are equal, in a time that does not tell where they differ.
pub(super) fn same(one: &str, other: &str) -> bool {
    hash(&SHA256, one.as_bytes()).as_ref() == hash(&SHA256, other.as_bytes()).as_ref()
}
