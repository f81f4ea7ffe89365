//! The boxes inside a box.

use super::{Extent, Fields, FourCc, Header};
use crate::error::{Error, Problem};

/// A box within bytes that are in memory.
#[derive(Debug, Clone, Copy)]
pub struct BoxRef<'a> {
    /// Its type.
    pub kind: FourCc,
    /// Where its header begins in the file.
    pub offset: u64,
    /// The length of its header: 8 or 16 bytes.
    pub header: u8,
    /// What follows the header.
    pub content: &'a [u8],
}

impl<'a> BoxRef<'a> {
    /// The boxes that the content consists of.
    pub fn children(self) -> Boxes<'a> {
        Boxes::new(self.content, self.content_offset())
    }

    /// The boxes behind so many bytes of content.
    ///
    /// # Errors
    /// [`Error::Malformed`] where the content is shorter than that.
    pub fn children_after(self, skipped: usize) -> Result<Boxes<'a>, Error> {
        let rest = self.content.get(skipped..).ok_or_else(|| self.error(Problem::Short))?;
        Ok(Boxes::new(rest, self.content_offset().saturating_add(skipped as u64)))
    }

    /// The first child of a type.
    ///
    /// # Errors
    /// [`Error::Malformed`] where a box before it, or it, contradicts itself.
    pub fn child(self, kind: &[u8; 4]) -> Result<Option<BoxRef<'a>>, Error> {
        self.children().first(kind)
    }

    /// The first child of a type that must be there.
    ///
    /// # Errors
    /// As [`BoxRef::child`]; also [`Error::Malformed`] where there is none.
    pub fn required(self, kind: &[u8; 4]) -> Result<BoxRef<'a>, Error> {
        self.child(kind)?.ok_or_else(|| self.error(Problem::Lacks(kind.into())))
    }

    /// Where the content begins in the file.
    pub fn content_offset(self) -> u64 {
        self.offset.saturating_add(self.header.into())
    }

    /// The size in bytes with the header.
    pub fn size(self) -> u64 {
        self.content.len() as u64 + u64::from(self.header)
    }

    pub(crate) fn error(self, problem: Problem) -> Error {
        problem.of(self.kind, self.offset)
    }

    /// Reads the content's fields.
    pub(crate) fn read<T>(self, parse: impl FnOnce(Fields<'a>) -> Result<T, Problem>) -> Result<T, Error> {
        parse(Fields::new(self.content)).map_err(|problem| self.error(problem))
    }
}

/// Walks over the boxes in a run of bytes. Ends without an error at fewer than eight bytes, which padding and the 32-bit zero
/// behind `QuickTime`'s lists are, and at a header of nothing but zeros.
#[derive(Debug, Clone)]
pub struct Boxes<'a> {
    rest: &'a [u8],
    offset: u64,
}

impl<'a> Boxes<'a> {
    /// `offset`: where the bytes begin in the file.
    pub fn new(bytes: &'a [u8], offset: u64) -> Self {
        Self { rest: bytes, offset }
    }

    /// The first of a type; an error before it is reported.
    ///
    /// # Errors
    /// [`Error::Malformed`] where a box before it, or it, contradicts itself.
    pub fn first(mut self, kind: &[u8; 4]) -> Result<Option<BoxRef<'a>>, Error> {
        self.find(|found| !matches!(found, Ok(found) if found.kind != kind)).transpose()
    }

    fn step(&mut self) -> Result<Option<BoxRef<'a>>, Problem> {
        let header = match Header::parse(self.rest) {
            Err(Problem::Short) if self.rest.len() < 8 => return Ok(None),
            parsed => parsed?,
        };
        let room = self.rest.len() as u64;
        let size = match header.extent {
            Extent::ToTheEnd if header.kind.0 == [0; 4] => return Ok(None),
            Extent::ToTheEnd => return Err(Problem::ZeroSizeInside),
            Extent::Bytes(size) => size,
        };
        let beyond = || Problem::BeyondParent { declared: size, room };
        let (whole, rest) =
            usize::try_from(size).ok().and_then(|s| self.rest.split_at_checked(s)).ok_or_else(beyond)?;
        let content = whole.get(usize::from(header.length)..).ok_or_else(beyond)?;
        let found = BoxRef { kind: header.kind, offset: self.offset, header: header.length, content };
        self.rest = rest;
        self.offset = self.offset.saturating_add(size);
        Ok(Some(found))
    }
}

impl<'a> Iterator for Boxes<'a> {
    type Item = Result<BoxRef<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let kind = self.rest.get(4..8).and_then(|code| code.try_into().ok()).unwrap_or([0; 4]);
        let result = self.step().map_err(|problem| problem.of(FourCc(kind), self.offset));
        if !matches!(result, Ok(Some(_))) {
            self.rest = &[];
        }
        result.transpose()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn kinds(bytes: &[u8]) -> Result<Vec<String>, String> {
        Boxes::new(bytes, 100)
            .map(|found| found.map(|b| b.kind.to_string()))
            .collect::<Result<_, _>>()
            .map_err(|e| e.to_string())
    }

    #[test]
    fn terminators_and_padding_end_a_list() {
        let one = b"\0\0\0\x0Aname!!".to_vec();
        for tail in [&b""[..], b"\0\0\0\0", b"\0\0\0\0\0\0\0", b"\0\0\0\0\0\0\0\0\0\0\0\0", b"\x12\x34"] {
            assert_eq!(kinds(&[&one, tail].concat()).unwrap(), ["name"], "{tail:?}");
        }
    }

    #[test]
    fn lies_are_named_with_their_place() {
        let free = b"\0\0\0\x08free";
        let wrong = |bad: &[u8]| kinds(&[free, bad].concat()).unwrap_err();
        assert_eq!(wrong(b"\0\0\0\x10trak\0\0"), "the trak box at byte 108 declares 16 bytes where 10 are left");
        assert_eq!(
            wrong(b"\0\0\0\0trak\0\0"),
            "the trak box at byte 108 declares the size 0, which only a box at the top level may"
        );
        assert_eq!(
            wrong(b"\0\0\0\x04trak\0\0"),
            "the trak box at byte 108 declares a size of 4 bytes, less than its own header"
        );
        assert_eq!(wrong(b"\0\0\0\x01trak\0\0"), "the trak box at byte 108 ends before its fields do");
        let huge = wrong(b"\0\0\0\x01trak\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
        assert_eq!(huge, "the trak box at byte 108 declares 18446744073709551615 bytes where 16 are left");
    }

    #[test]
    fn the_first_of_a_type_is_found_before_a_later_lie() {
        let bytes = b"\0\0\0\x08free\0\0\0\x08skip\0\0\0\x03bad!";
        assert_eq!(Boxes::new(bytes, 0).first(b"skip").unwrap().unwrap().offset, 8);
        assert!(Boxes::new(bytes, 0).first(b"wide").is_err());
    }
}
