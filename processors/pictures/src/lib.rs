//! Every rendition of a picture from one decode.
//!
//! [`facts()`] reads what a file's header says, [`plan()`] makes of that and a [`Recipe`] what is to be decoded, cut, reduced and encoded, and
//! how much memory that takes, and [`execute()`] does it. The first two touch no pixel; a picture that is too large is refused by
//! them. What comes out stands upright, in sRGB, 8 bits a channel, without metadata.
//!
//! Memory and time are bounded by [`plan()`]'s budget and by whoever calls: a decoder may still hang, so files of strangers are for a process
//! of their own, with [`MAX_WALL_TIME`].

mod colour;
mod decode;
mod encode;
mod execute;
mod facts;
mod geometry;
mod heif;
mod metadata;
mod moving;
mod placeholder;
mod plan;
mod recipe;
mod refusal;
mod single;

use std::time::Duration;

pub use execute::{Rendered, Step, execute, execute_pixels};
pub use facts::{Facts, Reading, facts};
pub use geometry::{Crop, Size};
pub use image::metadata::Orientation;
pub use plan::{Plan, Planned, Scale, plan};
pub use recipe::{Fit, Format, Keep, Qualities, Recipe, RecipeError, Rung};
pub use refusal::{PictureError, Refusal};
pub use single::{moving_webp, picture, to_srgb, webp};

/// A picture file's bytes. The largest camera JPEGs and scans stay below it.
pub const MAX_BYTES: u64 = 200_000_000;

/// A picture's pixels, from its header, before anything is decoded: a PNG of 600 kB can unpack to gigabytes. 100 megapixels are a
/// medium-format camera's.
pub const MAX_PIXELS: u64 = 100_000_000;

/// What a decoder may hold at once, in bytes: with the file and the encoders, a process stays below 300 MB.
pub const MAX_DECODED_BYTES: u64 = 230_000_000;

/// What decoding and encoding may take together.
pub const MAX_WALL_TIME: Duration = Duration::from_secs(30);
