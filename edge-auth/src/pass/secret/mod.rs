//! The secret that is the truth of the ring: one JSON document, in Secrets Manager on AWS and in a file here.
//!
//! The item `ring` of the `KeyValueStore` and the key that passes are minted with both follow from it.

mod read;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::ring::LONGEST_KID;
use super::{Ring, RingKey};
use read::{error, read_key};

pub use read::SecretError;

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

const DOCUMENT: &str = "JSON such as {\"keys\": [{\"kid\": \"k1\", \"secret\": \"…\", \"state\": \"current\"}]}";
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

/// Whether it may name a key of ours: EDGE.json allows no dot.
pub(super) fn is_kid(kid: &str) -> bool {
    let letters = kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    letters && (1..=LONGEST_KID).contains(&kid.len())
}
