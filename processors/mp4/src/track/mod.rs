//! One track of a film: its headers, its edits, its sample tables.

mod edits;
mod header;
mod language;

use serde::{Deserialize, Serialize};

pub(crate) use edits::Edits;
pub(crate) use header::TrackHeader;

use crate::boxes::{BoxRef, FourCc};
use crate::colour::ColourCodes;
use crate::entry::SampleEntry;
use crate::error::Error;
use crate::movie::{Movie, MovieHeader, times};
use crate::table::SampleTable;

/// What a track holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
    /// Subtitles, captions, chapters.
    Text,
    /// Time codes.
    Timecode,
    /// Timed data for programs.
    Metadata,
    /// How to send other tracks over a network.
    Hint,
    /// Anything else.
    Other,
}

impl Kind {
    /// By the handler type of `hdlr`.
    fn of(handler: FourCc) -> Self {
        match &handler.0 {
            b"vide" | b"auxv" => Self::Video,
            b"soun" => Self::Audio,
            b"text" | b"sbtl" | b"subt" | b"clcp" | b"subp" => Self::Text,
            b"tmcd" => Self::Timecode,
            b"meta" => Self::Metadata,
            b"hint" => Self::Hint,
            _ => Self::Other,
        }
    }
}

/// A track, its tables left in the bytes of the [`Movie`].
#[derive(Debug, Clone)]
pub struct Track<'a> {
    /// Its number in the film.
    pub id: u32,
    /// What it holds.
    pub kind: Kind,
    /// Whether it is to be played unless the viewer chooses otherwise.
    pub enabled: bool,
    /// Ticks a second of its own clock; at least 1.
    pub timescale: u32,
    /// Its length in ticks of its own clock, before edits; `None` where it is not said.
    pub duration: Option<u64>,
    /// ISO 639-2 code or BCP 47 tag; `None` where it is undetermined.
    pub language: Option<String>,
    pub(crate) header: TrackHeader,
    pub(crate) edits: Edits,
    pub(crate) entry: Option<SampleEntry<'a>>,
    pub(crate) samples: SampleTable<'a>,
    pub(crate) file_size: u64,
    /// Of the movie, which turns all tracks alike.
    pub(crate) movie_matrix: [i32; 9],
}

impl<'a> Track<'a> {
    pub(crate) fn parse(trak: BoxRef<'a>, movie: &MovieHeader, film: &Movie) -> Result<Self, Error> {
        let header = trak.required(b"tkhd")?.read(TrackHeader::parse)?;
        let mdia = trak.required(b"mdia")?;
        let (timescale, duration, packed) = mdia.required(b"mdhd")?.read(|mut fields| {
            let (timescale, duration) = times(&mut fields)?;
            Ok((timescale, duration, fields.u16()?))
        })?;
        let handler = mdia.required(b"hdlr")?.read(|mut fields| {
            fields.full_box()?;
            fields.skip(4)?;
            Ok(FourCc(fields.array()?))
        })?;
        let kind = Kind::of(handler);
        let stbl = mdia.required(b"minf")?.required(b"stbl")?;
        Ok(Self {
            id: header.id,
            kind,
            enabled: header.enabled,
            timescale,
            duration,
            language: language::extended(mdia)?.or_else(|| language::packed(packed)),
            edits: Edits::parse(trak, movie.timescale, timescale, film.limits.edits)?,
            entry: SampleEntry::first(stbl, kind)?,
            samples: SampleTable::parse(stbl)?,
            file_size: film.layout.file_size,
            movie_matrix: movie.matrix,
            header,
        })
    }

    /// How many samples the index lists; in a fragmented film usually none.
    pub fn sample_count(&self) -> u64 {
        self.samples.sizes.count()
    }

    /// The box that a decoder of its first sample description is set up with: `avcC`, `hvcC`, `av1C`, `vpcC`, `esds`, `dOps`, …, and
    /// its content without the header.
    pub fn decoder_config(&self) -> Option<(FourCc, &'a [u8])> {
        self.entry.as_ref()?.config().map(|found| (found.kind, found.content))
    }

    /// Its pictures' colours, by `colr` or else by the decoder's configuration. `None`: nothing is said.
    ///
    /// # Errors
    /// [`Error::Malformed`] where the box that says them contradicts itself.
    pub fn colour_codes(&self) -> Result<Option<ColourCodes>, Error> {
        Ok(self.entry.as_ref().map(ColourCodes::of).transpose()?.flatten())
    }
}
