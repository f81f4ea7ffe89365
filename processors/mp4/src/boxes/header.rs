//! The first bytes of a box.

use super::{Fields, FourCc};
use crate::error::Problem;

/// How far a box says that it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// So many bytes, its header included.
    Bytes(u64),
    /// To the end of the file (size 0).
    ToTheEnd,
}

/// Size and type of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The type.
    pub kind: FourCc,
    /// How far it reaches; never less than the header itself.
    pub extent: Extent,
    /// The length of size and type in bytes: 8, or 16 with a 64-bit size. The 16 bytes of a `uuid` box's name count as content.
    pub length: u8,
}

impl Header {
    /// The longest header in bytes.
    pub const MAX_BYTES: usize = 16;

    /// Reads a header from the first bytes of a box; 16 of them always suffice.
    ///
    /// # Errors
    /// [`Problem::Short`] or [`Problem::SizeBelowHeader`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields::new(bytes);
        let size = fields.u32()?;
        let kind = FourCc(fields.array()?);
        let (extent, length) = match size {
            0 => (Extent::ToTheEnd, 8),
            1 => (Extent::Bytes(fields.u64()?), 16),
            size => (Extent::Bytes(size.into()), 8),
        };
        match extent {
            Extent::Bytes(size) if size < u64::from(length) => Err(Problem::SizeBelowHeader(size)),
            _ => Ok(Self { kind, extent, length }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn sizes() {
        let parse = Header::parse;
        let header = |kind: &[u8; 4], extent, length| Ok(Header { kind: kind.into(), extent, length });
        assert_eq!(parse(b"\0\0\0\x08free"), header(b"free", Extent::Bytes(8), 8));
        assert_eq!(parse(b"\0\0\0\0mdat"), header(b"mdat", Extent::ToTheEnd, 8));
        assert_eq!(parse(b"\0\0\0\x01mdat\0\0\0\x01\0\0\0\0"), header(b"mdat", Extent::Bytes(1 << 32), 16));
        assert_eq!(parse(b"\0\0\0\x07free"), Err(Problem::SizeBelowHeader(7)));
        assert_eq!(parse(b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x0F"), Err(Problem::SizeBelowHeader(15)));
        assert_eq!(parse(b"\0\0\0\x01mdat\0\0\0"), Err(Problem::Short));
        assert_eq!(parse(b"\0\0\0\x08fre"), Err(Problem::Short));
    }
}
