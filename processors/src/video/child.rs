use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::thread;

use ::image::{DynamicImage, RgbImage, imageops};
use frames::file::{Facts, Format, Keyframe, Rewritten, facts, rewrite};
use frames::{Coding, FrameError, Look, decode};
use serde::{Deserialize, Serialize};

use super::sprites::{Grid, sheet_name};
use super::{MAX_WALL_TIME, sprites};
use crate::child::limited;
use crate::image::Size;

/// The argument that has any of our binaries work on one film instead of what it is for.
pub(crate) const ARGUMENT: &str = "render-film";

/// What the process may have of addresses, in bytes: two frames of 8K at once, and what the decoder keeps of them.
const MOST_MEMORY: u64 = 2 << 30;

/// What of that the threads that decode may have together; what a decoder takes for each pixel of a frame, its neighbours and its RGB
/// among them; and what else a thread takes, its stack among that.
const DECODING_MEMORY: u64 = 1 << 30;
const FRAME_BYTES: u64 = 16;
const THREAD_BYTES: u64 = 16 << 20;

/// WebP's quality of small pictures and of those that move.
const QUALITY: u8 = 60;

/// So many pictures move, each for so long.
const MOMENTS: usize = 12;
const MOMENT_MS: i32 = 500;

/// The most of a job that is read.
const MOST_JOB: u64 = 16 << 20;

/// What is to be done, as JSON on the process's standard input.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Job {
    /// Say what a film is that is no plain MP4.
    Facts {
        /// The film.
        source: PathBuf,
    },
    /// Move its tracks into a new container.
    Rewrite {
        /// The film.
        source: PathBuf,
        /// Which container.
        format: Format,
        /// The new film.
        to: PathBuf,
        /// Where keyframes are put aside.
        keyframes: PathBuf,
    },
    /// One keyframe as a picture.
    Frame {
        /// How it is compressed.
        coding: Coding,
        /// Its bytes.
        keyframe: PathBuf,
        /// The picture's size, upright.
        size: Size,
        /// A BMP.
        to: PathBuf,
    },
    /// Many keyframes as small pictures.
    Previews {
        /// How they are compressed.
        coding: Coding,
        /// Their bytes, one behind the other.
        keyframes: PathBuf,
        /// Which bytes is which.
        list: Vec<Keyframe>,
        /// The size of those that move.
        moving: Size,
        /// Where the files go.
        directory: PathBuf,
    },
}

/// What the process says on its standard output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// To [`Job::Facts`].
    Facts(Facts),
    /// To [`Job::Rewrite`].
    Rewritten(Rewritten),
    /// To [`Job::Frame`].
    Frame(Look),
    /// To [`Job::Previews`].
    Previews(Previews),
    /// The film is at fault.
    Refused(Fault),
    /// We are.
    Failed(String),
}

/// What is wrong with a film.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// Its bytes; the decoder's words are for a log.
    Damaged(String),
    /// So many pixels.
    Pixels(u64),
    /// No pictures.
    NoPictures,
}

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
pub(super) const MOVING: &str = "preview.webp";

/// Does one job.
pub(crate) fn answer() -> Answer {
    let job = match serde_json::from_reader(std::io::stdin().lock().take(MOST_JOB)) {
        Ok(job) => job,
        Err(message) => return Answer::Failed(format!("standard input: expected a job as JSON: {message}")),
    };
    if let Err(error) = limited(MOST_MEMORY, MAX_WALL_TIME.as_secs()) {
        return Answer::Failed(error.to_string());
    }
    match done(job) {
        Ok(answer) => answer,
        Err(FrameError::Damaged(words)) => Answer::Refused(Fault::Damaged(words)),
        Err(FrameError::TooManyPixels(pixels)) => Answer::Refused(Fault::Pixels(pixels)),
        Err(FrameError::NoPictures) => Answer::Refused(Fault::NoPictures),
        Err(FrameError::Ours(message)) => Answer::Failed(message),
    }
}

fn done(job: Job) -> Result<Answer, FrameError> {
    match job {
        Job::Facts { source } => facts(&source).map(Answer::Facts),
        Job::Rewrite { source, format, to, keyframes } => {
            rewrite(&source, format, &to, &keyframes, sprites::CLOSEST_S).map(Answer::Rewritten)
        }
        Job::Frame { coding, keyframe, size, to } => {
            let picture = decode(&coding, &std::fs::read(keyframe).map_err(ours)?, size)?;
            // Nothing is gained by compressing what is read in a moment.
            picture.save_with_format(to, ::image::ImageFormat::Bmp).map_err(|e| FrameError::Ours(e.to_string()))?;
            Ok(Answer::Frame(Look::of(&picture)))
        }
        Job::Previews { coding, keyframes, list, moving, directory } => {
            let bytes = std::fs::read(keyframes).map_err(ours)?;
            previews(&coding, &bytes, &list, moving, &directory).map(Answer::Previews)
        }
    }
}

fn previews(
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

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn ours(error: std::io::Error) -> FrameError {
    FrameError::Ours(error.to_string())
}
