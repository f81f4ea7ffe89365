//! Pictures of a film, by the process that decodes.

use std::path::{Path, PathBuf};
use std::time::Instant;

use frames::file::{Facts, Format, Rewritten};
use frames::{Coding, Look};
use mp4_front::ReadAt;

use super::child::{ARGUMENT, Answer, Fault, Job, MOVING};
use super::keyframes::{self, Keyframe};
use super::plan::VideoPlan;
use super::sprites::{Grid, sheet_name};
use super::{MAX_WALL_TIME, UNDECODABLE};
use crate::image::{self, Rendered, Step};
use crate::process::{Content, Made};
use crate::tools::{Ran, Tools};
use crate::{Failure, ProcessError, Refusal};

/// Who decodes, and until when: all the work on one film has one end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decoder<'a> {
    /// The binary.
    pub tools: &'a Tools,
    /// The end of [`MAX_WALL_TIME`].
    pub until: Instant,
}

impl<'a> Decoder<'a> {
    /// Whose time begins now.
    pub fn new(tools: &'a Tools) -> Self {
        Self { tools, until: Instant::now() + MAX_WALL_TIME }
    }
}

async fn ask(job: &Job, decoder: Decoder<'_>) -> Result<Answer, Failure> {
    let failed = |message: String| Failure::from(ProcessError::Tool { program: ARGUMENT, message });
    let job = serde_json::to_vec(job).map_err(|e| failed(e.to_string()))?;
    let left = decoder.until.saturating_duration_since(Instant::now());
    match decoder.tools.render(ARGUMENT, Vec::new(), job, left).await? {
        Ran::Done(answer) => match serde_json::from_slice(&answer).map_err(|e| failed(e.to_string()))? {
            Answer::Refused(Fault::Pixels(pixels)) => Err(Refusal::VideoPixels(pixels).into()),
            Answer::Refused(Fault::NoPictures) => Err(Refusal::NoPictureTrack.into()),
            Answer::Refused(Fault::Damaged(words)) => {
                tracing::debug!(%words, "a film does not decode");
                Err(UNDECODABLE.into())
            }
            Answer::Failed(message) => Err(failed(message)),
            answer => Ok(answer),
        },
        // A decoder that crashed has met a film that is at fault: tried again, it would crash again.
        Ran::Failed(_) => Err(UNDECODABLE.into()),
        Ran::TimedOut => Err(Refusal::TooSlow.into()),
    }
}

fn unexpected() -> Failure {
    ProcessError::Tool { program: ARGUMENT, message: "answered something else than it was asked".to_owned() }.into()
}

/// What a film is that is no plain MP4, by its headers, read by FFmpeg's libraries in a process of their own.
///
/// # Errors
/// [`Refusal::VideoDamaged`], [`Refusal::NoPictureTrack`], or a [`ProcessError`] where we are at fault.
pub async fn facts(source: &Path, tools: &Tools) -> Result<Facts, Failure> {
    headers(source, Decoder::new(tools)).await
}

/// The same in the time that is left.
pub(super) async fn headers(source: &Path, decoder: Decoder<'_>) -> Result<Facts, Failure> {
    match ask(&Job::Facts { source: source.into() }, decoder).await {
        Ok(Answer::Facts(facts)) => Ok(facts),
        Ok(_) => Err(unexpected()),
        Err(Failure::Refused(Refusal::VideoDamaged(_))) => {
            Err(Refusal::VideoDamaged("its headers cannot be read").into())
        }
        Err(other) => Err(other),
    }
}

/// Its tracks in a new container, and keyframes put aside.
pub(super) async fn rewrite(
    source: PathBuf,
    format: Format,
    to: PathBuf,
    keyframes: PathBuf,
    decoder: Decoder<'_>,
) -> Result<Rewritten, Failure> {
    match ask(&Job::Rewrite { source, format, to, keyframes }, decoder).await? {
        Answer::Rewritten(rewritten) => Ok(rewritten),
        _ => Err(unexpected()),
    }
}

/// The poster and the thumbnail: of the keyframe nearest to the plan's time in which there is something to be seen.
pub(super) async fn poster(
    source: &impl ReadAt,
    all: &[Keyframe],
    coding: &Coding,
    planned: &VideoPlan,
    directory: &Path,
    decoder: Decoder<'_>,
) -> Result<Rendered, Failure> {
    let mut best: Option<(Look, PathBuf)> = None;
    let mut failed = UNDECODABLE;
    for (number, candidate) in keyframes::for_poster(all, planned.poster_at_s).into_iter().enumerate() {
        let keyframe = directory.join("keyframe");
        keyframes::fetch(source, &[candidate], &keyframe).await?;
        let to = directory.join(format!("poster-{number}.bmp"));
        let job = Job::Frame { coding: coding.clone(), keyframe, size: planned.poster, to: to.clone() };
        let look = match ask(&job, decoder).await {
            Ok(Answer::Frame(look)) => look,
            Ok(_) => return Err(unexpected()),
            // Another one may be whole, where there is time.
            Err(Failure::Refused(refusal)) if refusal != Refusal::TooSlow => {
                failed = refusal;
                continue;
            }
            Err(other) => return Err(other),
        };
        if best.as_ref().is_none_or(|(before, _)| look.score() > before.score()) {
            best = Some((look, to));
        }
        if look.will_do() {
            break;
        }
    }
    let Some((_, frame)) = best else { return Err(failed.into()) };
    match image::render(&frame, &image::poster_recipe(), Step::First, directory, decoder.tools).await {
        // We made that picture: what is wrong with it is the film's fault.
        Err(Failure::Refused(Refusal::Picture(_))) => Err(UNDECODABLE.into()),
        rendered => rendered,
    }
}

/// The small pictures over the seek bar, the file that says which is when, and the picture that moves.
pub(super) async fn previews(
    source: &impl ReadAt,
    all: &[Keyframe],
    coding: &Coding,
    (planned, duration_s): (&VideoPlan, f64),
    directory: &Path,
    decoder: Decoder<'_>,
) -> Result<Vec<Made>, Failure> {
    let keyframes = directory.join("keyframes");
    let list = keyframes::fetch(source, &keyframes::for_previews(all, duration_s), &keyframes).await?;
    let moving = planned.moving;
    let job = Job::Previews { coding: coding.clone(), keyframes, list, moving, directory: directory.into() };
    let Answer::Previews(previews) = ask(&job, decoder).await? else { return Err(unexpected()) };
    let grid = Grid::of(coding.shown);
    tokio::fs::write(directory.join(CUES), grid.cues(&previews.times, duration_s)).await?;
    let mut made = vec![file(directory, "sprites", CUES, "text/vtt", grid.tile).await?];
    for (number, size) in previews.sheets.into_iter().enumerate() {
        let name = sheet_name(number);
        made.push(file(directory, name.trim_end_matches(".webp"), &name, "image/webp", size).await?);
    }
    if previews.moves {
        made.push(file(directory, "preview", MOVING, "image/webp", moving).await?);
    }
    Ok(made)
}

const CUES: &str = "sprites.vtt";

/// A file that was made, by its name.
async fn file(
    directory: &Path,
    name: &str,
    file_name: &str,
    content_type: &str,
    size: image::Size,
) -> Result<Made, Failure> {
    let path = directory.join(file_name);
    let bytes = tokio::fs::metadata(&path).await?.len();
    let content = Content { path, content_type: content_type.to_owned(), bytes };
    Ok(Made { name: name.to_owned(), file_name: file_name.to_owned(), size, content })
}
