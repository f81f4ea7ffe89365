//! Sealing: what a browser keeps for us and can neither read nor change. AES-256-GCM under a key that is derived for one use.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};

use crate::config::SecretKey;

/// `KID.base64url(nonce ‖ ciphertext ‖ tag)`. `purpose` keeps what was sealed for one use from being opened for another. The
/// nonce must never repeat under a key: 12 fresh random bytes.
pub fn seal(mut bytes: Vec<u8>, key: &SecretKey, purpose: &str, nonce: [u8; NONCE_LEN]) -> Option<String> {
    let unique = Nonce::assume_unique_for_key(nonce);
    cipher(key, purpose)?.seal_in_place_append_tag(unique, aad(&key.kid), &mut bytes).ok()?;
    Some(format!("{}.{}", key.kid, URL_SAFE_NO_PAD.encode([&nonce[..], &bytes].concat())))
}

/// Opens what [`seal`] made for the same purpose with one of the keys.
pub fn open(text: &str, keys: &[SecretKey], purpose: &str) -> Option<Vec<u8>> {
    let (kid, sealed) = text.split_once('.')?;
    let key = keys.iter().find(|k| k.kid == kid)?;
    let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let opened = cipher(key, purpose)?.open_in_place(nonce, aad(kid), sealed).ok()?;
    Some(opened.to_vec())
}

fn aad(kid: &str) -> Aad<&[u8]> {
    Aad::from(kid.as_bytes())
}

/// The configured secret is used through HKDF (RFC 5869), so that it may serve several purposes.
fn cipher(key: &SecretKey, purpose: &str) -> Option<LessSafeKey> {
    let salt = Salt::new(HKDF_SHA256, &[]);
    let secret = salt.extract(&key.key);
    let purpose = [purpose.as_bytes()];
    let derived = secret.expand(&purpose, &AES_256_GCM).ok()?;
    Some(LessSafeKey::new(UnboundKey::from(derived)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key(kid: &str, byte: u8) -> SecretKey {
        SecretKey { kid: kid.to_owned(), key: vec![byte; 32] }
    }

    #[test]
    fn it_opens_under_its_key_and_for_its_purpose_alone() {
        let sealed = seal(b"secret".to_vec(), &key("a", 1), "one", [7; 12]).unwrap();
        assert!(!sealed.contains("secret") && sealed.starts_with("a."));
        assert_eq!(open(&sealed, &[key("b", 2), key("a", 1)], "one").unwrap(), b"secret");
        assert_eq!(open(&sealed, &[key("a", 1)], "two"), None);
        assert_eq!(open(&sealed, &[key("a", 2)], "one"), None);
        assert_eq!(open(&sealed.replace("a.", "b."), &[key("b", 1)], "one"), None, "the name of the key counts too");
        assert_eq!(open(&format!("{sealed}A"), &[key("a", 1)], "one"), None);
    }
}
