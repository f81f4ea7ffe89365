use frames::file::Format;

use super::MAX_FRAME_PIXELS;
use super::facts::{Facts, Picture};
use crate::Refusal;
use crate::image::Size;

/// The poster is the frame at this time, or at a tenth of a shorter film: the very first frame is often black.
const POSTER_AT_S: f64 = 1.0;

/// Pixels; the height is the longest side of a WebP.
const POSTER_WIDTH: u32 = 1280;
const POSTER_HEIGHT: u32 = 16_383;

/// The longer side of the picture that moves.
const MOVING: u32 = 320;

/// What is to be made of a film.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VideoPlan {
    /// What its tracks are put into where its own container cannot stay. Decided by its codecs: a player cares for nothing else.
    pub format: Format,
    /// Its pixels as shown: square, and upright.
    pub shown: Size,
    /// Which frame becomes the poster, in seconds.
    pub poster_at_s: f64,
    /// The poster frame's size: at most 1280 wide, never enlarged.
    pub poster: Size,
    /// The size of the preview that moves.
    pub moving: Size,
}

/// Decides what is made of a film, from its headers alone.
///
/// # Errors
/// [`Refusal::Codec`] where browsers cannot play it, [`Refusal::VideoPixels`] and [`Refusal::VideoDamaged`] where its
/// frames cannot be of the size it says.
pub fn plan(facts: &Facts) -> Result<VideoPlan, Refusal> {
    let pixels = facts.picture.stored.area();
    if pixels == 0 || facts.picture.shown.area() == 0 {
        return Err(Refusal::VideoDamaged("its pictures have no size"));
    }
    if pixels > MAX_FRAME_PIXELS {
        return Err(Refusal::VideoPixels(pixels));
    }
    let shown = facts.picture.shown;
    let poster_at_s = facts.duration_s.map_or(0.0, |duration| POSTER_AT_S.min(duration / 10.0));
    Ok(VideoPlan {
        format: format(facts)?,
        shown,
        poster_at_s,
        poster: shown.within(POSTER_WIDTH, POSTER_HEIGHT),
        moving: shown.within(MOVING, MOVING),
    })
}

fn format(facts: &Facts) -> Result<Format, Refusal> {
    let Picture { codec, unusual, .. } = &facts.picture;
    if let Some(unusual) = unusual {
        return Err(Refusal::Codec(unusual.clone()));
    }
    match (codec.as_str(), facts.sound.as_deref()) {
        ("h264", None | Some("aac" | "mp3" | "opus" | "flac")) | ("vp9" | "av1", Some("aac" | "mp3" | "flac")) => {
            Ok(Format::Mp4)
        }
        ("vp8" | "vp9" | "av1", None | Some("opus" | "vorbis")) => Ok(Format::Webm),
        ("" | "none", _) => Err(Refusal::VideoDamaged("the codec of its pictures is not known")),
        (picture, None) => Err(Refusal::Codec(format!("{picture} pictures"))),
        (picture, Some("" | "none")) => {
            Err(Refusal::Codec(format!("{picture} pictures with sound of an unknown codec")))
        }
        (picture, Some(sound)) => Err(Refusal::Codec(format!("{picture} pictures with {sound} sound"))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn film(codec: &str, unusual: Option<&str>, sound: Option<&str>) -> Facts {
        let size = Size { width: 1920, height: 1080 };
        let (codec, unusual) = (codec.to_owned(), unusual.map(str::to_owned));
        let picture = Picture { coding: None, codec, unusual, stored: size, shown: size };
        Facts { duration_s: Some(24.0), picture, sound: sound.map(str::to_owned) }
    }

    #[test]
    fn codecs_decide_the_format() {
        let table = [
            ("h264", None, Some("aac"), Ok(Format::Mp4)),
            ("h264", None, Some("mp3"), Ok(Format::Mp4)),
            ("h264", None, None, Ok(Format::Mp4)),
            ("vp9", None, Some("opus"), Ok(Format::Webm)),
            ("vp9", None, Some("aac"), Ok(Format::Mp4)),
            ("vp8", None, Some("vorbis"), Ok(Format::Webm)),
            ("av1", None, None, Ok(Format::Webm)),
            ("h264", Some("H.264 pictures with 10 bits"), Some("aac"), Err("H.264 pictures with 10 bits")),
            ("h264", None, Some("pcm_s16le"), Err("h264 pictures with pcm_s16le sound")),
            ("hevc", None, Some("aac"), Err("hevc pictures with aac sound")),
            ("prores", None, None, Err("prores pictures")),
            ("vp8", None, Some(""), Err("vp8 pictures with sound of an unknown codec")),
        ];
        for (codec, unusual, sound, expected) in table {
            match (plan(&film(codec, unusual, sound)), expected) {
                (Ok(planned), Ok(format)) => assert_eq!(planned.format, format, "{codec} {sound:?}"),
                (Err(Refusal::Codec(said)), Err(expected)) => assert_eq!(said, expected),
                other => unreachable!("{codec} {sound:?}: {other:?}"),
            }
        }
        assert!(matches!(plan(&film("", None, None)), Err(Refusal::VideoDamaged(_))));
    }

    #[test]
    fn pictures_are_never_enlarged() {
        let size = |width, height| Size { width, height };
        let table = [
            (size(1920, 1080), size(1280, 720), size(320, 180)),
            (size(1080, 1920), size(1080, 1920), size(180, 320)),
            (size(2160, 3840), size(1280, 2276), size(180, 320)),
            (size(64, 36), size(64, 36), size(64, 36)),
        ];
        for (shown, poster, moving) in table {
            let mut facts = film("h264", None, None);
            facts.picture.shown = shown;
            let planned = plan(&facts).unwrap();
            assert_eq!((planned.shown, planned.poster, planned.moving), (shown, poster, moving));
        }
    }

    #[test]
    fn the_poster_is_early() {
        for (duration_s, at) in [(None, 0.0), (Some(0.0), 0.0), (Some(0.9), 0.09), (Some(10.0), 1.0), (Some(1e9), 1.0)]
        {
            let facts = Facts { duration_s, ..film("h264", None, None) };
            assert!((plan(&facts).unwrap().poster_at_s - at).abs() < 1e-9, "{duration_s:?}");
        }
    }

    #[test]
    fn impossible_frames_are_refused() {
        let of = |width, height| {
            let mut facts = film("h264", None, None);
            facts.picture.stored = Size { width, height };
            plan(&facts).map(|_| ())
        };
        assert_eq!(of(7680, 4320), Ok(()));
        assert_eq!(of(16_384, 16_384), Err(Refusal::VideoPixels(268_435_456)));
        assert!(matches!(of(0, 1080), Err(Refusal::VideoDamaged(_))));
    }
}
