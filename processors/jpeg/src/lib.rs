//! A decoder for baseline JPEGs that makes a smaller picture without decoding the large one first.
//!
//! A block of a JPEG is 8×8 frequencies. A picture N/8 as large needs the N×N lowest of each (libjpeg calls it DCT scaling); the rest,
//! most of the file, is walked over in the Huffman code without being looked at, several coefficients at a step (`huffman/skip.rs`).
//!
//! The way through: [`Header::read`] says what the file is, or by name what this decoder leaves to a complete one; then
//! [`Header::decode`] hands over rows in bands, a few dozen rows in memory at a time. Sizes, upsampling of chroma and colours are
//! libjpeg-turbo's, so that one can stand in for the other.

#![allow(clippy::inline_always, reason = "a scan's state stays in registers only where its loop is one function")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "sizes are below 2^16, and bits are cut out of words on purpose"
)]

mod bits;
mod block;
mod colour;
mod damage;
mod decode;
mod frame;
mod geometry;
mod header;
mod huffman;
mod idct;
mod output;
mod plane;
mod scan;
mod segments;
mod tables;
mod unsupported;
mod upsample;
mod window;

pub use damage::{Damage, Failure, Fault};
pub use decode::Band;
pub use geometry::{Scale, Size};
pub use header::{Colours, Header, Sampling};
pub use unsupported::{Process, Table, Unsupported};
