//! The boxes at the top level of a file, found by reading their headers alone.

use std::ops::Range;

use crate::boxes::{Extent, FourCc, Header};
use crate::error::{Error, MoovMissing};
use crate::limits::Limits;
use crate::read::{ReadAt, read_exact};

/// What may stand at the top level. A file begins with one of these, and only one of these may be cut off by its end.
const KNOWN: [&[u8; 4]; 20] = [
    b"ftyp", b"styp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"ssix", b"emsg", b"prft", b"meta", b"free",
    b"skip", b"wide", b"junk", b"uuid", b"pdin", b"pnot", b"udta", b"PICT",
];

/// A box at the top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopBox {
    /// Its type.
    pub kind: FourCc,
    /// Where its header begins.
    pub offset: u64,
    /// How many bytes of it are in the file, the header included.
    pub size: u64,
    /// The length of its header: 8 or 16 bytes.
    pub header: u8,
    /// It declares size 0, "to the end of the file".
    pub to_the_end: bool,
    /// How many bytes it declares beyond the end of the file.
    pub missing: u64,
}

impl TopBox {
    /// The first byte behind it.
    pub fn end(&self) -> u64 {
        self.offset.saturating_add(self.size)
    }

    /// Where it lies, header included.
    pub fn range(&self) -> Range<u64> {
        self.offset..self.end()
    }

    /// `None`: these bytes begin no box.
    pub(crate) fn parse(bytes: &[u8], offset: u64, file_size: u64) -> Option<Self> {
        let header = Header::parse(bytes).ok()?;
        let room = file_size.saturating_sub(offset);
        let (size, to_the_end) = match header.extent {
            Extent::Bytes(size) => (size, false),
            Extent::ToTheEnd => (room, true),
        };
        let missing = size.saturating_sub(room);
        let known = KNOWN.iter().any(|kind| header.kind == *kind);
        let open = missing > 0 || to_the_end || offset == 0;
        (header.kind.is_plausible() && (known || !open)).then_some(Self {
            kind: header.kind,
            offset,
            size: size.min(room),
            header: header.length,
            to_the_end,
            missing,
        })
    }
}

/// The top level of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The boxes in order, without gaps from byte 0 on. Of a fragmented film: up to its first fragment.
    pub boxes: Vec<TopBox>,
    /// The size of the file in bytes. What lies between the last box and this is no box.
    pub file_size: u64,
    /// A fragment (`moof`) was met.
    pub fragments: bool,
}

impl Layout {
    /// Walks over the top level: one small read for each box, none of what they hold.
    ///
    /// # Errors
    /// [`Error::Read`] or [`Error::Changed`] where the source cannot be read; [`Error::NotAFilm`], [`Error::MoovMissing`],
    /// [`Error::MoovTruncated`]; [`Error::TooMany`] boxes.
    pub async fn scan(source: &(impl ReadAt + ?Sized), limits: &Limits) -> Result<Self, Error> {
        let file_size = source.size();
        let mut layout = Self { boxes: Vec::new(), file_size, fragments: false };
        while !layout.fragments && layout.end() < file_size {
            let offset = layout.end();
            let length = usize::try_from(file_size - offset).unwrap_or(usize::MAX).min(Header::MAX_BYTES);
            let bytes = read_exact(source, offset, length).await?;
            let Some(found) = TopBox::parse(&bytes, offset, file_size) else { break };
            if layout.boxes.len() >= limits.boxes {
                return Err(Error::TooMany { what: "boxes at the top level", limit: limits.boxes });
            }
            layout.fragments = found.kind == b"moof";
            layout.boxes.push(found);
        }
        layout.check()?;
        Ok(layout)
    }

    /// The first box of a type.
    pub fn first(&self, kind: &[u8; 4]) -> Option<&TopBox> {
        self.boxes.iter().find(|found| found.kind == kind)
    }

    /// Whether the index comes before the media data; so it does where there is none.
    pub fn moov_is_in_front(&self) -> bool {
        self.boxes
            .iter()
            .find(|found| found.kind == b"moov" || found.kind == b"mdat")
            .is_some_and(|b| b.kind == b"moov")
    }

    /// How many bytes the boxes declare beyond the end of the file: more than 0 if it was cut off.
    pub fn missing(&self) -> u64 {
        self.boxes.last().map_or(0, |last| last.missing)
    }

    /// The first byte behind the last box.
    pub fn end(&self) -> u64 {
        self.boxes.last().map_or(0, TopBox::end)
    }

    fn check(&self) -> Result<(), Error> {
        let last = self.boxes.last().ok_or(Error::NotAFilm)?;
        match self.first(b"moov") {
            Some(moov) if moov.missing > 0 => Err(Error::MoovTruncated {
                offset: moov.offset,
                expected: moov.size.saturating_add(moov.missing),
                missing: moov.missing,
            }),
            Some(_) => Ok(()),
            None => Err(Error::MoovMissing(self.why_missing(last))),
        }
    }

    fn why_missing(&self, last: &TopBox) -> MoovMissing {
        if self.fragments {
            MoovMissing::FragmentAlone
        } else if last.missing > 0 {
            MoovMissing::Truncated { missing: last.missing }
        } else if last.to_the_end && last.kind == b"mdat" {
            MoovMissing::MdatToTheEnd
        } else if self.file_size.saturating_sub(self.end()) >= 8 {
            MoovMissing::Garbage { offset: self.end() }
        } else {
            MoovMissing::Nowhere
        }
    }
}
