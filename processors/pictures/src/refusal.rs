use crate::{MAX_BYTES, MAX_PIXELS};

/// Why nothing can be made of a picture: each one a sentence for the person who uploaded it, with no path, address or
/// program's output in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No byte in it.
    #[error("The file is empty.")]
    Empty,
    /// Its first bytes are those of no picture we know.
    #[error("This file is no picture that Stagedoor knows (JPEG, PNG, WebP, GIF, HEIC, AVIF, TIFF, BMP).")]
    Unknown,
    /// More bytes than a picture may have.
    #[error("The picture is {} MB large; at most {} MB can be read.", .0.div_ceil(1_000_000), MAX_BYTES / 1_000_000)]
    Bytes(u64),
    /// More pixels than a picture may have.
    #[error("The picture has {} megapixels; at most {} can be read.", .0.div_ceil(1_000_000), MAX_PIXELS / 1_000_000)]
    Pixels(u64),
    /// Data that does not decode.
    #[error("The picture is damaged: {0}.")]
    Damaged(&'static str),
    /// Its decoder would take more memory than it may.
    #[error("The picture takes more memory to decode than there is for one.")]
    Memory,
    /// It took longer than it may.
    #[error("The picture took longer than {} seconds to decode and was given up.", crate::MAX_WALL_TIME.as_secs())]
    TooSlow,
    /// A variant of its format that the decoder lacks.
    #[error("The picture uses a variant of its format that cannot be read: {0}.")]
    Variant(&'static str),
}

impl Refusal {
    /// What a decoder that gives up or crashes says of a file.
    pub const UNDECODABLE: Self = Self::Damaged("its data cannot be decoded");
    pub(crate) const HEADER: Self = Self::Damaged("its header cannot be read");
    pub(crate) const CUT_OFF: Self = Self::Damaged("the file ends before the picture does");
}

/// Why nothing came of a picture: its own fault, or ours.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The file is at fault.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The file cannot be read.
    #[error("the picture's file: {0}")]
    Disk(#[from] std::io::Error),
    /// An encoder or the resizer failed on pixels that were read.
    #[error("the rendition {name} cannot be made: {message}")]
    Encoding {
        /// The rendition's name.
        name: String,
        /// The encoder's words.
        message: String,
    },
}
