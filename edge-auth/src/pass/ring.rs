//! The keys that passes are made and judged by.

use std::fmt;
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::LATEST;

/// The longest item of a `KeyValueStore`, bytes.
const LONGEST_ITEM: usize = 1024;
/// The longest `kid`, bytes: three keys have to fit into one item.
pub(super) const LONGEST_KID: usize = 32;
/// How long a secret is, bytes.
pub(super) const SECRET_BYTES: RangeInclusive<usize> = 32..=64;

/// One key.
#[derive(Clone, PartialEq, Eq)]
pub struct RingKey {
    /// Its name, 1 to 32 bytes; it stands in every pass of the key.
    pub kid: String,
    /// Random, 32 to 64 bytes; 32 where we make it. A longer one would be hashed by HMAC before it is used (RFC 2104 §2).
    pub secret: Vec<u8>,
    /// When it was replaced: passes of it count up to and including then, Unix seconds. `None` for the current one.
    pub until: Option<u64>,
}

impl fmt::Debug for RingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RingKey").field("kid", &self.kid).field("until", &self.until).finish_non_exhaustive()
    }
}

/// All keys, and whether any pass was revoked: the item `ring` of the `KeyValueStore`, so that an ordinary request costs one read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// Of two with one `kid` the first counts.
    pub keys: Vec<RingKey>,
    /// Whether revocations have to be looked up.
    pub revocations: bool,
}

/// Why a text is no ring, or a ring no text. It quotes nothing: a ring is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingError {
    /// Not the JSON of [`Ring::from_json`].
    Malformed,
    /// More bytes than a `KeyValueStore` takes.
    TooLong,
}

impl fmt::Display for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("this is no key ring"),
            Self::TooLong => {
                write!(f, "the key ring has more than {LONGEST_ITEM} bytes; drop keys that are no longer in use")
            }
        }
    }
}

impl std::error::Error for RingError {}

impl Ring {
    /// The key of that name.
    pub fn key(&self, kid: &[u8]) -> Option<&RingKey> {
        self.keys.iter().find(|key| key.kid.as_bytes() == kid)
    }

    /// Reads `{"keys": [{"kid", "secret", "until"}], "revocations"}`: `secret` is 32 to 64 bytes in base64url, `until` Unix seconds and
    /// optional, `revocations` true or false. Fields that are not known are passed over, so that a newer writer harms no older reader.
    ///
    /// # Errors
    /// [`RingError::Malformed`].
    pub fn from_json(text: &str) -> Result<Self, RingError> {
        let value: Value = serde_json::from_str(text).map_err(|_| RingError::Malformed)?;
        let read = || {
            let keys = value.get("keys")?.as_array()?.iter().map(key).collect::<Option<_>>()?;
            Some(Self { keys, revocations: value.get("revocations")?.as_bool()? })
        };
        read().ok_or(RingError::Malformed)
    }

    /// The text of the item, for [`Ring::from_json`].
    ///
    /// # Errors
    /// [`RingError::TooLong`]; [`RingError::Malformed`] for a `kid` or a secret of too few or too many bytes, or a time too late.
    pub fn to_json(&self) -> Result<String, RingError> {
        if !self.keys.iter().all(RingKey::fits) {
            return Err(RingError::Malformed);
        }
        let keys: Vec<Value> = self.keys.iter().map(RingKey::to_value).collect();
        let text = json!({"keys": keys, "revocations": self.revocations}).to_string();
        if text.len() > LONGEST_ITEM { Err(RingError::TooLong) } else { Ok(text) }
    }
}

impl RingKey {
    /// Whether it may make passes: three keys such as this one fit into one item.
    pub(crate) fn fits(&self) -> bool {
        self.kid.len() <= LONGEST_KID && self.is_sound()
    }

    pub(super) fn is_sound(&self) -> bool {
        !self.kid.is_empty()
            && SECRET_BYTES.contains(&self.secret.len())
            && self.until.is_none_or(|until| until <= LATEST)
    }

    fn to_value(&self) -> Value {
        let mut fields = Map::new();
        fields.insert("kid".to_owned(), Value::from(self.kid.as_str()));
        fields.insert("secret".to_owned(), Value::from(URL_SAFE_NO_PAD.encode(&self.secret)));
        if let Some(until) = self.until {
            fields.insert("until".to_owned(), Value::from(until));
        }
        Value::Object(fields)
    }
}

fn key(value: &Value) -> Option<RingKey> {
    let secret = URL_SAFE_NO_PAD.decode(value.get("secret")?.as_str()?).ok()?;
    let until = match value.get("until") {
        None => None,
        Some(until) => Some(until.as_u64()?),
    };
    Some(RingKey { kid: value.get("kid")?.as_str()?.to_owned(), secret, until }).filter(RingKey::is_sound)
}
