//! Pictures that move: GIF and WebP in, WebP out.

use std::borrow::Cow;
use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, DynamicImage, Frames, RgbaImage};
use sniff::Picture;
use webp::{AnimEncoder, AnimFrame};

use crate::colour::{self, Colour};
use crate::encode::{encode, failed, webp_config};
use crate::execute::{reduced, resized};
use crate::facts::{self, Facts};
use crate::geometry::Size;
use crate::metadata::Kept;
use crate::plan::{Plan, Planned};
use crate::recipe::Format;
use crate::refusal::{PictureError, Refusal};

/// One picture of them, in the largest size that is made.
struct Moment {
    pixels: DynamicImage,
    /// When it appears, in milliseconds from the first.
    at: i32,
}

/// What browsers do with times that no screen can show: a tenth of a second.
const SHORTEST_MS: u32 = 20;
const INSTEAD_MS: u32 = 100;

type Files = Vec<(Planned, Vec<u8>)>;

/// The moving renditions, still ones of the first picture, and that picture in its smallest size.
pub(crate) fn render(
    bytes: &[u8],
    facts: &Facts,
    plan: &Plan,
    planned: &[&Planned],
    kept: &Kept,
) -> Result<(Files, DynamicImage), PictureError> {
    // What moves is reduced to the largest size that is left of the plan as it is read.
    let whole = |p: &Planned| p.crop.x.1 >= f64::from(plan.top.width) && p.crop.y.1 >= f64::from(plan.top.height);
    let largest =
        planned.iter().filter(|p| whole(p)).map(|p| p.size).max_by_key(|size| size.area()).unwrap_or(plan.top);
    let moments = moments(bytes, facts, largest, kept)?;
    let Some(first) = moments.first() else { return Err(Refusal::CUT_OFF.into()) };
    let mut files = Vec::new();
    let mut smallest = first.pixels.clone();
    for planned in planned {
        let is_whole = whole(planned);
        let file = if is_whole && planned.format == Format::Webp && moments.len() > 1 {
            animated(&moments, planned)?
        } else {
            let share = f64::from(largest.width) / f64::from(plan.top.width);
            let mut crop = planned.crop;
            for (start, length, side) in
                [(&mut crop.x.0, &mut crop.x.1, largest.width), (&mut crop.y.0, &mut crop.y.1, largest.height)]
            {
                *start *= share;
                *length = (*length * share).min(f64::from(side) - *start);
            }
            let still = resized(&first.pixels, (!is_whole).then_some(crop), planned.size, true)?;
            let file = encode(&still, planned, kept)?;
            if is_whole {
                smallest = still;
            }
            file
        };
        files.push(((*planned).clone(), file));
    }
    Ok((files, smallest))
}

fn moments(bytes: &[u8], facts: &Facts, to: Size, kept: &Kept) -> Result<Vec<Moment>, PictureError> {
    let frames: Frames<'_> = match facts.format {
        Picture::Gif => GifDecoder::new(Cursor::new(bytes)).map_err(|e| facts::refusal(&e))?.into_frames(),
        _ => WebPDecoder::new(Cursor::new(bytes)).map_err(|e| facts::refusal(&e))?.into_frames(),
    };
    let colour = Colour::of(facts);
    let (mut moments, mut at) = (Vec::new(), 0_u32);
    for frame in frames {
        let frame = match frame {
            Ok(frame) => frame,
            // What there is moves; a file without a first picture is refused.
            Err(error) if moments.is_empty() => return Err(facts::refusal(&error).into()),
            Err(_) => break,
        };
        let (numerator, denominator) = frame.delay().numer_denom_ms();
        let lasts = numerator / denominator.max(1);
        let mut pixels = reduced(Cow::Owned(frame.into_buffer().into()), to.turned(facts.orientation))?;
        if kept.profile.is_none() {
            pixels = colour::to_srgb(pixels, &colour);
        }
        pixels.apply_orientation(facts.orientation);
        moments.push(Moment { pixels, at: i32::try_from(at).unwrap_or(i32::MAX) });
        at = at.saturating_add(if lasts < SHORTEST_MS { INSTEAD_MS } else { lasts });
    }
    Ok(moments)
}

fn animated(moments: &[Moment], planned: &Planned) -> Result<Vec<u8>, PictureError> {
    let mut pictures = Vec::new();
    for moment in moments {
        let pixels = reduced(Cow::Borrowed(&moment.pixels), planned.size)?;
        pictures.push((pixels.into_rgba8(), moment.at));
    }
    joined(&pictures, planned.quality).map_err(|message| failed(&planned.name, message))
}

/// Pictures of one size, each with its time in milliseconds from the first.
pub(crate) fn joined(pictures: &[(RgbaImage, i32)], quality: u8) -> Result<Vec<u8>, String> {
    let config = webp_config(quality)?;
    let (width, height) = pictures.first().map_or((0, 0), |(first, _)| first.dimensions());
    let mut encoder = AnimEncoder::new(width, height, &config);
    // For ever.
    encoder.set_loop_count(0);
    // The last one lasts as long as they do on the average: libwebp is not told.
    for (pixels, at) in pictures {
        encoder.add_frame(AnimFrame::from_rgba(pixels.as_raw(), pixels.width(), pixels.height(), *at));
    }
    encoder.try_encode().map(|file| file.to_vec()).map_err(|_| "the pictures cannot be joined".to_owned())
}
