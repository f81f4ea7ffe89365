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
    /// A film that has to be written anew, of so many bytes, and the most there is room for.
    #[error(
        "The film is {} MB large; of films that are no plain MP4, which have to be written anew, at most {} MB can be taken. \
         Convert it to MP4 (H.264 with AAC sound) and upload that.",
        .bytes.div_ceil(1_000_000),
        .most / 1_000_000
    )]
    VideoRoom {
        /// Its length.
        bytes: u64,
        /// The most.
        most: u64,
    },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_said_with_what_was_found() {
        let table = [
            (Refusal::ImageBytes(200_000_001), "The picture is 201 MB large; at most 200 MB can be read."),
            (Refusal::VideoBytes(5_000_000_001), "The film is 5001 MB large; at most 5000 MB can be taken."),
            (Refusal::VideoPixels(40_000_001), "The film's pictures have 41 megapixels each; at most 40 can be taken."),
            (Refusal::TooSlow, "The film took longer than 10 minutes to prepare and was given up."),
            (
                Refusal::VideoRoom { bytes: 4_000_000_001, most: 3_999_999_999 },
                "The film is 4001 MB large; of films that are no plain MP4, which have to be written anew, at most 3999 MB can be \
                 taken. Convert it to MP4 (H.264 with AAC sound) and upload that.",
            ),
        ];
        for (refusal, sentence) in table {
            assert_eq!(refusal.to_string(), sentence);
        }
    }
}
