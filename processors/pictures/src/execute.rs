use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::thread::ScopedJoinHandle;

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
    /// All.
    Both,
}

impl Step {
    fn makes(self, planned: &Planned) -> bool {
        self == Self::Both || planned.later == (self == Self::Later)
    }
}

/// What was made of a picture.
#[derive(Debug)]
pub struct Rendered {
    /// The files, in the plan's order, each with what was planned.
    pub files: Vec<(Planned, Vec<u8>)>,
    /// A blurred likeness (Thumbhash), some 25 bytes; empty where no file was made.
    pub thumbhash: Vec<u8>,
}

/// Reads a picture once and makes everything of it that one step makes. Encodes on as many threads as the process has processors.
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
    let planned: Vec<&Planned> = plan.renditions.iter().filter(|planned| step.makes(planned)).collect();
    if planned.is_empty() {
        return Ok(Rendered { files: Vec::new(), thumbhash: Vec::new() });
    }
    let (mut files, smallest) = if plan.moving {
        moving::render(bytes, facts, plan, &planned, &kept)?
    } else {
        let mut wholes = vec![Arc::new(upright(decode(bytes, facts, plan)?, facts, plan, kept.profile.is_some())?)];
        let files = encoded(&planned, &kept, |planned| shaped(&mut wholes, planned, plan.top))?;
        (files, wholes.pop())
    };
    for (planned, file) in &mut files {
        kept.put_into(file, planned)?;
    }
    let thumbhash = smallest.as_deref().map(placeholder::thumbhash).transpose()?.unwrap_or_default();
    Ok(Rendered { files, thumbhash })
}

/// Shapes one rendition after the other, and encodes each on a thread of its own while the next is shaped, where there is a second
/// processor; as many at once as there are processors, so that few pictures are held.
fn encoded(
    planned: &[&Planned],
    kept: &Kept,
    mut shaped: impl FnMut(&Planned) -> Result<Arc<DynamicImage>, PictureError>,
) -> Result<Vec<(Planned, Vec<u8>)>, PictureError> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    if processors == 1 {
        return planned
            .iter()
            .map(|p| shaped(p).and_then(|pixels| Ok(((*p).clone(), encode(&pixels, p, kept)?))))
            .collect();
    }
    std::thread::scope(|scope| {
        let (mut files, mut begun) = (Vec::new(), VecDeque::new());
        for planned in planned {
            if begun.len() == processors {
                files.extend(begun.pop_front().map(ended).transpose()?);
            }
            let pixels = shaped(planned)?;
            begun.push_back(scope.spawn(move || Ok(((*planned).clone(), encode(&pixels, planned, kept)?))));
        }
        for thread in begun {
            files.push(ended(thread)?);
        }
        Ok(files)
    })
}

type Encoded = Result<(Planned, Vec<u8>), PictureError>;

fn ended(thread: ScopedJoinHandle<'_, Encoded>) -> Encoded {
    thread.join().map_err(|_| failed("encoder", "its thread ended in a panic"))?
}

/// The decoded picture in the plan's `top` size, in sRGB, turned.
pub(crate) fn upright(decoded: Decoded, facts: &Facts, plan: &Plan, as_is: bool) -> Result<DynamicImage, PictureError> {
    let Decoded { pixels, colour } = decoded;
    let colour = if as_is { Colour::Srgb } else { colour };
    let mut light = match pixels {
        Pixels::Light(light) => colour::to_srgb(reduced(Cow::Owned(light), plan.reduced)?, &colour),
        Pixels::Ink(inks) => {
            // Four channels, none of them transparency.
            let inks = resized(&inks.into(), None, plan.reduced, false)?.into_rgba8();
            colour::inks_to_srgb(&inks, &colour)
        }
    };
    light.apply_orientation(facts.orientation);
    Ok(light)
}

/// In that size, as it is where it has it.
pub(crate) fn reduced(pixels: Cow<'_, DynamicImage>, to: Size) -> Result<DynamicImage, PictureError> {
    if (pixels.width(), pixels.height()) == (to.width, to.height) {
        Ok(pixels.into_owned())
    } else {
        resized(&pixels, None, to, true)
    }
}

/// A rendition's pixels, from the smallest whole picture that has them all. A new whole picture is kept for those that follow.
fn shaped(
    wholes: &mut Vec<Arc<DynamicImage>>,
    planned: &Planned,
    top: Size,
) -> Result<Arc<DynamicImage>, PictureError> {
    let share = |whole: &Arc<DynamicImage>| f64::from(whole.width()) / f64::from(top.width);
    let enough = |whole: &&Arc<DynamicImage>| {
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
        return Ok(Arc::clone(from));
    }
    let crop = if whole {
        None
    } else {
        // Never over the edge, by rounding.
        let (across, down) = (crop_x.1.min(width), crop_y.1.min(height));
        Some(Crop { x: (crop_x.0.min(width - across), across), y: (crop_y.0.min(height - down), down) })
    };
    let made = Arc::new(resized(from, crop, planned.size, true)?);
    if whole {
        wholes.push(Arc::clone(&made));
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
