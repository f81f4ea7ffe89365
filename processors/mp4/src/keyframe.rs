//! Keyframes: when each is shown, and exactly which bytes it is.

use std::ops::Range;

use crate::error::Error;
use crate::table::{CompositionOffsets, DecodeTimes, Places};
use crate::track::{Edits, Track};

/// A sample that can be decoded without others.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyframe {
    /// Its number in decoding order, from 0 on.
    pub sample: u64,
    /// When it is shown, in seconds from the beginning of the film, edits counted in. `None`: an edit leaves it out.
    pub time: Option<f64>,
    /// Its bytes in the file.
    pub bytes: Range<u64>,
}

/// What is needed to say time and place of samples in ascending order.
struct Cursor<'a, 't> {
    decode: DecodeTimes<'a>,
    composition: CompositionOffsets<'a>,
    places: Places<'a>,
    edits: &'t Edits,
}

impl<'a> Track<'a> {
    /// The keyframes in decoding order, up to where the tables end; without a table of them, every sample. A fragmented film has
    /// none here. One walk costs as much as the tables are long, and the number of keyframes is for the caller to bound: a track
    /// whose samples all have the same size may declare four billion.
    ///
    /// # Errors
    /// [`Error::Malformed`] where the tables of keyframes or chunks are out of order.
    pub fn keyframes(&self) -> Result<impl Iterator<Item = Keyframe> + use<'_, 'a>, Error> {
        let mut cursor = self.cursor()?;
        let listed = self.samples.keyframe_numbers()?;
        let all = if listed.is_none() { 0..self.sample_count() } else { 0..0 };
        Ok(listed.into_iter().flatten().chain(all).map_while(move |sample| cursor.at(sample)))
    }

    /// The keyframe that is shown nearest to a time in seconds, of those whose bytes are in the file. `None`: there is none.
    ///
    /// # Errors
    /// As [`Track::keyframes`].
    pub fn keyframe_near(&self, time: f64) -> Result<Option<Keyframe>, Error> {
        if self.samples.keyframes.is_none() {
            return self.sample_near(time);
        }
        let inside = self.keyframes()?.filter(|keyframe| keyframe.bytes.end <= self.file_size);
        let distance = |keyframe: &Keyframe| keyframe.time.map_or(f64::INFINITY, |shown| (shown - time).abs());
        // Of two as near the earlier one; one that is left out by an edit, where there is no other.
        Ok(inside.reduce(|best, next| if distance(&next) < distance(&best) { next } else { best }))
    }

    /// Where every sample is a keyframe.
    fn sample_near(&self, time: f64) -> Result<Option<Keyframe>, Error> {
        let tick = u64::try_from(self.edits.media(time)).unwrap_or_default();
        let Some(sample) = DecodeTimes::sample_at(self.samples.durations, tick) else { return Ok(None) };
        let mut cursor = self.cursor()?;
        let near = [sample.checked_sub(1), Some(sample), sample.checked_add(1)];
        let found = near.into_iter().flatten().filter_map(|sample| cursor.at(sample));
        let distance = |keyframe: &Keyframe| keyframe.time.map_or(f64::INFINITY, |shown| (shown - time).abs());
        Ok(found
            .filter(|keyframe| keyframe.bytes.end <= self.file_size)
            .min_by(|a, b| distance(a).total_cmp(&distance(b))))
    }

    fn cursor(&self) -> Result<Cursor<'a, '_>, Error> {
        Ok(Cursor {
            decode: self.samples.decode_times(),
            composition: self.samples.composition_offsets(),
            places: self.samples.places()?,
            edits: &self.edits,
        })
    }
}

impl Cursor<'_, '_> {
    /// `None`: the tables end before it.
    fn at(&mut self, sample: u64) -> Option<Keyframe> {
        let decoded = i64::try_from(self.decode.at(sample)?).unwrap_or(i64::MAX);
        let shown = decoded.saturating_add(self.composition.at(sample));
        Some(Keyframe { sample, time: self.edits.shown(shown), bytes: self.places.at(sample)? })
    }
}
