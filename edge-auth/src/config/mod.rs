//! EDGE.json: the policy and the deployment, baked into the function's zip.

mod read;

use ring::hmac;
use serde_json::Value;

use crate::pass::RingKey;
use crate::policy::{Policy, Problem, SignInMode};
use crate::token::Issuer;

/// Everything the decision knows apart from the request and the moment.
#[derive(Debug, Clone)]
pub struct EdgeConfig {
    /// Who may fetch what.
    pub policy: Policy,
    /// Whose tokens count.
    pub issuers: Vec<Issuer>,
    /// Where people sign in; `None` where the deployment has no hosted sign-in.
    pub sign_in: Option<SignInEndpoints>,
    /// Seal the sign-in's state; the first is current, the others are still accepted.
    pub state_keys: Vec<SecretKey>,
    /// Make playback passes; the first is current.
    pub pass_keys: Vec<RingKey>,
    /// When issuers' keys are fetched again.
    pub key_refresh: KeyRefresh,
    /// `https` on AWS; the local edge may run on `http`.
    pub scheme: Scheme,
    log_key: Option<hmac::Key>,
}

/// When issuers' keys are fetched again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRefresh {
    /// Keys are used so long without a fetch, seconds.
    pub max_age_seconds: u64,
    /// Between two fetches of one issuer's keys, whether they succeed or not, seconds. Longer than the time-out.
    pub retry_seconds: u64,
    /// A fetch that takes longer has failed, milliseconds.
    pub timeout_ms: u64,
}

impl Default for KeyRefresh {
    fn default() -> Self {
        Self { max_age_seconds: 86_400, retry_seconds: 10, timeout_ms: 1500 }
    }
}

/// How the site is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// With TLS, always so behind CloudFront.
    Https,
    /// Without, on localhost.
    Http,
}

impl Scheme {
    /// `https` or `http`.
    pub fn as_str(self) -> &'static str {
        if self == Self::Https { "https" } else { "http" }
    }
}

/// The identity provider's addresses and our registration there.
#[derive(Debug, Clone)]
pub struct SignInEndpoints {
    /// Where a browser goes to sign in.
    pub authorize: String,
    /// Where a code becomes tokens.
    pub token: String,
    /// Where a refresh token is revoked (RFC 7009).
    pub revoke: Option<String>,
    /// Where the provider's own session ends.
    pub end_session: Option<String>,
    /// Our client there.
    pub client_id: String,
    /// Its secret, where it has one.
    pub client_secret: Option<String>,
}

/// A secret of at least 32 bytes with a name.
#[derive(Clone)]
pub struct SecretKey {
    /// Its name, which may be seen.
    pub kid: String,
    /// The secret.
    pub key: Vec<u8>,
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl EdgeConfig {
    /// Reads EDGE.json.
    ///
    /// # Errors
    /// Every problem with its place; one without a place where it is no JSON.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|e| vec![Problem { at: String::new(), message: format!("not JSON: {e}") }])?;
        Self::from_json(&value)
    }

    /// Reads EDGE.json given as a tree.
    ///
    /// # Errors
    /// Every problem with its place.
    pub fn from_json(value: &Value) -> Result<Self, Vec<Problem>> {
        read::edge_config(value)
    }

    /// How the log names a person: the first 16 hexadecimal digits of an HMAC-SHA-256 of `sub`, so that lines of one
    /// person can be found together by whoever may read the log, and nobody's `sub` can be read out of it.
    pub(crate) fn subject_digest(&self, sub: &str) -> Option<String> {
        let tag = hmac::sign(self.log_key.as_ref()?, sub.as_bytes());
        let start = u64::from_be_bytes(*tag.as_ref().first_chunk()?);
        Some(format!("{start:016x}"))
    }

    /// What hosted sign-in needs, where the policy wants it and the deployment has it.
    pub(crate) fn hosted(&self) -> Option<(&SignInEndpoints, &SecretKey)> {
        let wanted = self.policy.sign_in.mode == SignInMode::Hosted;
        self.sign_in.as_ref().zip(self.state_keys.first()).filter(|_| wanted)
    }
}
