use image::metadata::Orientation;
use sniff::Picture;

use super::{Facts, Reading};
use crate::decode::heic_refusal;
use crate::geometry::Size;
use crate::heif::{Grid, Heif};
use crate::refusal::Refusal;

pub(super) fn facts(bytes: &[u8], format: Picture) -> Result<Facts, Refusal> {
    let heif = Heif::read(bytes);
    let properties = heif.as_ref().map(Heif::properties).unwrap_or_default();
    let (stored, orientation, reading, exif) = if format == Picture::Heic {
        let info = heic_decoder::probe(bytes).map_err(|e| heic_refusal(&e))?;
        let exif = heic_decoder::read_metadata(bytes).ok().and_then(|m| m.exif);
        let whole = info.alpha_bit_depth.is_some() || properties.cut;
        if let Some(Grid { size, tile, .. }) = heif.as_ref().and_then(Heif::grid).filter(|_| !whole) {
            (size, properties.orientation(), Reading::Rows { pixel: 3, rows: tile.height }, exif)
        } else {
            let pixels = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
            let size = Size { width: pixels(info.width), height: pixels(info.height) };
            // Its decoder turns by itself, and holds samples of four bytes beside the picture that it gives.
            let pixel = if info.bit_depth_luma > 8 { 12 } else { 9 };
            (size, Orientation::NoTransforms, Reading::Whole { pixel }, exif)
        }
    } else {
        (properties.size.ok_or(Refusal::HEADER)?, properties.orientation(), Reading::Whole { pixel: 8 }, None)
    };
    let (codes, profile) = (properties.codes, properties.profile);
    Ok(Facts { format, stored, orientation, frames: 1, reading, truncated: false, exif, profile, codes })
}
