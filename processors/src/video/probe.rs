use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::MAX_WALL_TIME;
use super::execute::{damage, input};
use crate::image::Size;
use crate::tools::{Ran, Tools};
use crate::{Failure, Refusal};
use sniff::Container;

/// What a film's headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Its length in milliseconds, where the container says it.
    pub duration_ms: Option<u64>,
    /// Its first picture track.
    pub picture: Picture,
    /// The codec of its first sound track, as FFmpeg names it; `None`: it is silent.
    pub sound: Option<String>,
}

/// A picture track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The codec, as FFmpeg names it.
    pub codec: String,
    /// The pixel format, as FFmpeg names it.
    pub pixel_format: String,
    /// The pixels of a stored frame.
    pub stored: Size,
    /// A pixel's width to its height.
    pub aspect: (u32, u32),
    /// How a frame has to be turned.
    pub turn: Turn,
}

/// Whether a frame lies on its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// By 0° or 180°: width stays width.
    Even,
    /// By 90° or 270°: width becomes height.
    Quarter,
}

/// Reads a film's headers with `ffprobe`.
///
/// # Errors
/// A [`Refusal`] where the film has none that can be read or no pictures, the tool's error where it does not run.
pub async fn probe(file: &Path, container: Container, tools: &Tools) -> Result<Facts, Failure> {
    let mut arguments: Vec<_> = ["-hide_banner", "-loglevel", "error"].map(Into::into).into();
    arguments.extend(["-print_format", "json", "-show_format", "-show_streams"].map(Into::into));
    arguments.extend(input(file, container));
    match tools.run("ffprobe", arguments, MAX_WALL_TIME).await? {
        Ran::Done(json) => Ok(facts(&json)?),
        Ran::Failed(stderr) => Err(damage(&stderr).into()),
        Ran::TimedOut => Err(Refusal::TooSlow.into()),
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Default, Deserialize)]
struct Format {
    duration: Option<String>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Stream {
    codec_type: String,
    #[serde(deserialize_with = "or_default")]
    codec_name: String,
    #[serde(deserialize_with = "or_default")]
    pix_fmt: String,
    #[serde(deserialize_with = "or_default")]
    width: u32,
    #[serde(deserialize_with = "or_default")]
    height: u32,
    sample_aspect_ratio: Option<String>,
    disposition: Disposition,
    side_data_list: Vec<SideData>,
}

#[derive(Default, Deserialize)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

#[derive(Default, Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

/// A number or name that is out of its type's range counts as not given.
fn or_default<'de, D: serde::Deserializer<'de>, T: DeserializeOwned + Default>(value: D) -> Result<T, D::Error> {
    let value = serde_json::Value::deserialize(value)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

fn facts(json: &[u8]) -> Result<Facts, Refusal> {
    let answer: Answer = serde_json::from_slice(json).map_err(|error| {
        tracing::debug!(%error, "ffprobe's answer");
        Refusal::VideoDamaged("its headers cannot be read")
    })?;
    // A cover picture is a picture track to FFmpeg, but no film.
    let picture = answer.streams.iter().find(|s| s.codec_type == "video" && s.disposition.attached_pic == 0);
    let picture = picture.ok_or(Refusal::NoPictureTrack)?;
    let sound = answer.streams.iter().find(|s| s.codec_type == "audio").map(|s| s.codec_name.clone());
    Ok(Facts {
        duration_ms: answer.format.duration.as_deref().and_then(milliseconds),
        picture: Picture {
            codec: picture.codec_name.clone(),
            pixel_format: picture.pix_fmt.clone(),
            stored: Size { width: picture.width, height: picture.height },
            aspect: picture.sample_aspect_ratio.as_deref().and_then(ratio).unwrap_or((1, 1)),
            turn: picture.side_data_list.iter().find_map(|s| s.rotation).map_or(Turn::Even, turn),
        },
        sound,
    })
}

/// `24.023000` → 24023; `None` for what is no length of time (`N/A`, negative, infinite).
fn milliseconds(seconds: &str) -> Option<u64> {
    let seconds: f64 = seconds.parse().ok()?;
    std::time::Duration::try_from_secs_f64(seconds).ok().and_then(|d| u64::try_from(d.as_millis()).ok())
}

/// `4:3` → (4, 3); `0:1` means "not known".
fn ratio(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once(':')?;
    let ratio = (width.parse().ok()?, height.parse().ok()?);
    (ratio.0 > 0 && ratio.1 > 0).then_some(ratio)
}

fn turn(degrees: f64) -> Turn {
    if (45.0..135.0).contains(&degrees.rem_euclid(180.0)) { Turn::Quarter } else { Turn::Even }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_phones_portrait_film() {
        let json = br#"{"streams":[
            {"codec_type":"data","codec_name":null},
            {"codec_type":"audio","codec_name":"aac"},
            {"codec_type":"video","codec_name":"mjpeg","width":10,"height":10,"disposition":{"attached_pic":1}},
            {"codec_type":"video","codec_name":"h264","pix_fmt":"yuv420p","width":1920,"height":1080,
             "sample_aspect_ratio":"1:1","disposition":{"attached_pic":0},
             "side_data_list":[{"side_data_type":"Other"},{"side_data_type":"Display Matrix","rotation":-90}]}],
            "format":{"duration":"24.023000"}}"#;
        let facts = facts(json).unwrap();
        assert_eq!(facts.duration_ms, Some(24_023));
        assert_eq!(facts.sound.as_deref(), Some("aac"));
        let stored = Size { width: 1920, height: 1080 };
        let (codec, pixel_format) = ("h264".to_owned(), "yuv420p".to_owned());
        assert_eq!(facts.picture, Picture { codec, pixel_format, stored, aspect: (1, 1), turn: Turn::Quarter });
    }

    #[test]
    fn what_is_odd_counts_as_not_given() {
        let json = br#"{"streams":[{"codec_type":"video","width":-4,"height":99999999999,"sample_aspect_ratio":"0:1"}],
            "format":{"duration":"N/A"}}"#;
        let facts = facts(json).unwrap();
        assert_eq!((facts.duration_ms, facts.sound), (None, None));
        assert_eq!(facts.picture.stored, Size { width: 0, height: 0 });
        assert_eq!(facts.picture.aspect, (1, 1));
    }

    #[test]
    fn what_is_no_film() {
        let cover = br#"{"streams":[{"codec_type":"audio"},{"codec_type":"video","disposition":{"attached_pic":1}}]}"#;
        for json in [&b"{}"[..], br#"{"streams":[{"codec_type":"audio","codec_name":"aac"}]}"#, cover] {
            assert_eq!(facts(json), Err(Refusal::NoPictureTrack));
        }
        assert!(matches!(facts(b"not json"), Err(Refusal::VideoDamaged(_))));
    }

    #[test]
    fn turns_and_times() {
        for (degrees, expected) in [
            (0.0, Turn::Even),
            (90.0, Turn::Quarter),
            (-90.0, Turn::Quarter),
            (180.0, Turn::Even),
            (-180.0, Turn::Even),
            (270.0, Turn::Quarter),
            (f64::NAN, Turn::Even),
        ] {
            assert_eq!(turn(degrees), expected, "{degrees}");
        }
        for (text, expected) in [("0.0", Some(0)), ("1.5", Some(1500)), ("-1", None), ("inf", None), ("1e300", None)] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
    }
}
