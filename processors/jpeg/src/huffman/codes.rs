//! A Huffman table as files have it (ITU T.81 B.2.4.2), and its codes (annex C).

use crate::Unsupported;

/// What a table is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The first coefficient of a block, as the difference to the last block's.
    Dc,
    /// The other 63.
    Ac,
}

/// The codes' lengths, and what they stand for.
#[derive(Clone, Debug)]
pub(crate) struct Codes {
    /// How many codes have 1, 2, … 16 bits.
    pub(crate) counts: [u8; 16],
    /// What the codes stand for, the shortest first.
    pub(crate) symbols: Vec<u8>,
}

/// A code and what it stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code {
    /// Its bits, in the upper end of 16.
    pub(crate) bits: u16,
    /// 1 to 16
    pub(crate) length: u8,
    pub(crate) symbol: u8,
}

impl Codes {
    /// In ascending order, of the lengths and of the bits both.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Code> {
        let lengths = (1_u8..).zip(self.counts).flat_map(|(length, count)| (0..count).map(move |_| length));
        let mut end = 0_u32;
        lengths.zip(&self.symbols).map(move |(length, symbol)| {
            let bits = end;
            end += 1 << (16 - length);
            // Never cut in a table that `check` lets pass.
            Code { bits: bits as u16, length, symbol: *symbol }
        })
    }

    /// Whether the codes fit into 16 bits, none of them all ones, and a DC table has no sizes above 15.
    pub(crate) fn check(&self, class: Class) -> Result<(), Unsupported> {
        let mut end = 0_u32;
        for (length, count) in (1..=16).zip(self.counts) {
            let unit = 1 << (16 - length);
            end += u32::from(count) * unit;
            // What is all ones in a length ends where all lengths do.
            if count > 0 && end > 65_536 - unit {
                return Err(Unsupported::HuffmanTable);
            }
        }
        if class == Class::Dc && self.symbols.iter().any(|size| *size > 15) {
            return Err(Unsupported::HuffmanTable);
        }
        Ok(())
    }
}
