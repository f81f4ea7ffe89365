//! Pictures: upright, metadata-free WebP in two sizes, out of one decode.

mod decode;
mod execute;
mod jpeg;
mod plan;

pub(crate) use decode::format_of;
pub(crate) use execute::render_poster;
pub use execute::{Picture, render};
pub(crate) use plan::wide;
pub use plan::{Facts, ImagePlan, Size, plan};

/// A picture file's bytes. The largest camera JPEGs and scans stay below it; the file is held in memory while it is
/// decoded, beside its pixels.
pub const MAX_BYTES: u64 = 200_000_000;

/// A picture's pixels, from its header, before anything is decoded: a PNG of 600 kB can unpack to gigabytes. 100
/// megapixels are a medium-format camera's, 300 MB as 8-bit RGB.
pub const MAX_PIXELS: u64 = 100_000_000;

/// What a decoder may allocate: [`MAX_PIXELS`] of 16-bit RGBA are 800 MB, and a little is left for its own tables.
pub const MAX_DECODED_BYTES: u64 = 1 << 30;
