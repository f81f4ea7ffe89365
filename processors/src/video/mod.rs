//! Films: playable from the first bytes on, with a poster and a thumbnail. Codecs are kept as they are.

mod execute;
mod plan;
mod probe;

use std::time::Duration;

pub use execute::{Film, render};
pub use plan::{Format, VideoPlan, plan};
pub use probe::{Facts, Picture, Turn, probe};

/// A film file's bytes: the most that one `PutObject` takes.
pub const MAX_BYTES: u64 = 5_000_000_000;

/// One frame's pixels. A little more than 8K, so that a header cannot make the decoder allocate gigabytes.
pub const MAX_FRAME_PIXELS: u64 = 40_000_000;

/// What one run of FFmpeg may take. Copying the largest film takes a minute; what takes ten is hanging, and a Lambda
/// function ends after fifteen.
pub const MAX_WALL_TIME: Duration = Duration::from_secs(600);
