//! Pictures of a film, by the process that decodes.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use catalog::ThumbHash;
use frames::file::{Facts, Format, Rewritten};
use frames::{Coding, Look};
use mp4_front::ReadAt;
use tokio::task::JoinHandle;

use super::child::{ARGUMENT, Answer, Fault, Job, MOVING};
use super::keyframes::{self, Keyframe};
use super::plan::VideoPlan;
use super::sprites::{Grid, sheet_name};
use super::{MAX_WALL_TIME, UNDECODABLE};
use crate::image::{self, Written};
use crate::process::{Content, Made};
use crate::tools::{Ran, Started, Tools};
use crate::{Failure, ProcessError, Refusal};

/// Who decodes, and until when: all the work on one film has one end.
#[derive(Debug)]
pub(super) struct Decoder<'a> {
    tools: &'a Tools,
    /// The end of [`MAX_WALL_TIME`].
    until: Instant,
    /// It comes up while the film's index is read.
    first: Mutex<Option<JoinHandle<Result<Started, ProcessError>>>>,
}

impl<'a> Decoder<'a> {
    /// Whose time begins now.
    pub fn new(tools: &'a Tools) -> Self {
        let theirs = tools.clone();
        let first = tokio::task::spawn_blocking(move || theirs.start(ARGUMENT, Vec::new()));
        Self { tools, until: Instant::now() + MAX_WALL_TIME, first: Mutex::new(Some(first)) }
    }

    /// A process for one job.
    async fn process(&self) -> Result<Started, ProcessError> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        match first {
            Some(first) => first.await.map_err(std::io::Error::from)?,
            None => self.tools.start(ARGUMENT, Vec::new()),
        }
    }

    /// Has a process do a job.
    async fn ask(&self, job: &Job) -> Result<Answer, Failure> {
        let failed = |message: String| Failure::from(ProcessError::Tool { program: ARGUMENT, message });
        let job = serde_json::to_vec(job).map_err(|e| failed(e.to_string()))?;
        let left = self.until.saturating_duration_since(Instant::now());
        match self.process().await?.end(job, left).await? {
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
}

fn unexpected() -> Failure {
    ProcessError::Tool { program: ARGUMENT, message: "answered something else than it was asked".to_owned() }.into()
}

/// What a film is that is no plain MP4, by its headers, read by FFmpeg's libraries in a process of their own.
///
/// # Errors
/// [`Refusal::VideoDamaged`], [`Refusal::NoPictureTrack`], or a [`ProcessError`] where we are at fault.
pub async fn facts(source: &Path, tools: &Tools) -> Result<Facts, Failure> {
    headers(source, &Decoder::new(tools)).await
}

/// The same in the time that is left.
pub(super) async fn headers(source: &Path, decoder: &Decoder<'_>) -> Result<Facts, Failure> {
    match decoder.ask(&Job::Facts { source: source.into() }).await {
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
    decoder: &Decoder<'_>,
) -> Result<Rewritten, Failure> {
    match decoder.ask(&Job::Rewrite { source, format, to, keyframes }).await? {
        Answer::Rewritten(rewritten) => Ok(rewritten),
        _ => Err(unexpected()),
    }
}

/// A film's poster and thumbnail.
#[derive(Debug)]
pub struct Poster {
    /// The files.
    pub files: Vec<Made>,
    /// A blurred likeness.
    pub thumbhash: Option<ThumbHash>,
}

/// The poster and the thumbnail: of the keyframe nearest to the plan's time in which there is something to be seen.
pub(super) async fn poster(
    source: &impl ReadAt,
    all: &[Keyframe],
    coding: &Coding,
    (planned, formats): (&VideoPlan, &[image::Format]),
    directory: &Path,
    decoder: &Decoder<'_>,
) -> Result<Poster, Failure> {
    let of = async |candidate: &Keyframe, anyway: bool| {
        let keyframe = directory.join("keyframe");
        keyframes::fetch(source, &[candidate], &keyframe).await?;
        let (coding, size, directory) = (coding.clone(), planned.poster, directory.into());
        let formats = formats.to_vec();
        let job = Job::Poster { coding, keyframe, size, anyway, formats, directory };
        match decoder.ask(&job).await? {
            Answer::Poster(look, written) => Ok((look, written)),
            _ => Err(unexpected()),
        }
    };
    let mut best: Option<(Look, &Keyframe)> = None;
    let mut failed = UNDECODABLE;
    for candidate in keyframes::for_poster(all, planned.poster_at_s) {
        match of(candidate, false).await {
            Ok((_, Some(written))) => return Ok(Poster::found(written, directory)),
            Ok((look, None)) => {
                if best.as_ref().is_none_or(|(before, _)| look.score() > before.score()) {
                    best = Some((look, candidate));
                }
            }
            // Another one may be whole, where there is time.
            Err(Failure::Refused(refusal)) if refusal != Refusal::TooSlow => failed = refusal,
            Err(other) => return Err(other),
        }
    }
    let Some((_, best)) = best else { return Err(failed.into()) };
    let written = of(best, true).await?.1.ok_or_else(unexpected)?;
    Ok(Poster::found(written, directory))
}

impl Poster {
    fn found(written: Written, directory: &Path) -> Self {
        let (files, thumbhash) = written.found(directory);
        Self { files, thumbhash }
    }
}

/// The small pictures over the seek bar, the file that says which is when, and the picture that moves.
pub(super) async fn previews(
    source: &impl ReadAt,
    all: &[Keyframe],
    coding: &Coding,
    (planned, duration_s): (&VideoPlan, f64),
    directory: &Path,
    decoder: &Decoder<'_>,
) -> Result<Vec<Made>, Failure> {
    let keyframes = directory.join("keyframes");
    let list = keyframes::fetch(source, &keyframes::for_previews(all, duration_s), &keyframes).await?;
    let moving = planned.moving;
    let job = Job::Previews { coding: coding.clone(), keyframes, list, moving, directory: directory.into() };
    let Answer::Previews(previews) = decoder.ask(&job).await? else { return Err(unexpected()) };
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
