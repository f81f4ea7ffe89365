//! The sealed `state` of a sign-in: everything that the callback has to know, unreadable and unforgeable outside.

use ring::aead::NONCE_LEN;
use serde::{Deserialize, Serialize};

use super::session::cookie;
use super::{ATTEMPT_PREFIX, done};
use crate::answer::answer;
use crate::config::SecretKey;
use crate::decide::Step;
use crate::reason::Reason;
use crate::seal;

const PURPOSE: &str = "stagedoor sign-in state v1";

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
    /// Seals it; the nonce must never repeat under a key: 12 fresh random bytes.
    pub fn seal(&self, key: &SecretKey, nonce: [u8; NONCE_LEN]) -> Option<String> {
        seal::seal(serde_json::to_vec(self).ok()?, key, PURPOSE, nonce)
    }

    /// Opens what [`Self::seal`] made with one of the keys.
    pub fn open(text: &str, keys: &[SecretKey]) -> Option<Self> {
        serde_json::from_slice(&seal::open(text, keys, PURPOSE)?).ok()
    }
}

impl State {
    /// On to the wanted page, with the session's cookies and without the attempt's.
    pub(super) fn signed_in(self, cookies: Vec<String>) -> (Step<'static>, Reason) {
        let attempt = cookie(&format!("{ATTEMPT_PREFIX}{}", self.attempt), "", "/", 0);
        let signed_in = answer(302)
            .with("Location", self.return_to)
            .with("Referrer-Policy", "no-referrer")
            .with("Set-Cookie", attempt);
        done(cookies.into_iter().fold(signed_in, |a, cookie| a.with("Set-Cookie", cookie)), Reason::SignedIn)
    }
}
