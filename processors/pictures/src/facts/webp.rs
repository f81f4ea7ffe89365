use std::io::Cursor;

use image_webp::WebPDecoder;
use sniff::Picture;

use super::{Facts, Reading};
use crate::geometry::Size;
use crate::metadata::orientation;
use crate::refusal::Refusal;

pub(super) fn facts(bytes: &[u8]) -> Result<Facts, Refusal> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|_| Refusal::HEADER)?;
    // A chunk cannot be longer than the file, whatever it says.
    decoder.set_memory_limit(bytes.len());
    let (width, height) = decoder.dimensions();
    let exif = decoder.exif_metadata().ok().flatten();
    let profile = decoder.icc_profile().ok().flatten();
    let pixel = if decoder.has_alpha() { 4 } else { 3 };
    Ok(Facts {
        format: Picture::WebP,
        stored: Size { width, height },
        orientation: orientation(exif.as_deref()),
        frames: if decoder.is_animated() { decoder.num_frames() } else { 1 },
        // The decoder keeps planes of its own beside what it gives, and the canvas that frames are put together on.
        reading: Reading::Whole { pixel: 2 * pixel },
        truncated: false,
        exif,
        profile,
        codes: None,
    })
}
