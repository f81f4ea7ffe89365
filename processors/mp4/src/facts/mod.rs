//! What is known of a film from its index alone.

mod picture;
mod ratio;
mod sound;

use serde::{Deserialize, Serialize};

pub use picture::{ColourFacts, FrameRate, Hdr, KeyframeFacts, VideoFacts};
pub use ratio::Ratio;
pub use sound::AudioFacts;

use crate::boxes::FourCc;
use crate::codec;
use crate::error::Error;
use crate::movie::Movie;
use crate::time::{rounded, seconds};
use crate::track::{Kind, Track};

/// So many of the compatible brands are listed.
const BRANDS: usize = 64;

/// A film's facts. Times are in seconds, to the microsecond.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The major brand of `ftyp`; `qt  ` where there is none.
    pub brand: FourCc,
    /// The brands that it is compatible with, the first 64.
    pub compatible_brands: Vec<FourCc>,
    /// The size of the file in bytes.
    pub size_bytes: u64,
    /// How many bytes the boxes declare beyond the end of the file: more than 0 if it is cut off.
    pub missing_bytes: u64,
    /// Where the index is.
    pub moov: MoovFacts,
    /// Whether the samples are in fragments. Of such a film the tracks have no samples and no keyframes here.
    pub fragmented: bool,
    /// `None`: the index does not say.
    pub duration_s: Option<f64>,
    /// In the order of the file.
    pub tracks: Vec<TrackFacts>,
}

/// Where the index is, and how large.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoovFacts {
    /// In front of the media data or behind it.
    pub place: MoovPlace,
    /// Where its header begins.
    pub offset: u64,
    /// Header included.
    pub size_bytes: u64,
}

/// Whether a player finds the index first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoovPlace {
    /// Before the first `mdat`: playing can begin at once.
    Front,
    /// After an `mdat`: see [`crate::faststart`].
    Behind,
}

/// One track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackFacts {
    /// Its number in the film.
    pub id: u32,
    /// What it holds.
    pub kind: Kind,
    /// Whether it is to be played unless the viewer chooses otherwise.
    pub enabled: bool,
    /// The type of its sample entry, of an encrypted one what it was before; `None` where there is none.
    pub format: Option<FourCc>,
    /// The codec for a `codecs` parameter (RFC 6381), where it has such a name.
    pub codec: Option<String>,
    /// Whether the samples are encrypted.
    pub encrypted: bool,
    /// ISO 639-2 code or BCP 47 tag.
    pub language: Option<String>,
    /// When it begins: later than 0 where an edit puts a pause before it.
    pub start_s: f64,
    /// How long it lasts from then on, edits counted in.
    pub duration_s: Option<f64>,
    /// How many samples the index lists.
    pub samples: u64,
    /// Of pictures.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub video: Option<VideoFacts>,
    /// Of sound.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub audio: Option<AudioFacts>,
}

impl Movie {
    /// What the index says.
    ///
    /// # Errors
    /// As [`Movie::tracks`]; also [`Error::Malformed`] where a decoder's configuration contradicts itself. A codec or a colour that
    /// is not known is none.
    pub fn facts(&self) -> Result<Facts, Error> {
        let tracks = self.tracks()?.iter().map(|track| self.track_facts(track)).collect::<Result<Vec<_>, _>>()?;
        let (brand, compatible) = self.brands().unwrap_or((FourCc(*b"qt  "), &[]));
        let moov = self.moov_box()?;
        let in_front = self.layout.moov_is_in_front();
        Ok(Facts {
            brand,
            compatible_brands: compatible.iter().take(BRANDS).map(FourCc::from).collect(),
            size_bytes: self.layout.file_size,
            missing_bytes: self.layout.missing(),
            moov: MoovFacts {
                place: if in_front { MoovPlace::Front } else { MoovPlace::Behind },
                offset: moov.offset,
                size_bytes: moov.size(),
            },
            fragmented: self.is_fragmented()?,
            duration_s: self.duration(&tracks)?,
            tracks,
        })
    }

    /// What the movie header says, unless it is nothing; then its fragments, then its longest track.
    fn duration(&self, tracks: &[TrackFacts]) -> Result<Option<f64>, Error> {
        let header = self.header()?;
        let declared = header.duration.filter(|ticks| *ticks > 0).map(|ticks| seconds(ticks, header.timescale));
        let longest = || tracks.iter().filter_map(|track| Some(track.start_s + track.duration_s?)).reduce(f64::max);
        // The header of a fragmented film counts what is outside of the fragments.
        Ok(self.fragments.duration.or(declared).or_else(longest).map(rounded))
    }

    fn track_facts(&self, track: &Track<'_>) -> Result<TrackFacts, Error> {
        let entry = track.entry.as_ref();
        let own = track.duration.filter(|ticks| *ticks > 0).map(|ticks| seconds(ticks, track.timescale));
        Ok(TrackFacts {
            id: track.id,
            kind: track.kind,
            enabled: track.enabled,
            format: entry.map(|entry| entry.format),
            codec: entry.map(codec::rfc6381).transpose()?.flatten(),
            encrypted: entry.is_some_and(|entry| entry.encrypted),
            language: track.language.clone(),
            start_s: rounded(track.edits.start()),
            duration_s: track.edits.length().or(own).map(rounded),
            samples: track.sample_count(),
            video: if track.kind == Kind::Video { picture::facts(track, self)? } else { None },
            audio: if track.kind == Kind::Audio { sound::facts(track)? } else { None },
        })
    }
}
