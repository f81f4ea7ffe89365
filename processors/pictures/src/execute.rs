use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, mpsc};
use std::thread::ScopedJoinHandle;

use fast_image_resize::{ResizeOptions, Resizer};
use image::DynamicImage;

use crate::colour::{self, Colour};
use crate::decode::{Decoded, Pixels, decode};
use crate::encode::{encode, failed};
use crate::facts::Facts;
use crate::geometry::{Crop, Size};
use crate::metadata::Kept;
use crate::plan::{Plan, Planned, renditions, top};
use crate::recipe::{Format, Keep, Recipe};
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
    /// A blurred likeness (Thumbhash), some 25 bytes; empty where nothing was decoded.
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
    let (mut files, thumbhash) = if plan.moving {
        let (files, first) = moving::render(bytes, facts, plan, &planned, &kept)?;
        (files, placeholder::thumbhash(&first)?)
    } else {
        encoded(upright(decode(bytes, facts, plan)?, facts, plan, kept.profile.is_some())?, &planned, &kept)?
    };
    for (planned, file) in &mut files {
        kept.put_into(file, planned)?;
    }
    Ok(Rendered { files, thumbhash })
}

/// Makes of pixels what a recipe's first step makes of a file, as far as it has one of these formats. They are upright, in sRGB, RGB or RGBA
/// with 8 bits a channel.
///
/// # Errors
/// [`PictureError::Encoding`].
pub fn execute_pixels(pixels: DynamicImage, recipe: &Recipe, formats: &[Format]) -> Result<Rendered, PictureError> {
    let upright = Size { width: pixels.width(), height: pixels.height() };
    let top = top(upright, recipe);
    let all = renditions(upright, top, recipe);
    let wanted = |planned: &&Planned| Step::First.makes(planned) && formats.contains(&planned.format);
    let planned: Vec<&Planned> = all.iter().filter(wanted).collect();
    let (files, thumbhash) = encoded(reduced(Cow::Owned(pixels), top)?, &planned, &Kept::NOTHING)?;
    Ok(Rendered { files, thumbhash })
}

/// Files, and a likeness of the smallest whole picture that was shaped for them.
type Encoded = (Vec<(Planned, Vec<u8>)>, Vec<u8>);

/// Shapes one rendition after the other, and encodes each on a thread of its own while the next is shaped, where there is a second
/// processor; as many at once as there are processors, so that few pictures are held.
fn encoded(top: DynamicImage, planned: &[&Planned], kept: &Kept) -> Result<Encoded, PictureError> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let width = top.width();
    let mut wholes = vec![Arc::new(top)];
    std::thread::scope(|scope| {
        let (mut files, mut running) = (BTreeMap::new(), BTreeMap::new());
        let (ending, ended) = mpsc::channel();
        for (number, planned) in planned.iter().copied().enumerate() {
            if running.len() == processors
                && let Some((number, thread)) = ended.recv().ok().and_then(|number| running.remove_entry(&number))
            {
                files.insert(number, joined(thread)?);
            }
            let pixels = shaped(&mut wholes, planned, width)?;
            if processors == 1 {
                // What a thread has allocated is not used again by the next one.
                files.insert(number, (planned.clone(), encode(&pixels, planned, kept)?));
                continue;
            }
            let ending = Ending { number, to: ending.clone() };
            let encoding = move || {
                let _ending = ending;
                Ok((planned.clone(), encode(&pixels, planned, kept)?))
            };
            running.insert(number, scope.spawn(encoding));
        }
        let thumbhash = wholes.last().map(|smallest| placeholder::thumbhash(smallest)).transpose()?;
        for (number, thread) in running {
            files.insert(number, joined(thread)?);
        }
        Ok((files.into_values().collect(), thumbhash.unwrap_or_default()))
    })
}

/// Tells the number of an encoder whose thread ends, by a panic or not.
struct Ending {
    number: usize,
    to: mpsc::Sender<usize>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        // Nobody hears it where another rendition has failed.
        let _ = self.to.send(self.number);
    }
}

type File = Result<(Planned, Vec<u8>), PictureError>;

fn joined(thread: ScopedJoinHandle<'_, File>) -> File {
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
    top_width: u32,
) -> Result<Arc<DynamicImage>, PictureError> {
    let share = |whole: &Arc<DynamicImage>| f64::from(whole.width()) / f64::from(top_width);
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
