use std::collections::BTreeSet;

use fast_image_resize::{ResizeOptions, Resizer};
use image::DynamicImage;

use crate::colour::{self, Colour};
use crate::decode::{Decoded, Pixels, decode};
use crate::encode::{encode, failed};
use crate::facts::Facts;
use crate::geometry::{Crop, Size};
use crate::metadata::Kept;
use crate::plan::{Plan, Planned};
use crate::recipe::Keep;
use crate::refusal::PictureError;
use crate::{moving, placeholder};

/// Which renditions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Those that the title waits for.
    First,
    /// Those that take longer.
    Later,
}

/// What was made of a picture.
#[derive(Debug)]
pub struct Rendered {
    /// The files, in the plan's order, each with what was planned.
    pub files: Vec<(Planned, Vec<u8>)>,
    /// A blurred likeness (Thumbhash), some 25 bytes.
    pub thumbhash: Vec<u8>,
}

/// Reads a picture once and makes everything of it that one step makes.
///
/// # Errors
/// [`PictureError::Refused`] where the file is at fault, [`PictureError::Encoding`] where we are.
pub fn execute(
    bytes: &[u8],
    facts: &Facts,
    plan: &Plan,
    keep: &BTreeSet<Keep>,
    step: Step,
) -> Result<Rendered, PictureError> {
    let kept = Kept::of(facts, keep);
    let planned = plan.renditions.iter().filter(|p| p.later == (step == Step::Later));
    let (mut files, smallest) = if plan.moving && step == Step::First {
        moving::render(bytes, facts, plan, planned)?
    } else {
        let mut wholes = vec![upright(decode(bytes, facts, plan)?, facts, plan, kept.profile())?];
        let mut files = Vec::new();
        for planned in planned {
            let shaped = shaped(&mut wholes, planned, plan.top)?;
            files.push((planned.clone(), encode(&shaped, planned)?));
        }
        (files, wholes.pop())
    };
    for (planned, file) in &mut files {
        kept.put_into(file, planned)?;
    }
    let thumbhash = smallest.as_ref().map(placeholder::thumbhash).unwrap_or_default();
    Ok(Rendered { files, thumbhash })
}

/// The decoded picture in the plan's `top` size, in sRGB, turned.
pub(crate) fn upright(decoded: Decoded, facts: &Facts, plan: &Plan, as_is: bool) -> Result<DynamicImage, PictureError> {
    let Decoded { pixels, colour } = decoded;
    let colour = if as_is { Colour::Srgb } else { colour };
    let mut light = match pixels {
        Pixels::Light(light) => colour::to_srgb(reduced(light, plan.reduced)?, &colour),
        Pixels::Ink(inks) => {
            // Four channels, none of them transparency.
            let inks = resized(&inks.into(), None, plan.reduced, false)?.into_rgba8();
            colour::inks_to_srgb(&inks, &colour)
        }
    };
    light.apply_orientation(facts.orientation);
    Ok(light)
}

fn reduced(pixels: DynamicImage, to: Size) -> Result<DynamicImage, PictureError> {
    if (pixels.width(), pixels.height()) == (to.width, to.height) {
        Ok(pixels)
    } else {
        resized(&pixels, None, to, true)
    }
}

/// A rendition's pixels, from the smallest whole picture that has them all. A new whole picture is kept for those that follow.
fn shaped(wholes: &mut Vec<DynamicImage>, planned: &Planned, top: Size) -> Result<DynamicImage, PictureError> {
    let share = |whole: &DynamicImage| f64::from(whole.width()) / f64::from(top.width);
    let enough = |whole: &&DynamicImage| {
        let share = share(whole);
        // A hundredth of a pixel: two sizes of one shape are rounded apart.
        planned.crop.x.1 * share > f64::from(planned.size.width) - 0.6
            && planned.crop.y.1 * share > f64::from(planned.size.height) - 0.6
    };
    let Some(from) = wholes.iter().rev().find(enough).or(wholes.first()) else {
        return Err(failed(&planned.name, "there is no picture to make it from"));
    };
    let share = share(from);
    let Crop { x, y } = planned.crop;
    let (crop_x, crop_y) = ((x.0 * share, x.1 * share), (y.0 * share, y.1 * share));
    let (width, height) = (f64::from(from.width()), f64::from(from.height()));
    let whole = crop_x.1 > width - 0.6 && crop_y.1 > height - 0.6;
    if whole && (from.width(), from.height()) == (planned.size.width, planned.size.height) {
        return Ok(from.clone());
    }
    let crop = if whole {
        None
    } else {
        // Never over the edge, by rounding.
        let (across, down) = (crop_x.1.min(width), crop_y.1.min(height));
        Some(Crop { x: (crop_x.0.min(width - across), across), y: (crop_y.0.min(height - down), down) })
    };
    let made = resized(from, crop, planned.size, true)?;
    if whole {
        wholes.push(made.clone());
    }
    Ok(made)
}

/// Lanczos with three lobes; colours weighted by their alpha where the fourth channel is one.
pub(crate) fn resized(
    pixels: &DynamicImage,
    crop: Option<Crop>,
    to: Size,
    alpha: bool,
) -> Result<DynamicImage, PictureError> {
    let mut small = DynamicImage::new(to.width, to.height, pixels.color());
    let mut options = ResizeOptions::new().use_alpha(alpha);
    if let Some(Crop { x, y }) = crop {
        options = options.crop(x.0, y.0, x.1, y.1);
    }
    Resizer::new().resize(pixels, &mut small, Some(&options)).map_err(|e| failed("resize", e.to_string()))?;
    Ok(small)
}
