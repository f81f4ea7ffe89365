//! Reading one key of the document, and what is wrong with it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{KeyState, is_kid};
use crate::pass::ring::SECRET_BYTES;
use crate::pass::{LATEST, RingKey};

const FIELDS: [&str; 5] = ["kid", "secret", "state", "since", "until"];

/// Why a text is no secret of passes. It quotes nothing of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretError {
    /// The field, such as `keys/1/secret`; empty for the whole.
    pub at: String,
    /// What it has to be.
    pub expected: &'static str,
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() {
            write!(f, "expected {}", self.expected)
        } else {
            write!(f, "{}: expected {}", self.at, self.expected)
        }
    }
}

impl std::error::Error for SecretError {}

pub(super) fn error(at: impl Into<String>, expected: &'static str) -> SecretError {
    SecretError { at: at.into(), expected }
}

/// A key, what it is for, and `since`.
pub(super) fn read_key(value: &Value, at: impl Fn(&str) -> String) -> Result<(RingKey, KeyState, u64), SecretError> {
    let fields =
        value.as_object().ok_or_else(|| error(at("").trim_end_matches('/'), "an object with kid, secret, state"))?;
    // Written back without it, it would be lost: better said than dropped.
    if let Some(stranger) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(error(
            at(stranger),
            "no other field than kid, secret, state, since (of next) and until (of previous)",
        ));
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let kid = text("kid").filter(|kid| is_kid(kid));
    let kid = kid.ok_or_else(|| error(at("kid"), "1 to 32 letters, digits, - and _"))?.to_owned();
    let secret = text("secret").and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let secret = secret.filter(|secret| SECRET_BYTES.contains(&secret.len()));
    let secret = secret.ok_or_else(|| error(at("secret"), "32 to 64 bytes in base64url without padding"))?;
    let state = [KeyState::Next, KeyState::Current, KeyState::Previous];
    let state = state.into_iter().find(|state| text("state") == Some(state.as_str()));
    let state = state.ok_or_else(|| error(at("state"), "next, current or previous"))?;
    let time = |name: &str, has_one: bool| match fields.get(name) {
        None => Ok(None),
        Some(time) => {
            let time = time.as_u64().filter(|time| has_one && *time <= LATEST);
            time.map(Some).ok_or_else(|| error(at(name), "Unix seconds, and only where the state has such a time"))
        }
    };
    let until = time("until", state == KeyState::Previous)?;
    if state == KeyState::Previous && until.is_none() {
        return Err(error(at("until"), "the last moment at which the key counts, Unix seconds"));
    }
    // Without `since` it was made together with the store, as Terraform does.
    let since = time("since", state == KeyState::Next)?.unwrap_or_default();
    Ok((RingKey { kid, secret, until }, state, since))
}
