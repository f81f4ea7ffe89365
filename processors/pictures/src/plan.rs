use crate::facts::{Facts, Reading};
use crate::geometry::{Crop, Size, fitted};
use crate::recipe::{Fit, Format, Recipe, Rung};
use crate::refusal::Refusal;
use crate::{MAX_BYTES, MAX_DECODED_BYTES, MAX_PIXELS};

/// All pixels of all the pictures of something that moves, once decoded.
const MAX_MOVING_PIXELS: u64 = 400_000_000;

/// All pixels of all the moving renditions, once encoded: some seconds' work. Sizes beyond it are left out, the smallest excepted.
const MAX_MOVING_OUTPUT: u64 = 24_000_000;

/// What is to be made of a picture, and what that takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How it is read.
    pub scale: Scale,
    /// The pixels that the decoder gives, not turned yet.
    pub read: Size,
    /// The size to which those are reduced at once, before colours are converted and the picture is turned; turned, it is [`Plan::top`].
    pub reduced: Size,
    /// The upright picture that everything is made from.
    pub top: Size,
    /// Whether the renditions move.
    pub moving: bool,
    /// The renditions, largest first.
    pub renditions: Vec<Planned>,
    /// What the decoder will hold, in bytes.
    pub decoded_bytes: u64,
}

/// How a picture is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// As so many eighths of its size, by the decoder itself.
    Eighths(u32),
    /// Row after row, each square of so many pixels averaged to one.
    Squares(u32),
    /// As it is.
    Whole,
}

/// A rendition.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The rung's name; a format that is not its first is added: `w640-jpeg`.
    pub name: String,
    /// The file's name, such as `w640.jpg`.
    pub file_name: String,
    /// How it is encoded.
    pub format: Format,
    /// 1 to 100.
    pub quality: u8,
    /// The part of [`Plan::top`] that it shows.
    pub crop: Crop,
    /// Its pixels.
    pub size: Size,
    /// It is made in the later step.
    pub later: bool,
}

/// Decides what is made of a picture, from its header alone; `bytes` is the file's length.
///
/// # Errors
/// [`Refusal::Bytes`], [`Refusal::Pixels`], [`Refusal::Memory`], or [`Refusal::Damaged`] where it has no pixels.
pub fn plan(facts: &Facts, bytes: u64, recipe: &Recipe) -> Result<Plan, Refusal> {
    if bytes > MAX_BYTES {
        return Err(Refusal::Bytes(bytes));
    }
    let area = facts.stored.area();
    if area == 0 {
        return Err(Refusal::Damaged("it has no pixels"));
    }
    if area > MAX_PIXELS {
        return Err(Refusal::Pixels(area));
    }
    let upright = facts.upright();
    let moving = facts.frames > 1 && area.saturating_mul(u64::from(facts.frames)) <= MAX_MOVING_PIXELS;
    let top = top(upright, recipe);
    let reduced = top.turned(facts.orientation);
    let (scale, read) = scale(facts, reduced);
    let decoded_bytes = decoded_bytes(facts, read);
    if decoded_bytes > MAX_DECODED_BYTES {
        return Err(Refusal::Memory);
    }
    let mut renditions = renditions(upright, top, recipe);
    if moving {
        keep_what_moves(&mut renditions, facts.frames);
    }
    Ok(Plan { scale, read, reduced, top, moving, renditions, decoded_bytes })
}

/// The smallest whole picture that has the pixels of every rendition.
pub(crate) fn top(upright: Size, recipe: &Recipe) -> Size {
    let mut widest = 1.0_f64 / f64::from(upright.width.max(upright.height));
    let mut exact = None;
    for rung in &recipe.renditions {
        let (crop, size) = fitted(upright, (rung.width, rung.height), rung.fit);
        // By the longer side: the shorter one may be a single pixel, which is not made smaller.
        let share =
            if crop.x.1 >= crop.y.1 { f64::from(size.width) / crop.x.1 } else { f64::from(size.height) / crop.y.1 };
        if share > widest {
            widest = share;
            exact = (rung.fit == Fit::Contain).then_some(size);
        }
    }
    // A whole picture's own rounding is kept, so that it is not reduced a second time by a fraction of a pixel.
    exact.unwrap_or_else(|| Size { width: share_of(upright.width, widest), height: share_of(upright.height, widest) })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of at most 1 of a side")]
fn share_of(side: u32, share: f64) -> u32 {
    ((f64::from(side) * share).round() as u32).clamp(1, side.max(1))
}

fn scale(facts: &Facts, reduced: Size) -> (Scale, Size) {
    let enough = |size: Size| size.width >= reduced.width && size.height >= reduced.height;
    match facts.reading {
        // What decoders are quick at; between those the next one up is as quick as the exact one.
        Reading::Eighths { quick, .. } => {
            let few: &[u32] = if quick { &[1, 2, 3, 4] } else { &[1, 2, 4] };
            let eighths = few.iter().copied().find(|n| enough(facts.stored.eighths(*n))).unwrap_or(8);
            (Scale::Eighths(eighths), facts.stored.eighths(eighths))
        }
        // At least twice the pixels remain for the better filter.
        Reading::Rows { .. } => {
            let side =
                (facts.stored.width / (2 * reduced.width)).min(facts.stored.height / (2 * reduced.height)).max(1);
            let read = Size { width: facts.stored.width.div_ceil(side), height: facts.stored.height.div_ceil(side) };
            (Scale::Squares(side), read)
        }
        Reading::Whole { .. } => (Scale::Whole, facts.stored),
    }
}

fn decoded_bytes(facts: &Facts, read: Size) -> u64 {
    match facts.reading {
        Reading::Eighths { held, .. } => facts.stored.area() * u64::from(held) / 2 + read.area() * 4,
        // Samples of two bytes, three or four a pixel, and a row of sums.
        Reading::Rows { pixel, rows } => {
            read.area() * u64::from(pixel) + u64::from(facts.stored.width) * (u64::from(rows) * 8 + 32)
        }
        Reading::Whole { pixel } => facts.stored.area() * u64::from(pixel),
    }
}

/// The renditions that are made of the whole picture `top`, largest first.
pub(crate) fn renditions(upright: Size, top: Size, recipe: &Recipe) -> Vec<Planned> {
    let mut rungs: Vec<_> =
        recipe.renditions.iter().map(|rung| (rung, fitted(upright, (rung.width, rung.height), rung.fit).1)).collect();
    // Of the steps of a ladder (a width and no height) that a small picture fills alike, the smallest stands for all.
    let step = |rung: &Rung| rung.fit == Fit::Contain && rung.height.is_none();
    rungs.sort_by_key(|(rung, _)| rung.width);
    let mut made: Vec<Size> = Vec::new();
    rungs.retain(|(rung, size)| {
        let again = step(rung) && made.contains(size);
        if step(rung) {
            made.push(*size);
        }
        !again
    });
    rungs.sort_by_key(|(_, size)| std::cmp::Reverse(size.area()));
    let each = rungs.into_iter().flat_map(|(rung, size)| {
        let crop = fitted(top, (rung.width, rung.height), rung.fit).0;
        let steps = rung.formats.iter().map(|f| (*f, false)).chain(rung.later.iter().map(|f| (*f, true)));
        steps.enumerate().map(move |(index, (format, later))| {
            let ending = format.names().0;
            let word = if format == Format::Jpeg { "jpeg" } else { ending };
            let name = if index == 0 { rung.name.clone() } else { format!("{}-{word}", rung.name) };
            let quality = match format {
                Format::Webp => recipe.quality.webp,
                Format::Jpeg => recipe.quality.jpeg,
                Format::Avif => recipe.quality.avif,
            };
            Planned { name, file_name: format!("{}.{ending}", rung.name), format, quality, crop, size, later }
        })
    });
    each.collect()
}

/// Only WebP moves; beside it the JPEG of the first picture stays. Large sizes go, until the rest is work for some seconds.
fn keep_what_moves(renditions: &mut Vec<Planned>, frames: u32) {
    renditions.retain(|planned| planned.format != Format::Avif);
    let work = |all: &[Planned]| -> u64 {
        all.iter().filter(|p| p.format == Format::Webp).map(|p| p.size.area() * u64::from(frames)).sum()
    };
    while work(renditions) > MAX_MOVING_OUTPUT {
        let Some(largest) = renditions.first().map(|p| p.size) else { return };
        if renditions.iter().all(|p| p.size == largest) {
            return;
        }
        renditions.retain(|p| p.size != largest);
    }
}
