//! Pixels, read as the plan says.

mod avif;
mod heic;
mod jpeg;
mod png;
mod squares;
mod tiles;

pub(crate) use heic::refusal as heic_refusal;

use image::DynamicImage;
use sniff::Picture;

use crate::colour::Colour;
use crate::facts::{self, Facts};
use crate::plan::{Plan, Scale};
use crate::refusal::Refusal;

/// Pixels as they are stored, and what they mean.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub pixels: Pixels,
    pub colour: Colour,
}

/// What a decoder gives.
#[derive(Debug)]
pub(crate) enum Pixels {
    /// Grey, RGB or with alpha, 8 or 16 bits a channel.
    Light(DynamicImage),
    /// Four inks of 8 bits, 255 being no ink, as Adobe's programs store them.
    Ink(image::RgbaImage),
}

/// Reads the (first) picture.
///
/// # Errors
/// [`Refusal::Damaged`], [`Refusal::Variant`] or [`Refusal::Memory`].
pub(crate) fn decode(bytes: &[u8], facts: &Facts, plan: &Plan) -> Result<Decoded, Refusal> {
    let pixels = match (facts.format, plan.scale) {
        (Picture::Jpeg, scale) => jpeg::decode(bytes, facts, scale, plan.read)?,
        (Picture::Heic, Scale::Squares(side)) => return tiles::decode(bytes, facts, side, plan.read),
        (Picture::Heic, _) => return heic::decode(bytes),
        (Picture::Avif, _) => avif::decode(bytes)?,
        (Picture::Png, Scale::Squares(side)) => png::squares(bytes, side, plan.read)?,
        (Picture::Png, _) => png::whole(bytes)?,
        (format, _) => {
            let decoder = facts::decoder(bytes, format).map_err(|e| facts::refusal(&e))?;
            Pixels::Light(DynamicImage::from_decoder(decoder).map_err(|e| facts::refusal(&e))?)
        }
    };
    Ok(Decoded { pixels, colour: Colour::of(facts) })
}
