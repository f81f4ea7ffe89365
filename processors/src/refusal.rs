use crate::image::MAX_BYTES as MAX_IMAGE_BYTES;
use crate::video::{MAX_BYTES as MAX_VIDEO_BYTES, MAX_FRAME_PIXELS, MAX_WALL_TIME};

/// Why nothing can be made of a file: each one a sentence for the person who uploaded it, with no path, address or
/// program's output in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No byte in it.
    #[error("The file is empty.")]
    Empty,
    /// Its first bytes are those of no type we know.
    #[error(
        "This file is neither a picture nor a film that Stagedoor knows (JPEG, PNG, WebP, GIF, HEIC, AVIF, TIFF, BMP, \
         MP4, MOV, WebM, MKV, TS)."
    )]
    Unknown,
    /// The object vanished before it was processed.
    #[error("The uploaded file is no longer there. Upload it again.")]
    Gone,
    /// More bytes than an image may have.
    #[error("The picture is {} MB large; at most {} MB can be read.", .0.div_ceil(1_000_000), MAX_IMAGE_BYTES / 1_000_000)]
    ImageBytes(u64),
    /// A picture that nothing can be made of, in the words of [`pictures::Refusal`].
    #[error("{0}")]
    Picture(String),
    /// More bytes than a film may have.
    #[error("The film is {} MB large; at most {} MB can be taken.", .0.div_ceil(1_000_000), MAX_VIDEO_BYTES / 1_000_000)]
    VideoBytes(u64),
    /// More pixels than a film's frame may have.
    #[error(
        "The film's pictures have {} megapixels each; at most {} can be taken.",
        .0.div_ceil(1_000_000),
        MAX_FRAME_PIXELS / 1_000_000
    )]
    VideoPixels(u64),
    /// A film that does not demux or decode.
    #[error("The film is damaged: {0}.")]
    VideoDamaged(&'static str),
    /// A film with sound only.
    #[error("The film has no picture track: Stagedoor shows films and pictures, not sound alone.")]
    NoPictureTrack,
    /// Codecs that no browser plays out of MP4 or WebM.
    #[error("Browsers cannot play this film ({0}); convert it to H.264 with AAC sound (MP4) and upload that.")]
    Codec(String),
    /// The decoder did not end in time.
    #[error("The film took longer than {} minutes to prepare and was given up.", MAX_WALL_TIME.as_secs() / 60)]
    TooSlow,
}
