//! Sample tables: when each sample is decoded and shown, and where its bytes are. ISO/IEC 14496-12 sections 8.6 and 8.7.
//!
//! The tables stay in the bytes of the index. Every walk over one costs at most its entries, however many samples these stand for.

mod places;
mod sizes;
mod times;

pub(crate) use places::{Offsets, Places};
pub(crate) use sizes::Sizes;
pub(crate) use times::{CompositionOffsets, DecodeTimes};

use crate::boxes::{BoxRef, Fields, Table};
use crate::error::{Error, Problem};

/// The tables of one track. What is not there is empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SampleTable<'a> {
    /// `stts`: runs of (count, duration in ticks).
    pub durations: Table<'a, 8>,
    /// `ctts`: runs of (count, from decoding to showing in ticks).
    pub composition: Table<'a, 8>,
    /// `stss`: the numbers of the keyframes. `None`: all samples are keyframes.
    pub keyframes: Option<Table<'a, 4>>,
    /// `stsc`: runs of (first chunk, samples a chunk, description).
    pub chunks: Table<'a, 12>,
    pub sizes: Sizes<'a>,
    pub offsets: Offsets<'a>,
    /// Where `stss` and `stsc` stand, for messages.
    stbl: BoxRef<'a>,
}

impl<'a> SampleTable<'a> {
    pub fn parse(stbl: BoxRef<'a>) -> Result<Self, Error> {
        let mut table = Self {
            durations: &[],
            composition: &[],
            keyframes: None,
            chunks: &[],
            sizes: Sizes::default(),
            offsets: Offsets::default(),
            stbl,
        };
        for found in stbl.children() {
            let found = found?;
            match &found.kind.0 {
                b"stts" => table.durations = found.read(runs)?,
                b"ctts" => table.composition = found.read(runs)?,
                b"stss" => table.keyframes = Some(found.read(runs)?),
                b"stsc" => table.chunks = found.read(runs)?,
                b"stsz" => table.sizes = found.read(Sizes::parse)?,
                b"stz2" => table.sizes = found.read(Sizes::parse_compact)?,
                b"stco" => table.offsets = Offsets::Narrow(found.read(runs)?),
                b"co64" => table.offsets = Offsets::Wide(found.read(runs)?),
                _ => {}
            }
        }
        Ok(table)
    }

    /// The numbers of the keyframes from 0 on, ascending; `None`: all samples are keyframes.
    pub fn keyframe_numbers(&self) -> Result<Option<impl Iterator<Item = u64> + use<'a>>, Error> {
        let Some(numbers) = self.keyframes else { return Ok(None) };
        if !numbers.is_sorted() {
            return Err(self.stbl.child(b"stss")?.unwrap_or(self.stbl).error(Problem::OutOfOrder));
        }
        // Counted from 1, but some writers count from 0.
        let first = u32::from(numbers.first() != Some(&[0; 4]));
        Ok(Some(numbers.iter().map(move |number| u64::from(u32::from_be_bytes(*number).saturating_sub(first)))))
    }

    pub fn decode_times(&self) -> DecodeTimes<'a> {
        DecodeTimes::new(self.durations)
    }

    pub fn composition_offsets(&self) -> CompositionOffsets<'a> {
        CompositionOffsets::new(self.composition)
    }

    pub fn places(&self) -> Result<Places<'a>, Error> {
        let first_chunks = self.chunks.iter().map(|[a, b, c, d, ..]| [*a, *b, *c, *d]);
        if !first_chunks.is_sorted_by(|a, b| a < b)
            || self.chunks.first().is_some_and(|entry| entry.starts_with(&[0; 4]))
        {
            return Err(self.stbl.child(b"stsc")?.unwrap_or(self.stbl).error(Problem::OutOfOrder));
        }
        Ok(Places::new(self.chunks, self.offsets, self.sizes))
    }
}

/// A full box of nothing but a counted table.
fn runs<const N: usize>(mut fields: Fields<'_>) -> Result<Table<'_, N>, Problem> {
    fields.full_box()?;
    fields.table()
}

/// The two numbers of a run.
#[allow(clippy::cast_possible_truncation)] // each half is meant
pub(crate) fn pair(run: [u8; 8]) -> (u32, u32) {
    let both = u64::from_be_bytes(run);
    ((both >> 32) as u32, both as u32)
}
