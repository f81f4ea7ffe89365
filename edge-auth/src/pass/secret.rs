//! The secret that is the truth of the ring: one JSON document, in Secrets Manager on AWS and in a file here.
//!
//! The item `ring` of the `KeyValueStore` and the key that passes are minted with both follow from it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::ring::{LONGEST_KID, SECRET_BYTES};
use super::{LATEST, Ring, RingKey};

/// Every key there is. Exactly one is current, by the shape of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub(super) current: RingKey,
    pub(super) next: Option<Next>,
    /// Replaced, the latest first; each has an `until`.
    pub(super) previous: Vec<RingKey>,
}

/// A key that is accepted and that nobody mints with yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) key: RingKey,
    /// When it was given to the store, Unix seconds.
    pub(super) since: u64,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Accepted; nobody mints with it yet.
    Next,
    /// Passes are minted with it.
    Current,
    /// Accepted up to and including its `until`.
    Previous,
}

impl KeyState {
    /// `next`, `current` or `previous`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Previous => "previous",
        }
    }
}

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

const DOCUMENT: &str = "JSON such as {\"keys\": [{\"kid\": \"k1\", \"secret\": \"…\", \"state\": \"current\"}]}";
const FIELDS: [&str; 5] = ["kid", "secret", "state", "since", "until"];

impl Secret {
    /// With one key, which is current.
    pub fn new(first: RingKey) -> Self {
        Self { current: RingKey { until: None, ..first }, next: None, previous: Vec::new() }
    }

    /// The key that passes are minted with.
    pub fn current(&self) -> &RingKey {
        &self.current
    }

    /// The key that will be current, where there is one.
    pub fn next(&self) -> Option<&RingKey> {
        self.next.as_ref().map(|next| &next.key)
    }

    /// Every key with what it is for: current, next, previous.
    pub fn keys(&self) -> impl Iterator<Item = (&RingKey, KeyState)> {
        let next = self.next().map(|key| (key, KeyState::Next));
        let previous = self.previous.iter().map(|key| (key, KeyState::Previous));
        std::iter::once((&self.current, KeyState::Current)).chain(next).chain(previous)
    }

    /// What goes into the store: every key, since each has passes that hold or will have. `revocations` as in [`Ring`].
    pub fn ring(&self, revocations: bool) -> Ring {
        Ring { keys: self.keys().map(|(key, _)| key.clone()).collect(), revocations }
    }

    /// What EDGE.json holds as `deployment.keys.pass`: `[{"kid", "key"}]`, base64 of the standard alphabet. The current key
    /// alone: whoever mints needs no other, and EDGE.json changes only when another becomes current.
    pub fn minting(&self) -> Value {
        json!([{"kid": self.current.kid, "key": STANDARD.encode(&self.current.secret)}])
    }

    /// Reads the document.
    ///
    /// # Errors
    /// The first field that is not as it has to be.
    pub fn from_json(text: &str) -> Result<Self, SecretError> {
        let whole: Value = serde_json::from_str(text).map_err(|_| error("", DOCUMENT))?;
        let keys = whole.as_object().and_then(|whole| whole.get("keys")).ok_or_else(|| error("", DOCUMENT))?;
        let keys = keys.as_array().ok_or_else(|| error("keys", "a list of keys"))?;
        let (mut current, mut next, mut previous) = (None, None, Vec::<RingKey>::new());
        let mut kids = Vec::new();
        for (i, key) in keys.iter().enumerate() {
            let at = |field: &str| format!("keys/{i}/{field}");
            let (key, state, since) = read_key(key, at)?;
            if kids.contains(&key.kid) {
                return Err(error(at("kid"), "another kid than that of the keys before it"));
            }
            kids.push(key.kid.clone());
            match state {
                KeyState::Current if current.is_none() => current = Some(key),
                KeyState::Next if next.is_none() => next = Some(Next { key, since }),
                KeyState::Previous => previous.push(key),
                KeyState::Current => return Err(error(at("state"), "no second current key")),
                KeyState::Next => return Err(error(at("state"), "no second next key")),
            }
        }
        let current = current.ok_or_else(|| error("keys", "one key whose state is current"))?;
        Ok(Self { current, next, previous })
    }

    /// The document, for [`Secret::from_json`].
    pub fn to_json(&self) -> String {
        let keys: Vec<Value> = self.keys().map(|(key, state)| self.key_to_value(key, state)).collect();
        format!("{:#}\n", json!({"keys": keys}))
    }

    fn key_to_value(&self, key: &RingKey, state: KeyState) -> Value {
        let mut fields = Map::new();
        fields.insert("kid".to_owned(), Value::from(key.kid.as_str()));
        fields.insert("secret".to_owned(), Value::from(URL_SAFE_NO_PAD.encode(&key.secret)));
        fields.insert("state".to_owned(), Value::from(state.as_str()));
        let since = self.next.as_ref().map(|next| next.since).filter(|_| state == KeyState::Next);
        for (name, time) in [("since", since), ("until", key.until)] {
            if let Some(time) = time {
                fields.insert(name.to_owned(), Value::from(time));
            }
        }
        Value::Object(fields)
    }
}

fn error(at: impl Into<String>, expected: &'static str) -> SecretError {
    SecretError { at: at.into(), expected }
}

/// A key, what it is for, and `since`.
fn read_key(value: &Value, at: impl Fn(&str) -> String) -> Result<(RingKey, KeyState, u64), SecretError> {
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

/// Whether it may name a key of ours: EDGE.json allows no dot.
pub(super) fn is_kid(kid: &str) -> bool {
    let letters = kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    letters && (1..=LONGEST_KID).contains(&kid.len())
}
