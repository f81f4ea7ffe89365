//! What a HEIF file holds, as far as it is needed without decoding a picture (ISO/IEC 14496-12, 8.11, and ISO/IEC 23008-12).

mod alone;
mod boxes;
mod items;
mod properties;

use boxes::{child, number};
pub(crate) use items::Grid;
pub(crate) use properties::Properties;

/// A file's items, and which of them is the picture.
pub(crate) struct Heif<'a> {
    bytes: &'a [u8],
    /// The content of `meta`.
    meta: &'a [u8],
    primary: u32,
}

impl<'a> Heif<'a> {
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let meta = child(bytes, *b"meta")?.get(4..)?;
        let primary = match child(meta, *b"pitm")? {
            [0, _, _, _, high, low, ..] => u32::from(u16::from_be_bytes([*high, *low])),
            [_, _, _, _, id @ ..] => number(id.get(..4)?),
            _ => return None,
        };
        Some(Self { bytes, meta, primary })
    }

    /// What is said of the picture.
    pub fn properties(&self) -> Properties {
        Properties::of(self.listed(self.primary).unwrap_or_default())
    }
}
