use std::path::Path;

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::Id;
use ffmpeg::codec::packet::side_data::Type;
use ffmpeg::format::context::Input;
use ffmpeg::format::stream::Disposition;
use ffmpeg::{Stream, media};
use pictures::Size;
use serde::{Deserialize, Serialize};

use super::open;
use crate::{Codec, Coding, FrameError, raw};

/// What a film's headers say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The container by FFmpeg's name, such as `matroska,webm`.
    pub container: String,
    /// Its length in seconds; `None`: the container does not say.
    pub duration_s: Option<f64>,
    /// Its first track of pictures that is no cover.
    pub picture: Picture,
    /// The codec of its first sound track by FFmpeg's name; `None`: it is silent.
    pub sound: Option<String>,
}

/// A track of pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The codec by FFmpeg's name.
    pub codec: String,
    /// The pixel format by FFmpeg's name; `None`: not known without decoding.
    pub pixel_format: Option<String>,
    /// Frames a second, on the average; `None`: not said.
    pub frame_rate: Option<f64>,
    /// Width to height of a stored pixel.
    pub pixel_aspect: (u32, u32),
    /// What its decoder is told; `None` where there is none.
    pub coding: Option<Coding>,
    /// As stored, in pixels.
    pub stored: Size,
    /// Upright, in square pixels.
    pub shown: Size,
}

/// Reads the headers of a film.
///
/// # Errors
/// [`FrameError::Damaged`] where it is no film or cannot be read, [`FrameError::NoPictures`].
pub fn facts(path: &Path) -> Result<Facts, FrameError> {
    of(&open(path)?)
}

pub(super) fn of(input: &Input) -> Result<Facts, FrameError> {
    let picture = first_picture(input).ok_or(FrameError::NoPictures)?;
    let sound = first_sound(input).map(|stream| name(stream.parameters().id()));
    let duration = input.duration();
    Ok(Facts {
        container: input.format().name().to_owned(),
        duration_s: (duration > 0).then(|| seconds(duration)),
        picture: described(&picture),
        sound,
    })
}

/// A cover picture is a track of pictures to FFmpeg, but no film.
pub(super) fn first_picture(input: &Input) -> Option<Stream<'_>> {
    let film = |stream: &Stream<'_>| !stream.disposition().contains(Disposition::ATTACHED_PIC);
    input.streams().find(|stream| stream.parameters().medium() == media::Type::Video && film(stream))
}

pub(super) fn first_sound(input: &Input) -> Option<Stream<'_>> {
    input.streams().find(|stream| stream.parameters().medium() == media::Type::Audio)
}

#[allow(clippy::cast_precision_loss, reason = "millions of seconds")]
fn seconds(microseconds: i64) -> f64 {
    microseconds as f64 / f64::from(ffmpeg::ffi::AV_TIME_BASE)
}

fn name(id: Id) -> String {
    id.name().to_owned()
}

fn described(stream: &Stream<'_>) -> Picture {
    let parameters = stream.parameters();
    let stored = raw::stored(&parameters);
    let (rotation, mirrored) = orientation(stream);
    let (across, down) = stored.aspect;
    let width = (u64::from(stored.size.width) * u64::from(across) + u64::from(down) / 2) / u64::from(down.max(1));
    // An aspect that is a bad joke is not followed.
    let width = u32::try_from(width).ok().filter(|width| (1..=16_383).contains(width)).unwrap_or(stored.size.width);
    let square = Size { width, height: stored.size.height };
    let shown = if rotation.is_multiple_of(180) { square } else { Size { width: square.height, height: square.width } };
    let codec = match parameters.id() {
        Id::H264 => Some(Codec::H264),
        Id::HEVC => Some(Codec::Hevc),
        Id::VP8 => Some(Codec::Vp8),
        Id::VP9 => Some(Codec::Vp9),
        Id::AV1 => Some(Codec::Av1),
        _ => None,
    };
    let rate = stream.avg_frame_rate();
    Picture {
        codec: name(parameters.id()),
        pixel_format: raw::pixel_format(&stored),
        frame_rate: (rate.numerator() > 0 && rate.denominator() > 0).then(|| f64::from(rate)),
        pixel_aspect: stored.aspect,
        coding: codec.map(|codec| Coding {
            codec,
            configuration: stored.configuration,
            stored: stored.size,
            shown,
            rotation,
            mirrored,
            colours: stored.colours,
        }),
        stored: stored.size,
        shown,
    }
}

/// Degrees clockwise, and whether it is flipped before, from the display matrix: nine numbers of 32 bits in this machine's order.
fn orientation(stream: &Stream<'_>) -> (u16, bool) {
    let Some(matrix) = stream.side_data().find(|data| data.kind() == Type::DisplayMatrix) else { return (0, false) };
    let (numbers, _) = matrix.data().as_chunks::<4>();
    let number = |at: usize| numbers.get(at).map_or(0.0, |bytes| f64::from(i32::from_ne_bytes(*bytes)));
    let (across, down) = ((number(0), number(1)), (number(3), number(4)));
    let mirrored = across.0 * down.1 - across.1 * down.0 < 0.0;
    let across = if mirrored { (-across.0, -across.1) } else { across };
    let degrees = across.1.atan2(across.0).to_degrees().rem_euclid(360.0);
    let turn = [90_u16, 180, 270].into_iter().find(|turn| (degrees - f64::from(*turn)).abs() <= 45.0);
    (turn.unwrap_or(0), mirrored)
}
