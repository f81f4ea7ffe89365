use super::MAX_FRAME_PIXELS;
use super::probe::{Facts, Picture, Turn};
use crate::Refusal;
use crate::image::Size;

/// The poster is the frame at this time, or at a tenth of a shorter film: the very first frame is often black.
const POSTER_AT_MS: u64 = 1000;

/// Pixels; the height is the longest side of a WebP.
const POSTER_WIDTH: u32 = 1280;
const POSTER_HEIGHT: u32 = 16_383;

/// What a film is put into. Decided by its codecs: a player cares for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// MP4 with its `moov` box in front.
    Mp4,
    /// `WebM`.
    WebM,
}

/// What is to be made of a film.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoPlan {
    /// What its tracks are copied into.
    pub format: Format,
    /// Its pixels as shown: square, and upright.
    pub shown: Size,
    /// Which frame becomes the poster, in milliseconds.
    pub poster_at_ms: u64,
    /// The poster frame's size: at most 1280 wide, never enlarged.
    pub poster: Size,
}

/// Decides what is made of a film, from its headers alone.
///
/// # Errors
/// [`Refusal::Codec`] where browsers cannot play it, [`Refusal::VideoPixels`] and [`Refusal::VideoDamaged`] where its
/// frames cannot be of the size it says.
pub fn plan(facts: &Facts) -> Result<VideoPlan, Refusal> {
    let stored = facts.picture.stored;
    let pixels = u64::from(stored.width) * u64::from(stored.height);
    if pixels == 0 {
        return Err(Refusal::VideoDamaged("its pictures have no size"));
    }
    if pixels > MAX_FRAME_PIXELS {
        return Err(Refusal::VideoPixels(pixels));
    }
    let format = format(facts)?;
    let shown = shown(&facts.picture);
    let poster_at_ms = facts.duration_ms.map_or(0, |duration| POSTER_AT_MS.min(duration / 10));
    Ok(VideoPlan { format, shown, poster_at_ms, poster: shown.within(POSTER_WIDTH, POSTER_HEIGHT) })
}

fn format(facts: &Facts) -> Result<Format, Refusal> {
    let Picture { codec, pixel_format, .. } = &facts.picture;
    match (codec.as_str(), facts.sound.as_deref()) {
        ("h264", None | Some("aac" | "mp3")) => match pixel_format.as_str() {
            "yuv420p" | "yuvj420p" => Ok(Format::Mp4),
            // What editing programs export; no browser decodes it.
            other => Err(Refusal::Codec(format!("H.264 pictures as {other}"))),
        },
        ("vp8" | "vp9" | "av1", None | Some("opus" | "vorbis")) => Ok(Format::WebM),
        ("", _) => Err(Refusal::VideoDamaged("the codec of its pictures is not known")),
        (picture, None) => Err(Refusal::Codec(format!("{picture} pictures"))),
        (picture, Some("")) => Err(Refusal::Codec(format!("{picture} pictures with sound of an unknown codec"))),
        (picture, Some(sound)) => Err(Refusal::Codec(format!("{picture} pictures with {sound} sound"))),
    }
}

/// Square pixels by widening, then upright.
fn shown(picture: &Picture) -> Size {
    let Picture { stored, aspect: (across, down), turn, .. } = picture;
    let square = u64::from(stored.width) * u64::from(*across) / u64::from((*down).max(1));
    // An aspect that is a bad joke is not followed.
    let width = u32::try_from(square).ok().filter(|w| (1..=16_383).contains(w)).unwrap_or(stored.width);
    match turn {
        Turn::Even => Size { width, height: stored.height },
        Turn::Quarter => Size { width: stored.height, height: width },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn film(codec: &str, pixel_format: &str, sound: Option<&str>) -> Facts {
        Facts {
            duration_ms: Some(24_000),
            picture: Picture {
                codec: codec.to_owned(),
                pixel_format: pixel_format.to_owned(),
                stored: Size { width: 1920, height: 1080 },
                aspect: (1, 1),
                turn: Turn::Even,
            },
            sound: sound.map(str::to_owned),
        }
    }

    #[test]
    fn codecs_decide_the_format() {
        let table = [
            ("h264", "yuv420p", Some("aac"), Some(Format::Mp4)),
            ("h264", "yuvj420p", Some("mp3"), Some(Format::Mp4)),
            ("h264", "yuv420p", None, Some(Format::Mp4)),
            ("vp9", "yuv420p", Some("opus"), Some(Format::WebM)),
            ("vp8", "yuv420p", Some("vorbis"), Some(Format::WebM)),
            ("av1", "yuv420p10le", None, Some(Format::WebM)),
            ("h264", "yuv422p10le", Some("aac"), None),
            ("h264", "yuv420p", Some("pcm_s16le"), None),
            ("vp9", "yuv420p", Some("aac"), None),
            ("hevc", "yuv420p", Some("aac"), None),
            ("prores", "yuv422p10le", Some("pcm_s24le"), None),
        ];
        for (codec, pixels, sound, expected) in table {
            match (plan(&film(codec, pixels, sound)), expected) {
                (Ok(planned), Some(format)) => assert_eq!(planned.format, format, "{codec} {sound:?}"),
                (Err(Refusal::Codec(said)), None) => {
                    assert!(
                        said.to_lowercase().contains(&codec.replace("h264", "h.264")) || said.contains(codec),
                        "{said}"
                    );
                }
                other => unreachable!("{codec} {pixels} {sound:?}: {other:?}"),
            }
        }
        assert!(matches!(plan(&film("", "", None)), Err(Refusal::VideoDamaged(_))));
    }

    #[test]
    fn geometry() {
        // stored, aspect, turn → shown, poster
        let size = |width, height| Size { width, height };
        let table = [
            (size(1920, 1080), (1, 1), Turn::Even, size(1920, 1080), size(1280, 720)),
            (size(1920, 1080), (1, 1), Turn::Quarter, size(1080, 1920), size(1080, 1920)),
            (size(3840, 2160), (1, 1), Turn::Quarter, size(2160, 3840), size(1280, 2276)),
            (size(720, 576), (16, 11), Turn::Even, size(1047, 576), size(1047, 576)),
            (size(720, 576), (16, 11), Turn::Quarter, size(576, 1047), size(576, 1047)),
            (size(64, 36), (1, 1), Turn::Even, size(64, 36), size(64, 36)),
            (size(64, 36), (u32::MAX, 1), Turn::Even, size(64, 36), size(64, 36)),
            (size(64, 36), (1, u32::MAX), Turn::Even, size(64, 36), size(64, 36)),
        ];
        for (stored, aspect, turn, shown, poster) in table {
            let mut facts = film("h264", "yuv420p", None);
            facts.picture = Picture { stored, aspect, turn, ..facts.picture };
            let planned = plan(&facts).unwrap();
            assert_eq!((planned.shown, planned.poster), (shown, poster), "{stored:?} {aspect:?} {turn:?}");
        }
    }

    #[test]
    fn the_poster_is_early() {
        for (duration_ms, at) in
            [(None, 0), (Some(0), 0), (Some(900), 90), (Some(10_000), 1000), (Some(u64::MAX), 1000)]
        {
            let facts = Facts { duration_ms, ..film("h264", "yuv420p", None) };
            assert_eq!(plan(&facts).unwrap().poster_at_ms, at, "{duration_ms:?}");
        }
    }

    #[test]
    fn impossible_frames_are_refused() {
        let of = |width, height| {
            let mut facts = film("h264", "yuv420p", None);
            facts.picture.stored = Size { width, height };
            plan(&facts).map(|_| ())
        };
        assert_eq!(of(7680, 4320), Ok(()));
        assert_eq!(of(16_384, 16_384), Err(Refusal::VideoPixels(268_435_456)));
        assert!(matches!(of(0, 1080), Err(Refusal::VideoDamaged(_))));
    }
}
