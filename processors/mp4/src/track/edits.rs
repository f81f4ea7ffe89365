//! `elst`: which part of a track is shown when.

use crate::boxes::{BoxRef, Fields};
use crate::error::{Error, Problem};
use crate::time::{seconds, signed_seconds};

/// The edits of a track; ISO/IEC 14496-12 section 8.6.6. Rates other than 1 count as 1.
#[derive(Debug, Clone)]
pub(crate) struct Edits {
    /// In order of `media`.
    segments: Vec<Segment>,
    /// The length of all edits, in ticks of the movie; `None` without an edit list, or with an edit of no length.
    length: Option<u64>,
    /// Ticks a second of the movie, and of the track.
    clocks: (u32, u32),
}

/// A stretch of the track that is shown.
#[derive(Debug, Clone, Copy)]
struct Segment {
    /// Its first moment, in ticks of the track.
    media: i64,
    /// When that is shown, in ticks of the movie.
    shown: u64,
    /// For how many ticks of the movie; `None`: to the end.
    length: Option<u64>,
}

impl Edits {
    pub fn parse(trak: BoxRef<'_>, movie_clock: u32, media_clock: u32, limit: usize) -> Result<Self, Error> {
        let elst = match trak.child(b"edts")? {
            Some(edts) => edts.child(b"elst")?,
            None => None,
        };
        let clocks = (movie_clock, media_clock);
        let Some(elst) = elst else {
            return Ok(Self { segments: vec![Segment { media: 0, shown: 0, length: None }], length: None, clocks });
        };
        let entries = elst.read(entries)?;
        if entries.len() > limit {
            return Err(Error::TooMany { what: "edits of one track", limit });
        }
        let mut segments = Vec::with_capacity(entries.len());
        let mut shown = 0u64;
        let mut bounded = true;
        for (length, media) in entries.iter() {
            if media >= 0 {
                // Length 0 stands for "all of it", which writers of fragments use.
                bounded &= length > 0;
                segments.push(Segment { media, shown, length: (length > 0).then_some(length) });
            }
            shown = shown.saturating_add(length);
        }
        segments.sort_by_key(|segment| segment.media);
        Ok(Self { segments, length: bounded.then_some(shown).filter(|length| *length > 0), clocks })
    }

    /// When a moment of the track, in its ticks, is shown, in seconds. `None`: it is not.
    pub fn shown(&self, media: i64) -> Option<f64> {
        let (movie_clock, media_clock) = self.clocks;
        let next = self.segments.partition_point(|segment| segment.media <= media);
        let segment = self.segments.get(next.checked_sub(1)?)?;
        let into = signed_seconds(media.saturating_sub(segment.media), media_clock);
        // The length is rounded to the movie's clock, which may be coarse.
        let inside = segment.length.is_none_or(|length| into < seconds(length.saturating_add(1), movie_clock));
        inside.then(|| seconds(segment.shown, movie_clock) + into)
    }

    /// The moment of the track, in its ticks, that is shown at a time in seconds, or else the one next to it.
    pub fn media(&self, time: f64) -> i64 {
        let (movie_clock, media_clock) = self.clocks;
        let started = |segment: &&Segment| seconds(segment.shown, movie_clock) <= time;
        let segment = self.segments.iter().filter(started).max_by_key(|segment| segment.shown);
        let Some(segment) = segment.or(self.segments.first()) else { return 0 };
        let into = (time - seconds(segment.shown, movie_clock)).max(0.0) * f64::from(media_clock);
        segment.media.saturating_add(ticks(into))
    }

    /// When the track begins, in seconds: later than 0 behind a pause.
    pub fn start(&self) -> f64 {
        seconds(self.pause(), self.clocks.0)
    }

    /// The length of all edits but for a pause at the beginning, in seconds; `None` where the track's own length counts.
    pub fn length(&self) -> Option<f64> {
        self.length.map(|length| seconds(length.saturating_sub(self.pause()), self.clocks.0))
    }

    fn pause(&self) -> u64 {
        self.segments.iter().map(|segment| segment.shown).min().unwrap_or(0)
    }
}

/// Saturates, and takes what is no number as 0, which `as` does.
#[allow(clippy::cast_possible_truncation)]
fn ticks(count: f64) -> i64 {
    count as i64
}

/// The table, in either version.
enum Entries<'a> {
    Narrow(&'a [[u8; 12]]),
    Wide(&'a [[u8; 20]]),
}

fn entries(mut fields: Fields<'_>) -> Result<Entries<'_>, Problem> {
    let (version, _) = fields.full_box()?;
    Ok(if version == 1 { Entries::Wide(fields.table()?) } else { Entries::Narrow(fields.table()?) })
}

impl Entries<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Narrow(table) => table.len(),
            Self::Wide(table) => table.len(),
        }
    }

    /// Length in ticks of the movie, start in ticks of the track; a start below 0 is a pause.
    fn iter(&self) -> Box<dyn Iterator<Item = (u64, i64)> + '_> {
        match self {
            Self::Narrow(table) => Box::new(table.iter().map(|[a, b, c, d, e, f, g, h, ..]| {
                (u32::from_be_bytes([*a, *b, *c, *d]).into(), i32::from_be_bytes([*e, *f, *g, *h]).into())
            })),
            Self::Wide(table) => Box::new(table.iter().map(|[a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..]| {
                let length = u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
                (length, i64::from_be_bytes([*i, *j, *k, *l, *m, *n, *o, *p]))
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::boxes::Boxes;

    /// A track of 90,000 ticks a second in a movie of 1,000.
    fn edits(list: &[(u32, i32)]) -> Edits {
        let mut elst = vec![0; 4];
        elst.extend(u32::try_from(list.len()).unwrap().to_be_bytes());
        for (length, media) in list {
            elst.extend([&length.to_be_bytes()[..], &media.to_be_bytes(), &[0, 1, 0, 0]].concat());
        }
        let boxed = |kind: &[u8; 4], content: &[u8]| {
            [&u32::try_from(content.len() + 8).unwrap().to_be_bytes()[..], kind, content].concat()
        };
        let trak = boxed(b"trak", &boxed(b"edts", &boxed(b"elst", &elst)));
        Edits::parse(Boxes::new(&trak, 0).next().unwrap().unwrap(), 1000, 90_000, 10).unwrap()
    }

    #[test]
    fn a_start_that_is_left_out() {
        let edits = edits(&[(2000, 9000)]);
        assert_eq!(edits.shown(9000), Some(0.0));
        assert_eq!(edits.shown(99_000), Some(1.0));
        assert_eq!(edits.shown(8999), None);
        assert_eq!(edits.shown(9000 + 2 * 90_000 + 90), None);
        assert_eq!(edits.length(), Some(2.0));
        assert_eq!(edits.media(1.0), 99_000);
    }

    #[test]
    fn a_pause_before_it_begins() {
        let edits = edits(&[(500, -1), (2000, 0)]);
        assert_eq!(edits.shown(90_000), Some(1.5));
        assert_eq!(edits.media(1.5), 90_000);
        assert_eq!(edits.media(0.1), 0);
        assert_eq!((edits.start(), edits.length()), (0.5, Some(2.0)));
    }

    #[test]
    fn parts_in_another_order() {
        let edits = edits(&[(1000, 180_000), (1000, 0)]);
        assert_eq!(edits.shown(180_000), Some(0.0));
        assert_eq!(edits.shown(45_000), Some(1.5));
        assert_eq!(edits.shown(135_000), None);
        assert_eq!(edits.media(1.5), 45_000);
    }

    #[test]
    fn no_length_is_all_of_it() {
        let edits = edits(&[(0, 9000)]);
        assert_eq!(edits.shown(9000 + 90_000_000), Some(1000.0));
        assert_eq!(edits.length(), None);
    }
}
