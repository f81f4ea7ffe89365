//! `stsc` with `stco` or `co64`: where each sample's bytes are.

use std::ops::Range;

use super::Sizes;
use crate::boxes::Table;

/// Where the chunks begin in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Offsets<'a> {
    /// `stco`.
    Narrow(Table<'a, 4>),
    /// `co64`.
    Wide(Table<'a, 8>),
}

impl Default for Offsets<'_> {
    fn default() -> Self {
        Self::Narrow(&[])
    }
}

impl Offsets<'_> {
    pub fn len(&self) -> usize {
        match self {
            Self::Narrow(table) => table.len(),
            Self::Wide(table) => table.len(),
        }
    }

    pub fn get(&self, chunk: u64) -> Option<u64> {
        let chunk = usize::try_from(chunk).ok()?;
        match self {
            Self::Narrow(table) => table.get(chunk).map(|offset| u32::from_be_bytes(*offset).into()),
            Self::Wide(table) => table.get(chunk).map(|offset| u64::from_be_bytes(*offset)),
        }
    }
}

/// Chunks with the same number of samples.
#[derive(Debug, Clone, Copy)]
struct Run {
    chunks: Span,
    samples_each: u32,
    first_sample: u64,
}

/// A half-open range of chunk numbers from 0 on, which can be copied.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u64,
    end: u64,
}

/// Places of samples that are asked for in ascending order.
#[derive(Debug, Clone)]
pub(crate) struct Places<'a> {
    entries: Table<'a, 12>,
    offsets: Offsets<'a>,
    sizes: Sizes<'a>,
    run: Option<Run>,
    /// The last answer: a sample, its chunk, and where the sample begins.
    last: Option<(u64, u64, u64)>,
}

impl<'a> Places<'a> {
    /// `chunks` must ascend and begin with 1 or more.
    pub(super) fn new(chunks: Table<'a, 12>, offsets: Offsets<'a>, sizes: Sizes<'a>) -> Self {
        let mut places = Self { entries: chunks, offsets, sizes, run: None, last: None };
        places.run = places.next_run(0);
        places
    }

    /// The bytes of a sample in the file. `None`: the tables end before it.
    pub fn at(&mut self, sample: u64) -> Option<Range<u64>> {
        if sample >= self.sizes.count() {
            return None;
        }
        let run = self.run_of(sample)?;
        let into = (sample - run.first_sample) / u64::from(run.samples_each);
        let chunk = run.chunks.start + into;
        let (from, start) = match self.last {
            Some((last, of, start)) if of == chunk && last <= sample => (last, start),
            _ => (run.first_sample + into * u64::from(run.samples_each), self.offsets.get(chunk)?),
        };
        let start = start.saturating_add(self.sizes.sum(from..sample));
        self.last = Some((sample, chunk, start));
        Some(start..start.saturating_add(self.sizes.sum(sample..sample + 1)))
    }

    /// Every chunk's bytes in the file, as far as there are samples for it.
    pub fn chunks(mut self) -> impl Iterator<Item = Range<u64>> + use<'a> {
        let mut chunk = 0;
        std::iter::from_fn(move || {
            let mut run = self.run?;
            while chunk >= run.chunks.end {
                run = self.following(run)?;
            }
            chunk = chunk.max(run.chunks.start);
            let first = run.first_sample + (chunk - run.chunks.start) * u64::from(run.samples_each);
            if first >= self.sizes.count() {
                return None;
            }
            let start = self.offsets.get(chunk)?;
            chunk += 1;
            Some(start..start.saturating_add(self.sizes.sum(first..first + u64::from(run.samples_each))))
        })
    }

    fn run_of(&mut self, sample: u64) -> Option<Run> {
        let mut run = self.run?;
        while sample >= run.end_sample() {
            run = self.following(run)?;
        }
        (sample >= run.first_sample).then_some(run)
    }

    fn following(&mut self, run: Run) -> Option<Run> {
        self.run = self.next_run(run.end_sample());
        self.run
    }

    /// The next run of at least one sample a chunk.
    fn next_run(&mut self, first_sample: u64) -> Option<Run> {
        loop {
            let (entry, rest) = self.entries.split_first()?;
            self.entries = rest;
            let chunks = self.offsets.len() as u64;
            let start = first_chunk(entry);
            let end = rest.first().map_or(chunks, first_chunk).min(chunks);
            let [.., a, b, c, d, _, _, _, _] = entry;
            let samples_each = u32::from_be_bytes([*a, *b, *c, *d]);
            if samples_each > 0 && start < end {
                return Some(Run { chunks: Span { start, end }, samples_each, first_sample });
            }
        }
    }
}

impl Run {
    fn end_sample(&self) -> u64 {
        // Fewer than 2^32 chunks of fewer than 2^32 samples each.
        self.first_sample.saturating_add((self.chunks.end - self.chunks.start) * u64::from(self.samples_each))
    }
}

/// From 0 on.
fn first_chunk([a, b, c, d, ..]: &[u8; 12]) -> u64 {
    u64::from(u32::from_be_bytes([*a, *b, *c, *d])).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(list: &[(u32, u32)]) -> Vec<[u8; 12]> {
        list.iter()
            .map(|(first, each)| {
                let mut entry = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
                entry[..4].copy_from_slice(&first.to_be_bytes());
                entry[4..8].copy_from_slice(&each.to_be_bytes());
                entry
            })
            .collect()
    }

    #[test]
    fn samples_of_chunks() {
        let chunks = table(&[(1, 2), (3, 1)]);
        let offsets = [100u32, 200, 300, 400].map(u32::to_be_bytes);
        let sizes = [1u32, 2, 4, 8, 16, 32].map(u32::to_be_bytes);
        let places = || Places::new(&chunks, Offsets::Narrow(&offsets), Sizes::Each(&sizes));
        let mut all = places();
        let found: Vec<_> = (0..7).map(|sample| all.at(sample)).collect();
        let expected = [100..101, 101..103, 200..204, 204..212, 300..316, 400..432];
        assert_eq!(found[..6], expected.map(Some));
        assert_eq!(found[6], None);
        let mut some = places();
        assert_eq!([1, 3, 5].map(|sample| some.at(sample)), [101..103, 204..212, 400..432].map(Some));
        assert_eq!(places().chunks().collect::<Vec<_>>(), [100..103, 200..212, 300..316, 400..432]);
    }

    #[test]
    fn tables_that_disagree_end_early() {
        let offsets = [100u64, 200].map(u64::to_be_bytes);
        let sizes = Sizes::Uniform { size: 10, count: 100 };
        let chunks = table(&[(1, 3), (9, 1)]);
        let mut places = Places::new(&chunks, Offsets::Wide(&offsets), sizes);
        assert_eq!([0, 5, 6].map(|sample| places.at(sample)), [Some(100..110), Some(220..230), None]);
        assert_eq!(Places::new(&[], Offsets::Wide(&offsets), sizes).at(0), None);
        assert_eq!(Places::new(&table(&[(1, 0)]), Offsets::Wide(&offsets), sizes).at(0), None);
        // The first chunk named is the second.
        let late = table(&[(2, 1)]);
        let places = Places::new(&late, Offsets::Wide(&offsets), sizes);
        assert_eq!(places.chunks().next(), Some(200..210));
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let offsets = [u64::MAX.to_be_bytes(); 2];
        let sizes = Sizes::Uniform { size: u32::MAX, count: u32::MAX };
        let chunks = table(&[(1, u32::MAX)]);
        let mut places = Places::new(&chunks, Offsets::Wide(&offsets), sizes);
        assert_eq!(places.at(u64::from(u32::MAX) - 1), Some(u64::MAX..u64::MAX));
    }
}
