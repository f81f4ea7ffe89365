use avif_decode::{Decoder, Image};
use image::{DynamicImage, ImageBuffer, Luma, Rgb, Rgba};

use super::Pixels;
use crate::refusal::Refusal;

pub(super) fn decode(bytes: &[u8]) -> Result<Pixels, Refusal> {
    let image = Decoder::from_avif(bytes).and_then(Decoder::to_image).map_err(|error| {
        tracing::debug!(%error, "an AVIF does not decode");
        Refusal::UNDECODABLE
    })?;
    let size = |width: usize, height: usize| u32::try_from(width).ok().zip(u32::try_from(height).ok());
    macro_rules! buffer {
        ($picture:expr, $pixel:ty, $samples:expr) => {{
            let (width, height) = size($picture.width(), $picture.height()).ok_or(Refusal::UNDECODABLE)?;
            let samples: Vec<_> = $picture.pixels().flat_map($samples).collect();
            ImageBuffer::<$pixel, _>::from_raw(width, height, samples).map(DynamicImage::from)
        }};
    }
    let pixels = match image {
        Image::Rgb8(picture) => buffer!(picture, Rgb<u8>, |p| [p.r, p.g, p.b]),
        Image::Rgb16(picture) => buffer!(picture, Rgb<u16>, |p| [p.r, p.g, p.b]),
        Image::Rgba8(picture) => buffer!(picture, Rgba<u8>, |p| [p.r, p.g, p.b, p.a]),
        Image::Rgba16(picture) => buffer!(picture, Rgba<u16>, |p| [p.r, p.g, p.b, p.a]),
        Image::Gray8(picture) => buffer!(picture, Luma<u8>, |p| [p.value()]),
        Image::Gray16(picture) => buffer!(picture, Luma<u16>, |p| [p.value()]),
    };
    pixels.map(Pixels::Light).ok_or(Refusal::UNDECODABLE)
}
