//! Pictures out of films.
//!
//! [`decode()`] makes a picture of one keyframe's bytes, wherever these came from: nothing else of the film is needed. [`Look`] tells a
//! picture that shows something from one that is black or blurred. [`mod@file`] reads films that are no MP4 (Matroska, `WebM`, MPEG
//! transport streams), and puts what browsers can play of them into a container that they take.
//!
//! FFmpeg's libraries do the work, linked in: `build.sh` makes them from Debian's source, with these decoders and nothing else. They are
//! C, and films come from strangers: call this in a process of its own that may crash, hang or be killed.

mod av1;
mod coding;
mod decode;
mod error;
pub mod file;
mod look;
mod raw;

pub use coding::{Codec, Coding, Colours};
pub use decode::decode;
pub use error::FrameError;
pub use look::Look;
pub use pictures::Size;

/// One frame's pixels. A little more than 8K, so that a header cannot make a decoder allocate gigabytes.
pub const MAX_PIXELS: u64 = 40_000_000;
