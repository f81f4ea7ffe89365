use heic_decoder::{DecodedImage, HeifError};
use image::{DynamicImage, ImageBuffer, Rgb, Rgba};

use super::{Decoded, Pixels};
use crate::colour::Colour;
use crate::refusal::Refusal;

/// Turned, mirrored and cut as the container says; EXIF's orientation would be said twice.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Refusal> {
    let image = heic_decoder::decode(bytes).map_err(|e| refusal(&e))?;
    let colour = colour(&image);
    let deep = image.bit_depth_luma > 8;
    let (width, height) = (side(image.width)?, side(image.height)?);
    let pixels = match (image.alpha.is_some(), deep) {
        (false, false) => {
            let rgb = image.to_rgb8().map_err(|e| refusal(&e))?;
            drop(image);
            ImageBuffer::<Rgb<u8>, _>::from_raw(width, height, rgb.data).map(DynamicImage::from)
        }
        (false, true) => {
            let rgb = image.to_rgb16().map_err(|e| refusal(&e))?;
            drop(image);
            ImageBuffer::<Rgb<u16>, _>::from_raw(width, height, rgb.data).map(DynamicImage::from)
        }
        (true, false) => {
            let rgba = image.to_rgba8().map_err(|e| refusal(&e))?;
            drop(image);
            ImageBuffer::<Rgba<u8>, _>::from_raw(width, height, rgba.data).map(DynamicImage::from)
        }
        (true, true) => {
            let rgba = image.to_rgba16().map_err(|e| refusal(&e))?;
            drop(image);
            ImageBuffer::<Rgba<u16>, _>::from_raw(width, height, rgba.data).map(DynamicImage::from)
        }
    };
    Ok(Decoded { pixels: Pixels::Light(pixels.ok_or(Refusal::UNDECODABLE)?), colour })
}

fn side(pixels: usize) -> Result<u32, Refusal> {
    u32::try_from(pixels).map_err(|_| Refusal::UNDECODABLE)
}

/// The codes stand in the container or in the coded picture itself.
pub(super) fn colour(image: &DecodedImage) -> Colour {
    let codes = image.color_info.as_ref().map(|c| (c.color_primaries, c.transfer_characteristics));
    Colour::new(codes, image.metadata.icc_profile.as_deref())
}

pub(crate) fn refusal(error: &HeifError) -> Refusal {
    tracing::debug!(%error, "a HEIC does not decode");
    match *error {
        HeifError::Truncated { .. } => Refusal::CUT_OFF,
        HeifError::Unsupported(what) => Refusal::Variant(what),
        HeifError::LimitExceeded(_) => Refusal::Memory,
        _ => Refusal::UNDECODABLE,
    }
}
