//! Four-character codes.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A four-character code, such as a box's type. In JSON and in messages: its characters, others than printable ASCII escaped as
/// in Rust (`\xa9nam`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FourCc(pub [u8; 4]);

impl FourCc {
    /// Whether a writer could have meant this as a type: printable ASCII, or Apple's leading ©.
    pub fn is_plausible(self) -> bool {
        let [first, rest @ ..] = self.0;
        let printable = |b: u8| (0x20..0x7F).contains(&b);
        (first == 0xA9 || printable(first)) && rest.into_iter().all(printable)
    }
}

impl From<&[u8; 4]> for FourCc {
    fn from(code: &[u8; 4]) -> Self {
        Self(*code)
    }
}

impl PartialEq<&[u8; 4]> for FourCc {
    fn eq(&self, other: &&[u8; 4]) -> bool {
        self.0 == **other
    }
}

impl fmt::Display for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl fmt::Debug for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{self}'")
    }
}

impl Serialize for FourCc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FourCc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        unescaped(&text).map(Self).ok_or_else(|| de::Error::custom(format!("expected four characters, found {text:?}")))
    }
}

fn unescaped(text: &str) -> Option<[u8; 4]> {
    let mut code = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (value, length) = match rest.strip_prefix('\\') {
            Some(escape) => match escape.chars().next()? {
                'x' => (u8::from_str_radix(escape.get(1..3)?, 16).ok()?, 4),
                't' => (b'\t', 2),
                'n' => (b'\n', 2),
                'r' => (b'\r', 2),
                other => (u8::try_from(other).ok()?, 2),
            },
            None => (u8::try_from(first).ok().filter(u8::is_ascii)?, 1),
        };
        code.push(value);
        rest = rest.get(length..)?;
    }
    code.try_into().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::FourCc;

    #[test]
    fn every_code_survives_json() {
        for code in [*b"moov", [0xA9, b'n', b'a', b'm'], [0, b'\n', b'\\', 0xFF], *b"\"'\t "] {
            let text = serde_json::to_string(&FourCc(code)).unwrap();
            assert_eq!(serde_json::from_str::<FourCc>(&text).unwrap(), FourCc(code), "{text}");
        }
        assert_eq!(FourCc(*b"\xa9nam").to_string(), "\\xa9nam");
        for text in ["\"moo\"", "\"moovy\"", "\"\\\\x1\"", "\"\u{e9}abc\"", "4"] {
            assert!(serde_json::from_str::<FourCc>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_type_looks_like() {
        assert!(FourCc(*b"mdat").is_plausible());
        assert!(FourCc(*b"\xa9nam").is_plausible());
        assert!(FourCc(*b"xml ").is_plausible());
        assert!(!FourCc([0; 4]).is_plausible());
        assert!(!FourCc(*b"na\xa9m").is_plausible());
    }
}
