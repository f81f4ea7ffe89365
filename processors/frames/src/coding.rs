use serde::{Deserialize, Serialize};

use pictures::Size;

/// How pictures are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// H.264, ISO/IEC 14496-10.
    H264,
    /// H.265, ISO/IEC 23008-2.
    Hevc,
    /// VP8.
    Vp8,
    /// VP9.
    Vp9,
    /// AV1.
    Av1,
}

impl Codec {
    /// By the type of a sample entry of MP4.
    pub fn of_mp4(format: [u8; 4]) -> Option<Self> {
        match &format {
            b"avc1" | b"avc3" => Some(Self::H264),
            b"hvc1" | b"hev1" => Some(Self::Hevc),
            b"vp08" => Some(Self::Vp8),
            b"vp09" => Some(Self::Vp9),
            b"av01" => Some(Self::Av1),
            _ => None,
        }
    }
}

/// Colours by the code points of ITU-T H.273; 2 is "unspecified".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colours {
    /// Which red, green and blue.
    pub primaries: u16,
    /// How light is coded.
    pub transfer: u16,
    /// How brightness and colour are set apart.
    pub matrix: u16,
    /// Whether black is 0; `None`: not said.
    pub full_range: Option<bool>,
}

impl Colours {
    /// Nothing is said.
    pub const UNSPECIFIED: Self = Self { primaries: 2, transfer: 2, matrix: 2, full_range: None };
}

/// What a decoder is told of a track, and how its pictures are to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coding {
    /// How they are compressed.
    pub codec: Codec,
    /// The content of `avcC`, `hvcC` or `av1C`, or the `CodecPrivate` of Matroska; empty for the others.
    pub configuration: Vec<u8>,
    /// As stored, in pixels.
    pub stored: Size,
    /// Upright, in square pixels.
    pub shown: Size,
    /// By how many degrees clockwise a picture is to be turned to stand upright: 0, 90, 180 or 270.
    pub rotation: u16,
    /// Whether it is to be flipped left to right before that.
    pub mirrored: bool,
    /// What the container says; what the pictures say themselves counts more.
    pub colours: Colours,
}

impl Coding {
    /// A size of the upright picture, as it lies in the film.
    pub(crate) fn lying(&self, Size { width, height }: Size) -> Size {
        if self.rotation.is_multiple_of(180) { Size { width, height } } else { Size { width: height, height: width } }
    }
}
