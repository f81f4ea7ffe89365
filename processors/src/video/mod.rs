//! Films: playable from the first bytes on, with a poster, small pictures over the seek bar and one that moves. Codecs are kept as they are.
//!
//! Of an MP4 nothing is read but its index and the keyframes that are shown; the store moves the index to the front by itself. What is no
//! plain MP4 is fetched whole and its tracks are moved into a container that browsers take.

mod child;
mod execute;
mod facts;
mod keyframes;
mod pictures;
mod plan;
mod source;
mod sprites;

use std::time::Duration;

pub use child::POSTER_FORMATS;
pub(crate) use child::{ARGUMENT, answer};
pub use execute::{Film, Main};
pub use facts::{Facts, Picture};
pub use frames::file::{Facts as FileFacts, Format};
pub use pictures::{Poster, facts as file_facts};
pub use plan::{VideoPlan, plan};
pub use source::Source;

use crate::Refusal;

/// A film file's bytes: the most that one `PutObject` takes.
pub const MAX_BYTES: u64 = 5_000_000_000;

/// One frame's pixels. A little more than 8K, so that a header cannot make the decoder allocate gigabytes.
pub const MAX_FRAME_PIXELS: u64 = frames::MAX_PIXELS;

/// What all decoding of one film may take. Copying the largest film takes a minute; what takes ten is hanging, and a Lambda
/// function ends after fifteen.
pub const MAX_WALL_TIME: Duration = Duration::from_secs(600);

const UNDECODABLE: Refusal = Refusal::VideoDamaged("its pictures cannot be decoded");

/// A plain reason for what is wrong with an index.
fn damage(error: &mp4_front::Error) -> Refusal {
    tracing::debug!(%error, "an index cannot be read");
    Refusal::VideoDamaged(match error {
        mp4_front::Error::MoovMissing(_) | mp4_front::Error::MoovTruncated { .. } => {
            "its index (the moov box) is missing, as in an upload that was cut off"
        }
        mp4_front::Error::TooLarge { .. } | mp4_front::Error::TooMany { .. } => "its index is larger than any film's",
        _ => "its index cannot be read",
    })
}
