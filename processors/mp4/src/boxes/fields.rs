//! Fields of a box, read one after another, big-endian.

use crate::error::Problem;

/// What is left of a box to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(Problem::Short)?;
        self.0 = rest;
        Ok(*head)
    }

    pub fn u8(&mut self) -> Result<u8, Problem> {
        self.array().map(u8::from_be_bytes)
    }

    pub fn u16(&mut self) -> Result<u16, Problem> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, Problem> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn i32(&mut self) -> Result<i32, Problem> {
        self.array().map(i32::from_be_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, Problem> {
        self.array().map(u64::from_be_bytes)
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Problem> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(Problem::Short)?;
        self.0 = rest;
        Ok(head)
    }

    pub fn skip(&mut self, count: usize) -> Result<(), Problem> {
        self.take(count).map(drop)
    }

    pub fn rest(self) -> &'a [u8] {
        self.0
    }

    /// The version and the flags of a full box.
    pub fn full_box(&mut self) -> Result<(u8, u32), Problem> {
        let [version, flags @ ..] = self.array::<4>()?;
        let [a, b, c] = flags.map(u32::from);
        Ok((version, a << 16 | b << 8 | c))
    }

    /// A 32-bit count, and that many entries of `N` bytes, all of which must be there.
    pub fn table<const N: usize>(&mut self) -> Result<Table<'a, N>, Problem> {
        let declared = self.u32()?;
        let (entries, _) = self.0.as_chunks::<N>();
        let room = entries.len() as u64;
        let entries = usize::try_from(declared).ok().and_then(|count| entries.get(..count));
        entries.ok_or(Problem::TooFewEntries { declared: declared.into(), room })
    }
}

/// Entries of a fixed size in bytes, left where they are.
pub(crate) type Table<'a, const N: usize> = &'a [[u8; N]];
