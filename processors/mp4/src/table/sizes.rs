//! `stsz` and `stz2`: how many bytes each sample has.

use std::ops::Range;

use crate::boxes::{Fields, Table};
use crate::error::Problem;

/// The sizes of a track's samples in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sizes<'a> {
    /// So many samples of one size. Of uncompressed sound in `QuickTime` files the size is not to be trusted.
    Uniform { size: u32, count: u32 },
    /// 32 bits each.
    Each(Table<'a, 4>),
    /// 16 bits each.
    Words(Table<'a, 2>),
    /// 8 bits each.
    Bytes(&'a [u8]),
    /// 4 bits each, the high ones first.
    Nibbles { pairs: &'a [u8], count: u32 },
}

impl Default for Sizes<'_> {
    fn default() -> Self {
        Self::Uniform { size: 0, count: 0 }
    }
}

impl<'a> Sizes<'a> {
    pub fn parse(mut fields: Fields<'a>) -> Result<Self, Problem> {
        fields.full_box()?;
        match fields.u32()? {
            0 => fields.table().map(Self::Each),
            size => Ok(Self::Uniform { size, count: fields.u32()? }),
        }
    }

    pub fn parse_compact(mut fields: Fields<'a>) -> Result<Self, Problem> {
        fields.full_box()?;
        fields.skip(3)?;
        match fields.u8()? {
            16 => fields.table().map(Self::Words),
            8 => fields.table::<1>().map(|table| Self::Bytes(table.as_flattened())),
            4 => {
                let count = fields.u32()?;
                let room = fields.rest().len() as u64;
                let pairs = usize::try_from(count.div_ceil(2)).ok().and_then(|bytes| fields.rest().get(..bytes));
                let pairs = pairs.ok_or(Problem::TooFewEntries { declared: count.into(), room: room * 2 })?;
                Ok(Self::Nibbles { pairs, count })
            }
            other => Err(Problem::Unknown { field: "field_size", value: other.into() }),
        }
    }

    pub fn count(&self) -> u64 {
        match self {
            Self::Uniform { count, .. } | Self::Nibbles { count, .. } => (*count).into(),
            Self::Each(table) => table.len() as u64,
            Self::Words(table) => table.len() as u64,
            Self::Bytes(table) => table.len() as u64,
        }
    }

    /// Whether every sample's size is written down.
    pub fn are_explicit(&self) -> bool {
        !matches!(self, Self::Uniform { .. })
    }

    /// How many bytes these samples have together; those beyond the last count nothing.
    pub fn sum(&self, samples: Range<u64>) -> u64 {
        let end = samples.end.min(self.count());
        let start = samples.start.min(end);
        if let Self::Uniform { size, .. } = self {
            return u64::from(*size).saturating_mul(end - start);
        }
        let (Ok(from), Ok(to)) = (usize::try_from(start), usize::try_from(end)) else { return 0 };
        match self {
            Self::Uniform { .. } => 0,
            Self::Each(table) => total(table.get(from..to), |size| u32::from_be_bytes(*size).into()),
            Self::Words(table) => total(table.get(from..to), |size| u16::from_be_bytes(*size).into()),
            Self::Bytes(table) => total(table.get(from..to), |size| (*size).into()),
            Self::Nibbles { pairs, .. } => (from..to)
                .filter_map(|sample| {
                    pairs.get(sample / 2).map(|pair| if sample % 2 == 0 { pair >> 4 } else { pair & 15 })
                })
                .map(u64::from)
                .sum(),
        }
    }
}

fn total<T>(sizes: Option<&[T]>, size: impl Fn(&T) -> u64) -> u64 {
    sizes.unwrap_or_default().iter().map(size).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_width() {
        let compact = |bits: u8, count: u32, sizes: &[u8]| {
            let bytes = [&[0; 7][..], &[bits], &count.to_be_bytes(), sizes].concat();
            Sizes::parse_compact(Fields::new(&bytes)).map(|sizes| (sizes.count(), sizes.sum(1..3), sizes.sum(0..9)))
        };
        assert_eq!(compact(4, 3, &[0x12, 0x3F]), Ok((3, 5, 6)));
        assert_eq!(compact(8, 3, &[1, 2, 3]), Ok((3, 5, 6)));
        assert_eq!(compact(16, 3, &[0, 1, 1, 0, 0, 3]), Ok((3, 259, 260)));
        assert_eq!(compact(4, 3, &[0x12]), Err(Problem::TooFewEntries { declared: 3, room: 2 }));
        assert_eq!(compact(4, u32::MAX, &[0x12]), Err(Problem::TooFewEntries { declared: u32::MAX.into(), room: 2 }));
        assert_eq!(compact(8, 3, &[1, 2]), Err(Problem::TooFewEntries { declared: 3, room: 2 }));
        assert_eq!(compact(5, 1, &[1]), Err(Problem::Unknown { field: "field_size", value: 5 }));
    }

    #[test]
    fn a_declared_count_of_equal_samples_costs_nothing() {
        let bytes = [[0; 4], [0, 0, 0x10, 0], [0xFF; 4]].concat();
        let sizes = Sizes::parse(Fields::new(&bytes)).unwrap();
        assert_eq!(sizes.sum(0..u64::MAX), 4096 * u64::from(u32::MAX));
        assert!(!sizes.are_explicit());
    }
}
