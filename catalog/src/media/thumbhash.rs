use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// A `ThumbHash` (<https://evanw.github.io/thumbhash/>): 5 to 25 bytes as a rule, 64 at most; base64 in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ThumbHash(Vec<u8>);

impl ThumbHash {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<Vec<u8>> for ThumbHash {
    type Error = String;

    fn try_from(bytes: Vec<u8>) -> Result<Self, Self::Error> {
        match bytes.len() {
            1..=64 => Ok(Self(bytes)),
            n => Err(format!("a thumbhash has 1 to 64 bytes, not {n}")),
        }
    }
}

impl TryFrom<String> for ThumbHash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        STANDARD.decode(text).map_err(|e| format!("a thumbhash is base64: {e}"))?.try_into()
    }
}

impl From<ThumbHash> for String {
    fn from(hash: ThumbHash) -> Self {
        STANDARD.encode(hash.0)
    }
}
