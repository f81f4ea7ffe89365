use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use ffmpeg_next as ffmpeg;

use ffmpeg::format::context::{Input, Output};
use ffmpeg::{Dictionary, Packet, Rational, codec, encoder, format};
use serde::{Deserialize, Serialize};

use super::facts::{Facts, first_picture, first_sound, of};
use super::{local, open};
use crate::{FrameError, raw};

/// What a film is put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// MP4 with its `moov` box in front.
    Mp4,
    /// `WebM` with its cues in front.
    Webm,
}

/// A keyframe that was put aside.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Keyframe {
    /// When it is shown, in seconds from the beginning.
    pub time_s: f64,
    /// Where its bytes begin in the file of keyframes.
    pub offset: u64,
    /// How many they are.
    pub length: u64,
}

/// What came of a film.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rewritten {
    /// What the old file's headers said.
    pub facts: Facts,
    /// How long its packets last, in seconds: what a browser recorded does not say it.
    pub duration_s: f64,
    /// Those that were put aside, in order.
    pub keyframes: Vec<Keyframe>,
}

/// Moves the first track of pictures and the first of sound into a new file without what else was in the old one: other tracks (cameras
/// write their position into one), tags, chapters, dates. Nothing is decoded. On the way the keyframes, one in `apart_s` seconds at most,
/// are put one behind the other into the file `keyframes`.
///
/// # Errors
/// [`FrameError::Damaged`] where the film cannot be read, [`FrameError::Ours`] where the new files cannot be written.
pub fn rewrite(
    from: &Path,
    format: Format,
    to: &Path,
    keyframes: &Path,
    apart_s: f64,
) -> Result<Rewritten, FrameError> {
    let mut input = open(from)?;
    let facts = of(&input)?;
    let (mut output, tracks) = begun(&input, format, to)?;
    let mut aside = Aside { file: File::create(keyframes).map_err(ours)?, apart_s, found: Vec::new(), end: 0 };
    let mut duration_s = 0.0_f64;
    let mut packet = Packet::empty();
    loop {
        match packet.read(&mut input) {
            Ok(()) => {}
            // What there is of a film that is cut off is kept.
            Err(ffmpeg::Error::Eof | ffmpeg::Error::InvalidData) => break,
            Err(other) => return Err(other.into()),
        }
        let Some(track) = tracks.iter().find(|track| track.from == packet.stream()) else { continue };
        let shown = packet.pts().or(packet.dts()).map_or(0.0, |ticks| seconds(ticks, track.base));
        duration_s = duration_s.max(shown + seconds(packet.duration(), track.base));
        if track.pictures && packet.is_key() {
            aside.put(shown, packet.data().unwrap_or_default())?;
        }
        let Some(base) = output.stream(track.to).map(|stream| stream.time_base()) else { continue };
        packet.rescale_ts(track.base, base);
        packet.set_position(-1);
        packet.set_stream(track.to);
        packet.write_interleaved(&mut output)?;
    }
    output.write_trailer()?;
    if aside.found.is_empty() {
        return Err(FrameError::Damaged("there is no keyframe in it".to_owned()));
    }
    Ok(Rewritten { facts, duration_s, keyframes: aside.found })
}

/// A track on its way.
struct Moved {
    from: usize,
    to: usize,
    base: Rational,
    pictures: bool,
}

fn begun(input: &Input, format: Format, to: &Path) -> Result<(Output, Vec<Moved>), FrameError> {
    let name = match format {
        Format::Mp4 => "mp4",
        Format::Webm => "webm",
    };
    let mut output = format::output_as(&local(to)?, name)?;
    let mut tracks = Vec::new();
    let wanted = [(first_picture(input), true), (first_sound(input), false)];
    for (stream, pictures) in wanted.into_iter().filter_map(|(stream, pictures)| Some((stream?, pictures))) {
        let mut parameters = stream.parameters();
        // A copy of its own, whose tag can be left to the muxer.
        let mut own = codec::Parameters::new();
        own.clone_from(&parameters);
        parameters = own;
        raw::forget_tag(&mut parameters);
        let mut new = output.add_stream(encoder::find(codec::Id::None))?;
        new.set_parameters(parameters);
        new.set_time_base(stream.time_base());
        raw::copy_orientation(&stream, &mut new)?;
        tracks.push(Moved { from: stream.index(), to: new.index(), base: stream.time_base(), pictures });
    }
    let mut options = Dictionary::new();
    // Without the muxer's own name.
    options.set("fflags", "+bitexact");
    match format {
        Format::Mp4 => {
            options.set("movflags", "+faststart");
            options.set("write_tmcd", "0");
        }
        Format::Webm => options.set("cues_to_front", "1"),
    }
    output.write_header_with(options)?;
    Ok((output, tracks))
}

/// The keyframes' own file.
struct Aside {
    file: File,
    apart_s: f64,
    found: Vec<Keyframe>,
    end: u64,
}

impl Aside {
    fn put(&mut self, time_s: f64, bytes: &[u8]) -> Result<(), FrameError> {
        if self.found.last().is_some_and(|last| time_s - last.time_s < self.apart_s) {
            return Ok(());
        }
        self.file.write_all(bytes).map_err(ours)?;
        let length = bytes.len() as u64;
        self.found.push(Keyframe { time_s, offset: self.end, length });
        self.end += length;
        Ok(())
    }
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn ours(error: std::io::Error) -> FrameError {
    FrameError::Ours(error.to_string())
}

#[allow(clippy::cast_precision_loss, reason = "ticks of a film")]
fn seconds(ticks: i64, base: Rational) -> f64 {
    ticks as f64 * f64::from(base)
}
