use frames::file;
use frames::{Codec, Coding, Colours};
use mp4_front::facts::Hdr;
use mp4_front::{ColourCodes, Kind, Movie, Track};

use crate::Refusal;
use crate::image::Size;

/// The longest side of a WebP, in pixels.
const LONGEST_SIDE: u32 = 16_383;

/// What a film's headers say, whatever its container.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Its length in seconds, where the container says it.
    pub duration_s: Option<f64>,
    /// Its first picture track.
    pub picture: Picture,
    /// The codec of its first sound track by FFmpeg's name, or by its four characters; `None`: it is silent.
    pub sound: Option<String>,
}

/// A picture track.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// What a decoder of it is told; `None`: there is no decoder of it here.
    pub coding: Option<Coding>,
    /// The codec by FFmpeg's name, or by its four characters.
    pub codec: String,
    /// Why browsers cannot decode a kind of it although they know the codec, such as `H.264 pictures with 10 bits`.
    pub unusual: Option<String>,
    /// The pixels of a stored frame.
    pub stored: Size,
    /// Square pixels, upright.
    pub shown: Size,
}

impl Facts {
    /// Of a film that FFmpeg's libraries have looked at.
    pub(super) fn of_file(facts: file::Facts) -> Self {
        let file::Picture { coding, codec, pixel_format, stored, shown, .. } = facts.picture;
        let usual = |format: &str| matches!(format, "yuv420p" | "yuvj420p");
        let unusual = pixel_format
            .filter(|format| codec == "h264" && !usual(format))
            .map(|format| format!("H.264 pictures as {format}"));
        let picture = Picture { coding, codec, unusual, stored, shown };
        Self { duration_s: facts.duration_s, picture, sound: facts.sound }
    }

    /// Of a film whose index was read.
    ///
    /// # Errors
    /// [`Refusal::NoPictureTrack`], [`Refusal::Codec`] for what is encrypted, [`Refusal::VideoDamaged`].
    pub(super) fn of_movie(movie: &Movie) -> Result<Self, Refusal> {
        let unreadable = |error: mp4_front::Error| super::damage(&error);
        let facts = movie.facts().map_err(unreadable)?;
        let tracks = movie.tracks().map_err(unreadable)?;
        let of_kind = |kind: Kind| move |track: &&mp4_front::facts::TrackFacts| track.kind == kind;
        let found = facts.tracks.iter().find(of_kind(Kind::Video)).ok_or(Refusal::NoPictureTrack)?;
        let (Some(video), Some(track)) = (&found.video, tracks.iter().find(|track| track.id == found.id)) else {
            return Err(Refusal::VideoDamaged("the codec of its pictures is not known"));
        };
        if found.encrypted {
            return Err(Refusal::Codec("encrypted pictures".to_owned()));
        }
        let format = found.format.map(|code| code.0).unwrap_or_default();
        let stored = Size { width: video.width, height: video.height };
        let shown = Size { width: video.display_width, height: video.display_height };
        // A pixel aspect that is a bad joke is not followed.
        let shown = if shown.width.max(shown.height) > LONGEST_SIDE { stored } else { shown };
        let codec = Codec::of_mp4(format);
        let unusual = match &video.hdr {
            Some(Hdr::DolbyVision { profile: 5, .. }) => Some("Dolby Vision of profile 5".to_owned()),
            _ => unusual(found.codec.as_deref().unwrap_or_default()),
        };
        let picture = Picture {
            coding: codec.map(|codec| Coding {
                codec,
                configuration: track.decoder_config().map(|(_, content)| content.to_vec()).unwrap_or_default(),
                stored,
                shown,
                rotation: video.rotation,
                mirrored: video.mirrored,
                colours: colours(track),
            }),
            codec: codec.map_or_else(|| four_characters(format), |codec| ffmpeg_name(codec).to_owned()),
            unusual,
            stored,
            shown,
        };
        let sound = facts.tracks.iter().find(of_kind(Kind::Audio)).map(|sound| {
            let format = sound.format.map(|code| code.0).unwrap_or_default();
            sound_name(format, sound.codec.as_deref().unwrap_or_default())
        });
        Ok(Self { duration_s: facts.duration_s, picture, sound })
    }
}

fn colours(track: &Track<'_>) -> Colours {
    match track.colour_codes() {
        Ok(Some(ColourCodes { primaries, transfer, matrix, full_range })) => {
            Colours { primaries, transfer, matrix, full_range }
        }
        _ => Colours::UNSPECIFIED,
    }
}

fn four_characters(format: [u8; 4]) -> String {
    String::from_utf8_lossy(&format).trim().to_owned()
}

fn ffmpeg_name(codec: Codec) -> &'static str {
    match codec {
        Codec::H264 => "h264",
        Codec::Hevc => "hevc",
        Codec::Vp8 => "vp8",
        Codec::Vp9 => "vp9",
        Codec::Av1 => "av1",
    }
}

/// Of H.264, the profiles that no browser decodes: `avc1.PPCCLL`, the profile's number in hexadecimal (ISO/IEC 14496-10, table A-1).
fn unusual(rfc6381: &str) -> Option<String> {
    let profile = rfc6381.strip_prefix("avc1.").or_else(|| rfc6381.strip_prefix("avc3."))?.get(..2)?;
    let name = match profile.to_ascii_lowercase().as_str() {
        "6e" => "10 bits",
        "7a" => "profile High 4:2:2",
        "f4" => "profile High 4:4:4",
        "2c" => "profile CAVLC 4:4:4",
        _ => return None,
    };
    Some(format!("H.264 pictures with {name}"))
}

/// What is in an `mp4a` is said by its object type (ISO/IEC 14496-1, table 5; RFC 6381 section 3.3).
fn sound_name(format: [u8; 4], rfc6381: &str) -> String {
    match (&format, rfc6381) {
        (b"mp4a", "mp4a.6b" | "mp4a.69" | "mp4a.6B" | "mp4a.34") | (b".mp3", _) => "mp3".to_owned(),
        (b"mp4a", name) if name.starts_with("mp4a.40") || name.starts_with("mp4a.6") || name.is_empty() => {
            "aac".to_owned()
        }
        (b"Opus", _) => "opus".to_owned(),
        (b"fLaC", _) => "flac".to_owned(),
        (b"sowt" | b"twos" | b"lpcm" | b"in24" | b"in32" | b"fl32" | b"raw " | b"NONE", _) => "pcm".to_owned(),
        (b"mp4a", name) => name.to_owned(),
        _ => four_characters(format),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_have_their_names() {
        for (format, rfc6381, name) in [
            (b"mp4a", "mp4a.40.2", "aac"),
            (b"mp4a", "mp4a.6b", "mp3"),
            (b"mp4a", "", "aac"),
            (b"mp4a", "mp4a.a9", "mp4a.a9"),
            (b"Opus", "opus", "opus"),
            (b"sowt", "", "pcm"),
            (b"ac-3", "ac-3", "ac-3"),
        ] {
            assert_eq!(sound_name(*format, rfc6381), name, "{rfc6381}");
        }
    }

    #[test]
    fn profiles_that_browsers_cannot_decode() {
        for (name, expected) in [
            ("avc1.64001f", None),
            ("avc1.42E01E", None),
            ("avc1.6E0028", Some("H.264 pictures with 10 bits")),
            ("avc1.7a0028", Some("H.264 pictures with profile High 4:2:2")),
            ("avc1.F40028", Some("H.264 pictures with profile High 4:4:4")),
            ("hvc1.2.4.L93.B0", None),
            ("avc1.", None),
        ] {
            assert_eq!(unusual(name).as_deref(), expected, "{name}");
        }
    }
}
