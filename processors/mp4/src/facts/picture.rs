//! What is known of pictures.

use serde::{Deserialize, Serialize};

use super::Ratio;
use crate::codec::DolbyConfig;
use crate::colour::{ColourCodes, HLG, PQ};
use crate::entry::SampleEntry;
use crate::error::Error;
use crate::movie::Movie;
use crate::time::rounded;
use crate::track::Track;

/// Of a track of pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoFacts {
    /// As stored, in pixels.
    pub width: u32,
    /// As stored, in pixels.
    pub height: u32,
    /// By how many degrees clockwise a picture is to be turned to stand upright: 0, 90, 180 or 270.
    pub rotation: u16,
    /// Whether it is to be flipped left to right before that.
    pub mirrored: bool,
    /// Width to height of a stored pixel.
    pub pixel_aspect: Ratio,
    /// In square pixels, turned upright.
    pub display_width: u32,
    /// In square pixels, turned upright.
    pub display_height: u32,
    /// `None` where the index lists no samples.
    pub frame_rate: Option<FrameRate>,
    /// `None` where nothing is said.
    pub colour: Option<ColourFacts>,
    /// `None`: standard dynamic range.
    pub hdr: Option<Hdr>,
    /// Where decoding can begin.
    pub keyframes: KeyframeFacts,
}

/// Frames a second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameRate {
    /// All frames by the time that they take.
    pub average: Ratio,
    /// Whether some frames are to be seen longer than others: their durations, the last one's left out, differ by more than one tick
    /// of the clock (of one that has at least eight a frame) and more than a twentieth.
    pub variable: bool,
}

/// Colours by `FFmpeg`'s names (`bt709`, `smpte2084`); an unknown code point of ISO/IEC 23091-2 by its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColourFacts {
    /// `None`: unspecified.
    pub primaries: Option<String>,
    /// `None`: unspecified.
    pub transfer: Option<String>,
    /// `None`: unspecified.
    pub matrix: Option<String>,
    /// `None`: unspecified.
    pub full_range: Option<bool>,
}

/// A kind of high dynamic range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Hdr {
    /// SMPTE ST 2084, as in HDR10.
    Pq,
    /// ARIB STD-B67.
    Hlg,
    /// Dolby Vision, whatever its base layer.
    DolbyVision {
        /// 5 has no base layer that others can show; 8 has.
        profile: u8,
        /// From 1 (HD, 24 frames a second) up.
        level: u8,
        /// How the base layer looks by itself: 0 not at all, 1 HDR10, 2 standard, 4 HLG.
        base_layer: u8,
    },
}

/// Where decoding can begin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyframeFacts {
    /// All frames are keyframes; they are not listed then.
    pub all: bool,
    /// How many there are.
    pub count: u64,
    /// When those are shown that no edit leaves out, ascending.
    pub times_s: Vec<f64>,
    /// Whether the list is whole, and not cut off at [`crate::Limits::keyframes`].
    pub complete: bool,
}

pub(super) fn facts(track: &Track<'_>, movie: &Movie) -> Result<Option<VideoFacts>, Error> {
    let Some(entry) = &track.entry else { return Ok(None) };
    let (width, height) = (u32::from(entry.size.0), u32::from(entry.size.1));
    let (rotation, mirrored) = orientation(&track.header.matrix, &track.movie_matrix);
    let pixel_aspect = pixel_aspect(track, entry)?;
    let wide = u32::try_from(pixel_aspect.of(width.into())).unwrap_or(u32::MAX);
    let (display_width, display_height) = if rotation % 180 == 0 { (wide, height) } else { (height, wide) };
    let colour = ColourCodes::of(entry)?;
    Ok(Some(VideoFacts {
        width,
        height,
        rotation,
        mirrored,
        pixel_aspect,
        display_width,
        display_height,
        frame_rate: frame_rate(track),
        colour: colour.map(|colour| {
            let [primaries, transfer, matrix] = colour.names();
            ColourFacts { primaries, transfer, matrix, full_range: colour.full_range }
        }),
        hdr: hdr(entry, colour)?,
        keyframes: keyframes(track, movie.limits.keyframes)?,
    }))
}

/// The turn in degrees clockwise, and whether it is flipped before: the track's matrix, then the movie's. Other angles count as the
/// nearest of the four.
#[allow(clippy::many_single_char_names)] // a to d are the names that the format gives to these
fn orientation(track: &[i32; 9], movie: &[i32; 9]) -> (u16, bool) {
    let [a, b, c, d] = corner(track);
    let [e, f, g, h] = corner(movie);
    let (x, y) = (a * e + b * g, a * f + b * h);
    let mirrored = (a * d - b * c) * (e * h - f * g) < 0.0;
    // The picture's right edge, as it was before it was flipped.
    let (x, y) = if mirrored { (-x, -y) } else { (x, y) };
    // Down is positive, so that the angle grows clockwise. Of the four the nearest one: within half of a quarter turn.
    let degrees = y.atan2(x).to_degrees().rem_euclid(360.0);
    let rotation = [90, 180, 270].into_iter().find(|turn| (degrees - f64::from(*turn)).abs() <= 45.0);
    (rotation.unwrap_or(0), mirrored)
}

/// The part of a matrix that turns and flips.
fn corner([a, b, _, c, d, ..]: &[i32; 9]) -> [f64; 4] {
    [*a, *b, *c, *d].map(f64::from)
}

/// `pasp`; or else the size at which the track says that it is shown.
fn pixel_aspect(track: &Track<'_>, entry: &SampleEntry<'_>) -> Result<Ratio, Error> {
    if let Some(pasp) = entry.child(b"pasp") {
        let (horizontal, vertical) = pasp.read(|mut fields| Ok((fields.u32()?, fields.u32()?)))?;
        return Ok(Ratio::new(horizontal.into(), vertical.into()).filter(|r| r.numerator() > 0).unwrap_or(Ratio::ONE));
    }
    let (width, height) = (u64::from(entry.size.0) << 16, u64::from(entry.size.1) << 16);
    let shown = (u64::from(track.header.width), u64::from(track.header.height));
    // A clean aperture shows less of the picture, not other pixels.
    if shown == (width, height) || shown.0 == 0 || entry.child(b"clap").is_some() {
        return Ok(Ratio::ONE);
    }
    let stored = (u64::from(entry.size.0), u64::from(entry.size.1));
    let ratio = Ratio::new(stored.1 * shown.0, stored.0 * shown.1).filter(|ratio| ratio.numerator() > 0);
    Ok(ratio.unwrap_or(Ratio::ONE))
}

fn frame_rate(track: &Track<'_>) -> Option<FrameRate> {
    let (mut frames, mut ticks, mut shortest, mut longest) = (0u64, 0u64, u32::MAX, 0);
    let runs = track.samples.durations;
    for (index, run) in runs.iter().enumerate() {
        let (count, duration) = crate::table::pair(*run);
        frames = frames.saturating_add(count.into());
        ticks = ticks.saturating_add(u64::from(count) * u64::from(duration));
        let is_last_frame = index + 1 == runs.len() && count == 1 && index > 0;
        if count > 0 && !is_last_frame {
            (shortest, longest) = (shortest.min(duration), longest.max(duration));
        }
    }
    let average = Ratio::new(frames.checked_mul(track.timescale.into())?, ticks)?;
    let mean = ticks / frames.max(1);
    let spread = u64::from(longest.saturating_sub(shortest));
    let jitter = u64::from(mean >= 8);
    Some(FrameRate { average, variable: spread > jitter.max(mean / 20) })
}

fn hdr(entry: &SampleEntry<'_>, colour: Option<ColourCodes>) -> Result<Option<Hdr>, Error> {
    if let Some(DolbyConfig { profile, level, compatibility }) = DolbyConfig::of(entry)? {
        return Ok(Some(Hdr::DolbyVision { profile, level, base_layer: compatibility }));
    }
    Ok(match colour.map(|colour| colour.transfer) {
        Some(PQ) => Some(Hdr::Pq),
        Some(HLG) => Some(Hdr::Hlg),
        _ => None,
    })
}

fn keyframes(track: &Track<'_>, limit: usize) -> Result<KeyframeFacts, Error> {
    let Some(listed) = track.samples.keyframes else {
        let count = track.sample_count();
        return Ok(KeyframeFacts { all: count > 0, count, times_s: Vec::new(), complete: count == 0 });
    };
    let mut times: Vec<f64> =
        track.keyframes()?.take(limit).filter_map(|keyframe| keyframe.time).map(rounded).collect();
    times.sort_unstable_by(f64::total_cmp);
    let count = listed.len() as u64;
    Ok(KeyframeFacts { all: false, count, times_s: times, complete: listed.len() <= limit })
}
