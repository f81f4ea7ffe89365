//! `stts` and `ctts`: when each sample is decoded and shown.

use super::pair;
use crate::boxes::Table;

/// Decode times of samples that are asked for in ascending order.
#[derive(Debug, Clone)]
pub(crate) struct DecodeTimes<'a> {
    rest: Table<'a, 8>,
    /// The first sample of the run at the head of `rest`, and when it is decoded.
    first: u64,
    start: u64,
}

impl<'a> DecodeTimes<'a> {
    pub fn new(durations: Table<'a, 8>) -> Self {
        Self { rest: durations, first: 0, start: 0 }
    }

    /// In ticks. `None`: the table ends before this sample.
    pub fn at(&mut self, sample: u64) -> Option<u64> {
        loop {
            let (run, rest) = self.rest.split_first()?;
            let (count, duration) = pair(*run);
            let into = sample.saturating_sub(self.first);
            if into < u64::from(count) {
                return Some(self.start.saturating_add(into.saturating_mul(duration.into())));
            }
            self.first = self.first.saturating_add(count.into());
            self.start = self.start.saturating_add(u64::from(count) * u64::from(duration));
            self.rest = rest;
        }
    }

    /// The sample that is decoded at that tick, or the last before it. `None`: there is no sample.
    pub fn sample_at(durations: Table<'a, 8>, tick: u64) -> Option<u64> {
        let (mut first, mut start, mut last) = (0u64, 0u64, None);
        for (count, duration) in durations.iter().copied().map(pair).filter(|(count, _)| *count > 0) {
            let length = u64::from(count) * u64::from(duration);
            let into = tick.saturating_sub(start);
            if into < length {
                return Some(first.saturating_add(into / u64::from(duration)));
            }
            first = first.saturating_add(count.into());
            start = start.saturating_add(length);
            last = Some(first - 1);
        }
        last
    }
}

/// Composition offsets of samples that are asked for in ascending order. Read as signed in version 0 too: `QuickTime` means
/// them so, and ISO media has no use for two billion ticks.
#[derive(Debug, Clone)]
pub(crate) struct CompositionOffsets<'a> {
    rest: Table<'a, 8>,
    first: u64,
}

impl<'a> CompositionOffsets<'a> {
    pub fn new(composition: Table<'a, 8>) -> Self {
        Self { rest: composition, first: 0 }
    }

    /// In ticks; 0 where the table says nothing.
    pub fn at(&mut self, sample: u64) -> i64 {
        while let Some((run, rest)) = self.rest.split_first() {
            let (count, offset) = pair(*run);
            let end = self.first.saturating_add(count.into());
            if sample < end {
                return offset.cast_signed().into();
            }
            self.first = end;
            self.rest = rest;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(list: &[(u32, u32)]) -> Vec<[u8; 8]> {
        list.iter().map(|(a, b)| (u64::from(*a) << 32 | u64::from(*b)).to_be_bytes()).collect()
    }

    #[test]
    fn decode_times() {
        let table = runs(&[(2, 10), (0, 99), (3, 5)]);
        let mut times = DecodeTimes::new(&table);
        let all: Vec<_> = (0..6).map(|sample| times.at(sample)).collect();
        assert_eq!(all, [Some(0), Some(10), Some(20), Some(25), Some(30), None]);
        let at = |tick| DecodeTimes::sample_at(&table, tick);
        assert_eq!([0, 9, 10, 24, 25, 34, 35, u64::MAX].map(at), [0, 0, 1, 2, 3, 4, 4, 4].map(Some));
        assert_eq!(DecodeTimes::sample_at(&runs(&[(0, 7)]), 3), None);
        assert_eq!(DecodeTimes::sample_at(&runs(&[(3, 0)]), 3), Some(2));
    }

    #[test]
    fn numbers_that_run_over_stay_at_the_end() {
        let table = runs(&[(u32::MAX, u32::MAX); 3]);
        assert_eq!(DecodeTimes::new(&table).at(3 * u64::from(u32::MAX) - 1), Some(u64::MAX));
        assert_eq!(DecodeTimes::sample_at(&table, u64::MAX), Some(4_294_967_297));
    }

    #[test]
    fn composition_offsets() {
        let table = runs(&[(1, 10), (2, u32::MAX)]);
        let mut offsets = CompositionOffsets::new(&table);
        assert_eq!([0, 1, 2, 3].map(|sample| offsets.at(sample)), [10, -1, -1, 0]);
    }
}
