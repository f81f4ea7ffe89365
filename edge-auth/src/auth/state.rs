//! The sealed `state` of a sign-in: everything that the callback has to know, unreadable and unforgeable outside.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use serde::{Deserialize, Serialize};

use super::{ATTEMPT_PREFIX, done, session_cookie};
use crate::answer::answer;
use crate::config::SecretKey;
use crate::decide::Step;
use crate::reason::Reason;

/// One attempt to sign in.
#[derive(Debug, Serialize, Deserialize)]
pub struct State {
    /// Names the attempt's cookie.
    #[serde(rename = "i")]
    pub attempt: String,
    /// SHA-256 of the attempt cookie's value, base64url.
    #[serde(rename = "h")]
    pub cookie_digest: String,
    /// Where to go afterwards: a path on this host, with its query.
    #[serde(rename = "r")]
    pub return_to: String,
    /// The PKCE verifier (RFC 7636).
    #[serde(rename = "v")]
    pub verifier: String,
    /// The nonce that the ID token must hold (OpenID Connect Core §3.1.2.1).
    #[serde(rename = "n")]
    pub nonce: String,
    /// When it began, Unix seconds.
    #[serde(rename = "t")]
    pub issued_at: u64,
}

impl State {
    /// `KID.base64url(nonce ‖ AES-256-GCM(state))`. The nonce must never repeat under a key: 12 fresh random bytes.
    pub fn seal(&self, key: &SecretKey, nonce: [u8; NONCE_LEN]) -> Option<String> {
        let mut sealed = serde_json::to_vec(self).ok()?;
        cipher(key)?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(&key.kid), &mut sealed).ok()?;
        let bytes = [&nonce[..], &sealed].concat();
        Some(format!("{}.{}", key.kid, URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Opens what [`Self::seal`] made with one of the keys.
    pub fn open(text: &str, keys: &[SecretKey]) -> Option<Self> {
        let (kid, sealed) = text.split_once('.')?;
        let key = keys.iter().find(|k| k.kid == kid)?;
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = cipher(key)?.open_in_place(nonce, aad(kid), sealed).ok()?;
        serde_json::from_slice(opened).ok()
    }
}

impl State {
    /// On to the wanted page, with the session's cookies and without the attempt's.
    pub(super) fn signed_in(self, cookies: Vec<String>) -> (Step<'static>, Reason) {
        let attempt = session_cookie(&format!("{ATTEMPT_PREFIX}{}", self.attempt), "", "/", 0);
        let signed_in = answer(302)
            .with("Location", self.return_to)
            .with("Referrer-Policy", "no-referrer")
            .with("Set-Cookie", attempt);
        done(cookies.into_iter().fold(signed_in, |a, cookie| a.with("Set-Cookie", cookie)), Reason::SignedIn)
    }
}

fn aad(kid: &str) -> Aad<&[u8]> {
    Aad::from(kid.as_bytes())
}

/// The configured secret is used through HKDF (RFC 5869), so that it may serve other purposes beside this one.
fn cipher(key: &SecretKey) -> Option<LessSafeKey> {
    let salt = Salt::new(HKDF_SHA256, &[]);
    let secret = salt.extract(&key.key);
    let derived = secret.expand(&[b"stagedoor sign-in state v1"], &AES_256_GCM).ok()?;
    Some(LessSafeKey::new(UnboundKey::from(derived)))
}
