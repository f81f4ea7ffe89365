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

/// So many damaged places are stepped over.
const MOST_DAMAGED: usize = 1000;

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
/// are put one behind the other into the file `keyframes`, and all of the first seconds. The new film begins at 0, whatever the old one's clock
/// said.
///
/// # Errors
/// [`FrameError::Damaged`] where the film cannot be read, [`FrameError::NoPictures`], [`FrameError::Ours`] where the new files cannot be written.
pub fn rewrite(
    from: &Path,
    format: Format,
    to: &Path,
    keyframes: &Path,
    apart_s: f64,
) -> Result<Rewritten, FrameError> {
    let mut input = open(from)?;
    let facts = of(&input)?;
    let (mut output, mut tracks) = begun(&input, format, to)?;
    let mut aside = Aside { file: File::create(keyframes).map_err(ours)?, apart_s, found: Vec::new(), end: 0 };
    let mut clock = Clock::of(&input, &facts, &tracks);
    let (mut duration_s, mut damaged) = (0.0_f64, 0);
    loop {
        // A new one each time: what was read into the former one goes with it.
        let mut packet = Packet::empty();
        match packet.read(&mut input) {
            Ok(()) => {}
            // What there is of a film that is damaged or cut off is kept.
            Err(ffmpeg::Error::InvalidData) if damaged < MOST_DAMAGED => {
                damaged += 1;
                continue;
            }
            Err(ffmpeg::Error::Eof | ffmpeg::Error::InvalidData) => break,
            Err(other) => return Err(other.into()),
        }
        let Some(track) = tracks.iter_mut().find(|track| track.from == packet.stream()) else { continue };
        if packet.size() == 0 {
            continue;
        }
        clock.set(&mut packet, track);
        let shown = packet.pts().or(packet.dts()).map_or(0.0, |ticks| seconds(ticks, track.base));
        duration_s = duration_s.max(shown + seconds(packet.duration(), track.base));
        if track.pictures && packet.is_key() {
            aside.put(shown, packet.data().unwrap_or_default())?;
        }
        let Some(base) = output.stream(track.to).map(|stream| stream.time_base()) else { continue };
        packet.rescale_ts(track.base, base);
        track.in_order(&mut packet);
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
    /// The end of its last packet, in seconds, by when it is read.
    end_s: Option<f64>,
    /// When its last packet is to be read, in ticks of its new clock.
    last: Option<i64>,
}

impl Moved {
    /// Muxers take packets in order alone: one that comes late is said to be read right behind the one before.
    fn in_order(&mut self, packet: &mut Packet) {
        let Some(mut read) = packet.dts() else { return };
        if let Some(last) = self.last.filter(|last| *last >= read) {
            read = last.saturating_add(1);
            packet.set_dts(Some(read));
            packet.set_pts(packet.pts().map(|shown| shown.max(read)));
        }
        self.last = Some(read);
    }
}

/// What is taken from a film's times, so that it begins at 0: transport streams begin at any time, and jump.
struct Clock {
    less_s: f64,
    jumps: bool,
}

/// As far apart as packets may be read without the clock having been set anew in between, in seconds; ffmpeg's own limit.
const JUMP_S: f64 = 10.0;

impl Clock {
    fn of(input: &Input, facts: &Facts, tracks: &[Moved]) -> Self {
        let start = |track: &Moved| {
            let ticks = input.stream(track.from).map(|stream| stream.start_time());
            // Not known.
            ticks.filter(|ticks| *ticks != ffmpeg::ffi::AV_NOPTS_VALUE).map(|ticks| seconds(ticks, track.base))
        };
        let first = tracks.iter().filter_map(start).min_by(f64::total_cmp).unwrap_or(0.0);
        // What begins below 0 is meant to be left out.
        Self { less_s: first.max(0.0), jumps: facts.container == "mpegts" }
    }

    fn set(&mut self, packet: &mut Packet, track: &mut Moved) {
        if let Some(read) = packet.dts().or(packet.pts()) {
            let read_s = seconds(read, track.base);
            if let Some(expected) = track.end_s
                && self.jumps
                && (read_s - self.less_s - expected).abs() > JUMP_S
            {
                self.less_s = read_s - expected;
            }
            track.end_s = Some(read_s - self.less_s + seconds(packet.duration(), track.base));
        }
        let less = ticks(self.less_s, track.base);
        packet.set_pts(packet.pts().map(|time| time.saturating_sub(less)));
        packet.set_dts(packet.dts().map(|time| time.saturating_sub(less)));
    }
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
        tracks.push(Moved {
            from: stream.index(),
            to: new.index(),
            base: stream.time_base(),
            pictures,
            end_s: None,
            last: None,
        });
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

/// All of the beginning: from there the poster comes.
const EARLY_S: f64 = 3.0;
/// So many are put aside, and about so many bytes; of more, every other one is forgotten.
const MOST_ASIDE: usize = 8000;
const ASIDE_BYTES: u64 = 1 << 30;

/// The keyframes' own file.
struct Aside {
    file: File,
    apart_s: f64,
    found: Vec<Keyframe>,
    end: u64,
}

impl Aside {
    fn put(&mut self, time_s: f64, bytes: &[u8]) -> Result<(), FrameError> {
        let near = |last: &Keyframe| time_s - last.time_s < self.apart_s;
        if self.end > ASIDE_BYTES || (time_s > EARLY_S && self.found.last().is_some_and(near)) {
            return Ok(());
        }
        if self.found.len() == MOST_ASIDE {
            let mut number = 0_usize;
            self.found.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.apart_s *= 2.0;
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

#[allow(clippy::cast_possible_truncation, reason = "seconds of a film; the conversion ends at the limits")]
fn ticks(seconds: f64, base: Rational) -> i64 {
    (seconds / f64::from(base)).round() as i64
}

#[allow(clippy::cast_precision_loss, reason = "ticks of a film")]
fn seconds(ticks: i64, base: Rational) -> f64 {
    ticks as f64 * f64::from(base)
}
