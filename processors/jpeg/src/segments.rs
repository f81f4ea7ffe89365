//! The segments before the picture (ITU T.81, annex B).

use crate::Unsupported;

/// The marker segments of a file from its start up to and with the first scan's header.
pub(crate) struct Segments<'a> {
    rest: &'a [u8],
}

/// One segment: its marker's second byte, and what stands behind its length.
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    pub(crate) body: Body<'a>,
}

impl<'a> Segments<'a> {
    /// # Errors
    /// [`Unsupported::NotJpeg`]
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, Unsupported> {
        let rest = bytes.strip_prefix(&[0xFF, 0xD8]).ok_or(Unsupported::NotJpeg)?;
        Ok(Self { rest })
    }

    /// The next segment. Bytes between segments are skipped, as libjpeg does.
    pub(crate) fn next(&mut self) -> Result<Segment<'a>, Unsupported> {
        loop {
            let (marker, after) = next_marker(self.rest).ok_or(Unsupported::CutOff)?;
            match marker {
                // TEM and restart markers have no length, and mean nothing here.
                0x01 | 0xD0..=0xD7 => self.rest = after,
                0xD8 | 0xD9 => return Err(Unsupported::Marker { marker }),
                _ => {
                    let (length, after) = after.split_first_chunk().ok_or(Unsupported::CutOff)?;
                    let length = usize::from(u16::from_be_bytes(*length));
                    let length = length.checked_sub(2).ok_or(Unsupported::Segment { marker })?;
                    let (body, rest) = after.split_at_checked(length).ok_or(Unsupported::CutOff)?;
                    self.rest = rest;
                    return Ok(Segment { marker, body: Body { marker, bytes: body } });
                }
            }
        }
    }

    /// What stands behind the last segment.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

/// The first marker in `bytes` and what follows it; 0xFF bytes before a marker are padding, one before a 0 is none.
pub(crate) fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes;
    loop {
        let at = rest.iter().position(|byte| *byte == 0xFF)?;
        rest = rest.get(at + 1..)?;
        match rest.split_first()? {
            (0x00 | 0xFF, _) => {}
            (marker, after) => return Some((*marker, after)),
        }
    }
}

/// A segment's contents, read from the front.
pub(crate) struct Body<'a> {
    marker: u8,
    bytes: &'a [u8],
}

impl<'a> Body<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// All that is left.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Unsupported> {
        self.array().map(|[byte]| byte)
    }

    /// Two bytes, the higher first.
    pub(crate) fn word(&mut self) -> Result<u16, Unsupported> {
        self.array().map(u16::from_be_bytes)
    }

    /// A byte of two numbers of four bits.
    pub(crate) fn nibbles(&mut self) -> Result<(u8, u8), Unsupported> {
        self.byte().map(|byte| (byte >> 4, byte & 15))
    }

    pub(crate) fn array<const COUNT: usize>(&mut self) -> Result<[u8; COUNT], Unsupported> {
        let (array, rest) = self.bytes.split_first_chunk().ok_or(self.wrong())?;
        self.bytes = rest;
        Ok(*array)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Unsupported> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(self.wrong())?;
        self.bytes = rest;
        Ok(taken)
    }

    /// # Errors
    /// Where something is left over.
    pub(crate) fn end(&self) -> Result<(), Unsupported> {
        if self.is_empty() { Ok(()) } else { Err(self.wrong()) }
    }

    pub(crate) fn wrong(&self) -> Unsupported {
        Unsupported::Segment { marker: self.marker }
    }
}
