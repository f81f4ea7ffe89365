//! Names of objects.

use std::fmt::{self, Write as _};
use std::str::FromStr;

/// An object: written `s3://bucket/key`, as other tools do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectUri {
    /// Its bucket.
    pub bucket: String,
    /// Its key, as it is: nothing in it is encoded.
    pub key: String,
}

/// A text does not name an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} names no object; expected s3://bucket/key")]
pub struct NotAnObject(String);

impl ObjectUri {
    /// What `x-amz-copy-source` says of it.
    pub(super) fn copy_source(&self) -> String {
        let mut encoded = format!("{}/", self.bucket);
        for byte in self.key.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
                encoded.push(byte.into());
            } else {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        encoded
    }
}

impl FromStr for ObjectUri {
    type Err = NotAnObject;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (bucket, key) = text
            .strip_prefix("s3://")
            .and_then(|rest| rest.split_once('/'))
            .filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
            .ok_or_else(|| NotAnObject(text.to_owned()))?;
        Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

impl fmt::Display for ObjectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_are_read_and_written() {
        let uri: ObjectUri = "s3://raw/a b/film+1 %.mp4".parse().unwrap();
        assert_eq!((uri.bucket.as_str(), uri.key.as_str()), ("raw", "a b/film+1 %.mp4"));
        assert_eq!(uri.to_string(), "s3://raw/a b/film+1 %.mp4");
        assert_eq!(uri.copy_source(), "raw/a%20b/film%2B1%20%25.mp4");
        assert_eq!("s3://raw/ä/~".parse::<ObjectUri>().unwrap().copy_source(), "raw/%C3%A4/~");
    }

    #[test]
    fn what_names_no_object_is_said() {
        for text in ["s3://", "s3://raw", "s3://raw/", "s3:///film.mp4", "https://raw/film.mp4", "film.mp4"] {
            let error = text.parse::<ObjectUri>().unwrap_err().to_string();
            assert_eq!(error, format!("{text} names no object; expected s3://bucket/key"));
        }
    }
}
