use image::DynamicImage;

use crate::execute::resized;
use crate::geometry::Size;
use crate::refusal::PictureError;

/// The longest side that a thumbhash is computed from, in pixels.
const SIDE: u32 = 100;

/// A blurred likeness of some 25 bytes (Thumbhash).
pub(crate) fn thumbhash(smallest: &DynamicImage) -> Result<Vec<u8>, PictureError> {
    let size = Size { width: smallest.width(), height: smallest.height() }.within(SIDE, SIDE);
    let rgba = resized(smallest, None, size, true)?.into_rgba8();
    Ok(thumbhash::rgba_to_thumb_hash(rgba.width() as usize, rgba.height() as usize, rgba.as_raw()))
}
