//! Faststart: the index moved in front of the media data, so that playing begins before the file is loaded whole.
//!
//! [`Movie::faststart`] plans it from what was read of the film, without any further reading. A [`Plan`] is new bytes for the head
//! of the file and ranges of the source to follow it unchanged: [`file()`] carries it out on a local file, and [`parts`] says how an
//! object store does by copying within itself.

mod check;
pub(crate) mod local;
mod multipart;
mod private;
mod rewrite;
mod space;
mod tables;

use std::ops::Range;

use bytes::Bytes;

pub use local::{file, write};
pub use multipart::{Part, PartRules, Piece, TooLarge, Upload, body, parts};
use serde::Serialize;

use crate::boxes::FourCc;
use crate::error::Error;
use crate::movie::Movie;
use rewrite::Rewrite;
use space::Space;

/// What is to be done with a film.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The index is in front already: leave the file as it is.
    AlreadyFront,
    /// The film is in fragments, which play from the beginning as they are: leave the file as it is.
    Fragmented,
    /// The index cannot be moved without the risk of breaking the film: leave the file as it is, or write it anew with other tools.
    Refused(Refusal),
    /// This makes it.
    Move(Plan),
}

/// Why an index is not moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is compressed.
    #[error("the moov box is compressed (cmov)")]
    CompressedMoov,
    /// There are several, and players differ in which one they take.
    #[error("there is more than one moov box")]
    SeveralMovies,
    /// A `dref` box names another file as the place of the samples.
    #[error("the dref box at byte {offset} says that samples are in another file")]
    ExternalData {
        /// Where the `dref` box begins.
        offset: u64,
    },
    /// A `meta` box names places in the file by `iloc`.
    #[error("the meta box at byte {offset} names places in the file (iloc), or is too large to be looked through")]
    ItemLocations {
        /// Where the `meta` box begins.
        offset: u64,
    },
    /// A table names a place that is in none of the boxes that move.
    #[error("the {kind} box at byte {offset} names byte {place}, which is outside of the media data")]
    PlaceOutside {
        /// `stco`, `co64` or `saio`.
        kind: FourCc,
        /// Where that box begins.
        offset: u64,
        /// The place that it names.
        place: u64,
    },
    /// The `ftyp` box, which would come first, says of itself that it goes on to the end of the file, or beyond.
    #[error("the ftyp box goes on to the end of the file")]
    OpenFileType,
    /// Of a private copy alone: a track of timed data that may tell more than a film, and whose samples would stay.
    #[error("the {kind} box at byte {offset} may tell more than a film, and its samples cannot be taken out")]
    Telling {
        /// `trak`.
        kind: FourCc,
        /// Where that box begins.
        offset: u64,
    },
    /// Of a private copy alone: what is between fragments, and in them, is not looked at.
    #[error("the film is in fragments, which would have to be looked through one by one")]
    InFragments,
    /// Samples that do not lie in one piece in what is copied.
    #[error(
        "the tables in the stbl box at byte {offset} place samples at bytes {start} to {end}, across the end of the media data"
    )]
    SamplesAcross {
        /// Where the `stbl` box begins.
        offset: u64,
        /// The first byte of the chunk.
        start: u64,
        /// The first byte behind it.
        end: u64,
    },
}

/// How to write the film anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    head: Bytes,
    copies: Vec<Range<u64>>,
    widened: usize,
}

impl Plan {
    /// What the new file begins with: `ftyp` and the rewritten `moov`.
    pub fn head(&self) -> &Bytes {
        &self.head
    }

    /// Which bytes of the source follow, in this order; none of the ranges is empty.
    pub fn copies(&self) -> &[Range<u64>] {
        &self.copies
    }

    /// How many tables had to be given 64-bit places.
    pub fn widened(&self) -> usize {
        self.widened
    }

    /// The size of the new file in bytes.
    pub fn size(&self) -> u64 {
        self.copies.iter().map(|copy| copy.end - copy.start).fold(self.head.len() as u64, u64::saturating_add)
    }
}

/// What there was to do, and what doing it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What there was to do; only [`Verdict::Move`] writes anything.
    pub verdict: Verdict,
    /// What it took.
    pub work: Work,
}

/// The bytes that were moved, and by whom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Work {
    /// Bytes that were read into this program, the index among them.
    pub bytes_read: u64,
    /// Bytes that this program wrote or sent.
    pub bytes_written: u64,
    /// Bytes that the other side copied by itself: the kernel, or the object store.
    pub bytes_copied: u64,
    /// Requests to the object store, or reads of a local file.
    pub requests: u64,
    /// Parts of a multipart upload; 0 where there was none.
    pub parts: u64,
}

impl Movie {
    /// Whether and how to move the index to the front.
    ///
    /// # Errors
    /// Never where the index is in front. Otherwise [`Error::Malformed`] where it contradicts itself, [`Error::TooMany`] tables, and
    /// [`Error::TooLarge`] where it would outgrow the limits. Whatever has a [`Refusal`], a compressed index among them, is a
    /// [`Verdict::Refused`].
    pub fn faststart(&self) -> Result<Verdict, Error> {
        if self.layout.moov_is_in_front() {
            // A compressed index does not say whether there are fragments.
            let fragmented = matches!(self.is_fragmented(), Ok(true));
            return Ok(if fragmented { Verdict::Fragmented } else { Verdict::AlreadyFront });
        }
        match self.is_fragmented() {
            Ok(true) => return Ok(Verdict::Fragmented),
            Err(Error::CompressedMoov) => return Ok(Verdict::Refused(Refusal::CompressedMoov)),
            other => other?,
        };
        match check::whole(self)?.or(check::item_locations(self)?) {
            Some(refusal) => Ok(Verdict::Refused(refusal)),
            None => self.moved(&Space::of(self)),
        }
    }

    /// How to write the film anew with its index in front and without what players do not need, which may tell where, when and by whom
    /// it was made: user data, tags, dates, names of tracks, boxes that are not known, tracks of time codes and other data. Always
    /// writes, unless that cannot be done without touching the media data; then there is a [`Verdict::Refused`].
    ///
    /// Of tracks that are taken out, the samples stay in the media data, where no player looks. Timed data that is not known to be
    /// harmless is therefore a refusal.
    ///
    /// # Errors
    /// [`Error::Malformed`] where the index contradicts itself, [`Error::TooMany`] tracks, edits or tables, and [`Error::TooLarge`]
    /// where the index would outgrow the limits. Whatever has a [`Refusal`], a compressed index among them, is a
    /// [`Verdict::Refused`].
    pub fn private_copy(&self) -> Result<Verdict, Error> {
        match self.is_fragmented() {
            Ok(true) => return Ok(Verdict::Refused(Refusal::InFragments)),
            Err(Error::CompressedMoov) => return Ok(Verdict::Refused(Refusal::CompressedMoov)),
            other => other?,
        };
        if let Some(refusal) = check::whole(self)?.or(private::refusal(self)?) {
            return Ok(Verdict::Refused(refusal));
        }
        let movie = Self { moov: private::index(self)?, metas: Vec::new(), ..self.clone() };
        movie.moved(&Space::private(&movie))
    }

    /// The index in front, and what follows in the place that it has.
    fn moved(&self, space: &Space) -> Result<Verdict, Error> {
        if let Some(refusal) = check::samples(self, space)? {
            return Ok(Verdict::Refused(refusal));
        }
        let tables = tables::find(self.moov_box()?, self.limits.tracks.saturating_mul(4))?;
        let rewrite = match Rewrite::plan(self, tables, space)? {
            Ok(rewrite) => rewrite,
            Err(refusal) => return Ok(Verdict::Refused(refusal)),
        };
        let head = rewrite.head(self, space)?;
        Ok(Verdict::Move(Plan {
            head: head.into(),
            copies: space.copies(self.layout.file_size),
            widened: rewrite.widened(),
        }))
    }
}
