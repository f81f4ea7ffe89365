//! A decoder for baseline JPEGs that makes a smaller picture without decoding the large one first.
//!
//! A block of a JPEG is 8×8 frequencies. A picture N/8 as large needs the N×N lowest of each (libjpeg calls it DCT scaling); the rest,
//! most of the file, is walked over in the Huffman code without being looked at, several coefficients at a step (`huffman/skip.rs`).
//!
//! The way through: [`Header::read`] says what the file is, or by name what this decoder leaves to a complete one; then
//! [`Header::decode`] hands over rows in bands, a few dozen rows in memory at a time. Sizes, upsampling of chroma and colours are
//! libjpeg-turbo's, so that one can stand in for the other.
//!
//! ```no_run
//! use scaled_jpeg::{Header, Scale};
//!
//! let bytes = std::fs::read("photo.jpg")?;
//! // An error here is for a complete decoder: the file is progressive, or CMYK, or none.
//! let header = Header::read(&bytes, 100_000_000)?;
//! let size = header.size().scaled(Scale::Quarter);
//! let mut pixels = vec![0; size.width as usize * size.height as usize * header.channels()];
//! header.decode_into(Scale::Quarter, &mut pixels)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Up to 1/4 this is much quicker than libjpeg-turbo, at 1/2 about as quick, and above that slower: it has vectors of four lanes at most,
//! and there is less to walk over.

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
