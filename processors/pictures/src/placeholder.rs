use image::DynamicImage;
use image::imageops::FilterType;

/// The longest side that a thumbhash is computed from, in pixels.
const SIDE: u32 = 100;

/// A blurred likeness of some 25 bytes (Thumbhash).
pub(crate) fn thumbhash(smallest: &DynamicImage) -> Vec<u8> {
    let small = if smallest.width().max(smallest.height()) > SIDE {
        smallest.resize(SIDE, SIDE, FilterType::Triangle)
    } else {
        smallest.clone()
    };
    let rgba = small.to_rgba8();
    thumbhash::rgba_to_thumb_hash(rgba.width() as usize, rgba.height() as usize, rgba.as_raw())
}
