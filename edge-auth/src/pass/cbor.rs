//! Reading the little of CBOR (RFC 8949) that a pass is made of.
//!
//! Whoever reads says what has to come next, so nothing is skipped, nothing recurses, and no number in the input
//! becomes an allocation. What is written must be deterministic (§4.2.1): numbers and lengths as short as can be, nothing of
//! indefinite length, and a map's keys in ascending order, so that none is there twice.

use super::LATEST;

/// It is not what had to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// CBOR's major types (§3.1), as far as a pass has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Major {
    Unsigned = 0,
    Bytes = 2,
    Text = 3,
    Array = 4,
    Map = 5,
    Tag = 6,
}

/// What is left to be read.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// An unsigned integer, at most [`LATEST`].
    pub fn unsigned(&mut self) -> Result<u64, Malformed> {
        self.head(Major::Unsigned)
    }

    /// A byte string.
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.head(Major::Bytes)?;
        self.take(length)
    }

    /// A text string, which must be UTF-8.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        let length = self.head(Major::Text)?;
        str::from_utf8(self.take(length)?).map_err(|_| Malformed)
    }

    /// The beginning of an array: how many items follow.
    pub fn array(&mut self) -> Result<u64, Malformed> {
        self.head(Major::Array)
    }

    /// The beginning of a map: how many pairs follow.
    pub fn map(&mut self) -> Result<u64, Malformed> {
        self.head(Major::Map)
    }

    /// A key of a map whose keys are unsigned integers, behind the key `before`.
    pub fn key(&mut self, before: &mut Option<u64>) -> Result<u64, Malformed> {
        let key = self.unsigned()?;
        if before.replace(key).is_none_or(|before| before < key) { Ok(key) } else { Err(Malformed) }
    }

    /// A tag, before what it speaks of.
    pub fn tag(&mut self) -> Result<u64, Malformed> {
        self.head(Major::Tag)
    }

    /// Whether an array comes next, rather than something else.
    pub fn is_array_next(&self) -> bool {
        self.0.first().is_some_and(|byte| byte >> 5 == Major::Array as u8)
    }

    /// Nothing may follow.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }

    /// The argument of an item of that type (§3).
    fn head(&mut self, major: Major) -> Result<u64, Malformed> {
        let first = self.byte()?;
        if first >> 5 != major as u8 {
            return Err(Malformed);
        }
        let (follow, least) = match first & 0x1f {
            argument @ 0..24 => return Ok(u64::from(argument)),
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            // 28 to 30 are reserved, 31 is an indefinite length.
            _ => return Err(Malformed),
        };
        let bytes = self.take(follow)?;
        let argument = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        if (least..=LATEST).contains(&argument) { Ok(argument) } else { Err(Malformed) }
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.0.split_first().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*first)
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(length).map_err(|_| Malformed)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }
}
