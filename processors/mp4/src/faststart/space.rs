//! Where the bytes of the source go.

use std::ops::Range;

use super::private::is_needed;
use crate::layout::TopBox;
use crate::movie::Movie;

/// The source in stretches, each with its place in the new file as long as the index does not grow.
#[derive(Debug, Clone)]
pub(super) struct Space {
    copies: Vec<Stretch>,
    moov: Stretch,
}

/// A run of bytes that moves as one.
#[derive(Debug, Clone)]
struct Stretch {
    source: Range<u64>,
    target: u64,
}

/// Where a place of the source goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Into what is copied: to this place, and as much further as the index grows.
    Copied(u64),
    /// Into the index: so many bytes from its beginning, before anything in it grows.
    Index(u64),
}

impl Space {
    /// Everything follows the index.
    pub fn of(movie: &Movie) -> Self {
        Self::without(movie, Vec::new())
    }

    /// Only what players need does.
    pub fn private(movie: &Movie) -> Self {
        let boxes = &movie.layout.boxes;
        let mut spare: Vec<_> = boxes.iter().filter(|found| !is_needed(found.kind)).map(TopBox::range).collect();
        // What is behind the last box is none.
        let end = boxes.last().map_or(0, TopBox::end);
        spare.push(end..movie.layout.file_size.max(end));
        Self::without(movie, spare)
    }

    fn without(movie: &Movie, mut cuts: Vec<Range<u64>>) -> Self {
        let layout = &movie.layout;
        let at = |kind| layout.first(kind).map_or(0..0, TopBox::range);
        let (ftyp, moov) = (at(b"ftyp"), at(b"moov"));
        let mut target = ftyp.end - ftyp.start;
        let index = Stretch { source: moov.clone(), target };
        target = target.saturating_add(moov.end - moov.start);
        cuts.extend([ftyp, moov]);
        cuts.sort_by_key(|cut| cut.start);
        let mut copies = Vec::with_capacity(3);
        let mut start = 0;
        let end = layout.file_size;
        for cut in cuts.into_iter().chain(std::iter::once(end..end)) {
            if start < cut.start {
                copies.push(Stretch { source: start..cut.start, target });
                target = target.saturating_add(cut.start - start);
            }
            start = start.max(cut.end);
        }
        // What a cut-off file lacks would have come at its end.
        if let Some(last) = copies.last_mut().filter(|last| layout.missing() > 0 && last.source.end == layout.file_size)
        {
            last.source.end = u64::MAX;
        }
        Self { copies, moov: index }
    }

    /// `None`: nobody may point there.
    pub fn target(&self, place: u64) -> Option<Target> {
        if let Some(found) = self.copies.iter().find(|copy| copy.source.contains(&place)) {
            return Some(Target::Copied(found.at(place)?));
        }
        // The end of a stretch is where a sample of no bytes may be.
        if let Some(ending) = self.copies.iter().find(|copy| copy.source.end == place) {
            return Some(Target::Copied(ending.at(place)?));
        }
        self.moov.source.contains(&place).then(|| Target::Index(place - self.moov.source.start))
    }

    /// Whether these bytes stay together.
    pub fn holds(&self, bytes: &Range<u64>) -> bool {
        self.copies.iter().any(|copy| copy.source.start <= bytes.start && bytes.end <= copy.source.end)
    }

    /// Where the index begins in the new file.
    pub fn index_start(&self) -> u64 {
        self.moov.target
    }

    /// What of the source is copied, in order.
    pub fn copies(&self, file_size: u64) -> Vec<Range<u64>> {
        self.copies.iter().map(|copy| copy.source.start..copy.source.end.min(file_size)).collect()
    }
}

impl Stretch {
    fn at(&self, place: u64) -> Option<u64> {
        self.target.checked_add(place.checked_sub(self.source.start)?)
    }
}
