//! Pictures for other programs than the pipeline's own.

use image::DynamicImage;

use crate::colour::{self, Colour};
use crate::decode::decode;
use crate::execute::{reduced, upright};
use crate::geometry::Size;
use crate::recipe::{Fit, Format, Qualities, Recipe, Rung};
use crate::refusal::PictureError;
use crate::{encode, facts, moving, plan};

/// A picture file as pixels of that size, upright, in sRGB with 8 bits a channel, within the same limits.
///
/// # Errors
/// As [`plan()`] and [`crate::execute()`].
pub fn picture(bytes: &[u8], to: Size) -> Result<DynamicImage, PictureError> {
    let facts = facts(bytes)?;
    let rung = Rung {
        name: "whole".to_owned(),
        width: to.width,
        height: Some(to.height),
        fit: Fit::Contain,
        formats: vec![Format::Webp],
        later: Vec::new(),
    };
    let recipe = Recipe {
        version: 1,
        quality: Qualities::default(),
        renditions: vec![rung],
        keep: std::collections::BTreeSet::new(),
    };
    let plan = plan(&facts, bytes.len() as u64, &recipe)?;
    let picture = upright(decode(bytes, &facts, &plan)?, &facts, &plan, false)?;
    reduced(std::borrow::Cow::Owned(picture), to)
}

/// Pixels whose colours are said by codes of ITU-T H.273 (primaries and transfer), as sRGB with 8 bits a channel. What is brighter than
/// white (PQ, HLG) is toned down.
pub fn to_srgb(pixels: DynamicImage, codes: (u16, u16)) -> DynamicImage {
    colour::to_srgb(pixels, &Colour::new(Some(codes), None))
}

/// A still WebP of pixels in RGB or RGBA with 8 bits a channel; `quality` is 1 to 100.
///
/// # Errors
/// [`PictureError::Encoding`], also of other pixels and of a quality above 100.
pub fn webp(pixels: &DynamicImage, quality: u8) -> Result<Vec<u8>, PictureError> {
    encode::webp(pixels, quality).map_err(|message| encode::failed("webp", message))
}

/// A WebP that moves, for ever: pictures of one size, each with the time at which it appears, in milliseconds from the first; `quality`
/// is 1 to 100.
///
/// # Errors
/// [`PictureError::Encoding`].
pub fn moving_webp(pictures: &[(DynamicImage, i32)], quality: u8) -> Result<Vec<u8>, PictureError> {
    let pictures = pictures.iter().map(|(pixels, at)| (pixels.to_rgba8(), *at)).collect::<Vec<_>>();
    moving::joined(&pictures, quality).map_err(|message| encode::failed("webp", message))
}
