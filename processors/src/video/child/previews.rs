use std::path::Path;
use std::thread;

use ::image::{DynamicImage, RgbImage, imageops};
use frames::file::Keyframe;
use frames::{Coding, FrameError, decode};
use serde::{Deserialize, Serialize};

use super::ours;
use crate::image::Size;
use crate::video::sprites::{Grid, sheet_name};

/// What of the process's memory the threads that decode may have together; what a decoder takes for each pixel of a frame, its
/// neighbours and its RGB among them; and what else a thread takes, its stack among that.
const DECODING_MEMORY: u64 = 1 << 30;
const FRAME_BYTES: u64 = 16;
const THREAD_BYTES: u64 = 16 << 20;

/// WebP's quality of small pictures and of those that move.
const QUALITY: u8 = 60;

/// So many pictures move, each for so long.
const MOMENTS: usize = 12;
const MOMENT_MS: i32 = 500;

/// What was made of keyframes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Previews {
    /// When the small pictures are shown that could be made, in seconds.
    pub times: Vec<f64>,
    /// Their files' sizes, in order; the names are [`sheet_name`]'s.
    pub sheets: Vec<Size>,
    /// Whether there is a picture that moves: of a film of one keyframe there is none.
    pub moves: bool,
}

/// The name of the picture that moves.
pub(in crate::video) const MOVING: &str = "preview.webp";

/// Makes the small pictures and the one that moves.
pub(super) fn written(
    coding: &Coding,
    bytes: &[u8],
    list: &[Keyframe],
    moving: Size,
    directory: &Path,
) -> Result<Previews, FrameError> {
    let grid = Grid::of(coding.shown);
    let (mut times, mut sheets, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = list.iter();
    loop {
        // One that does not decode leaves no gap: the next takes its place.
        let mut sheet = Vec::new();
        while sheet.len() < Grid::per_sheet() {
            let next: Vec<&Keyframe> = rest.by_ref().take(Grid::per_sheet() - sheet.len()).collect();
            if next.is_empty() {
                break;
            }
            sheet.extend(pictures(coding, bytes, &next, grid.tile)?);
        }
        if sheet.is_empty() {
            break;
        }
        let Size { width, height } = grid.sheet(sheet.len());
        let mut whole = RgbImage::new(width, height);
        for (number, (keyframe, picture)) in sheet.iter().enumerate() {
            let spot = grid.spot(number);
            imageops::replace(&mut whole, &picture.to_rgb8(), spot.x.into(), spot.y.into());
            times.push(keyframe.time_s);
            shown.push(**keyframe);
        }
        let file = pictures::webp(&whole.into(), QUALITY).map_err(|e| FrameError::Ours(e.to_string()))?;
        std::fs::write(directory.join(sheet_name(sheets.len())), file).map_err(ours)?;
        sheets.push(Size { width, height });
    }
    if times.is_empty() {
        return Err(FrameError::Damaged("no keyframe decodes".to_owned()));
    }
    let step = shown.len().div_ceil(MOMENTS).max(1);
    let moments: Vec<&Keyframe> = shown.iter().step_by(step).collect();
    let moments = pictures(coding, bytes, &moments, moving)?;
    let moves = moments.len() > 1;
    if moves {
        let times = (0..).map(|number| number * MOMENT_MS);
        let moments: Vec<_> = moments.into_iter().map(|(_, picture)| picture).zip(times).collect();
        let file = pictures::moving_webp(&moments, QUALITY).map_err(|e| FrameError::Ours(e.to_string()))?;
        std::fs::write(directory.join(MOVING), file).map_err(ours)?;
    }
    Ok(Previews { times, sheets, moves })
}

/// A picture, and of which keyframe it is.
type Shown<'k> = (&'k Keyframe, DynamicImage);

/// Those that decode, on several threads.
fn pictures<'k>(
    coding: &Coding,
    bytes: &[u8],
    list: &[&'k Keyframe],
    size: Size,
) -> Result<Vec<Shown<'k>>, FrameError> {
    let part = list.len().div_ceil(threads(coding.stored)).max(1);
    let some = |chunk: &[&'k Keyframe]| -> Result<Vec<Option<Shown<'k>>>, FrameError> {
        chunk.iter().map(|keyframe| picture(coding, bytes, keyframe, size)).collect()
    };
    let parts = thread::scope(|scope| {
        let start = |chunk| thread::Builder::new().spawn_scoped(scope, move || some(chunk));
        let threads = list.chunks(part).map(start).collect::<Result<Vec<_>, _>>().map_err(ours)?;
        let crashed = |_| FrameError::Damaged("the decoder panicked".to_owned());
        threads.into_iter().map(|thread| thread.join().map_err(crashed)).collect::<Result<Vec<_>, _>>()
    })?;
    let all = parts.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(all.into_iter().flatten().flatten().collect())
}

/// `None` where it does not decode.
fn picture<'k>(
    coding: &Coding,
    bytes: &[u8],
    keyframe: &'k Keyframe,
    size: Size,
) -> Result<Option<Shown<'k>>, FrameError> {
    let place = usize::try_from(keyframe.offset).ok().zip(usize::try_from(keyframe.length).ok());
    let sample = place.and_then(|(from, length)| bytes.get(from..from.checked_add(length)?));
    match sample.map(|sample| decode(coding, sample, size)) {
        Some(Ok(picture)) => Ok(Some((keyframe, picture))),
        // Ours is want of memory: a film without it would have other pictures at each try.
        Some(Err(FrameError::Ours(message))) => Err(FrameError::Ours(message)),
        Some(Err(_)) | None => Ok(None),
    }
}

/// As many as there are processors, and as their frames have room.
fn threads(stored: Size) -> usize {
    let each = stored.area().saturating_mul(FRAME_BYTES).saturating_add(THREAD_BYTES);
    let room = usize::try_from(DECODING_MEMORY / each).unwrap_or(usize::MAX).max(1);
    thread::available_parallelism().map_or(1, usize::from).min(room)
}
