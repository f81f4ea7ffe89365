//! The process that decodes.

mod poster;
mod previews;

use std::io::Read as _;
use std::path::PathBuf;

use frames::file::{Facts, Format, Keyframe, Rewritten, facts, rewrite};
use frames::{Coding, FrameError, Look, decode};
use serde::{Deserialize, Serialize};

use super::{MAX_WALL_TIME, sprites};
use crate::child::limited;
use crate::image::{self, Size, Written};

pub use poster::FORMATS as POSTER_FORMATS;
pub(super) use previews::MOVING;
pub(crate) use previews::Previews;

/// The argument that has any of our binaries work on one film instead of what it is for.
pub(crate) const ARGUMENT: &str = "render-film";

/// What the process may have of addresses, in bytes: two frames of 8K at once, and what the decoder keeps of them.
const MOST_MEMORY: u64 = 2 << 30;

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
    /// One keyframe as the film's poster.
    Poster {
        /// How it is compressed.
        coding: Coding,
        /// Its bytes.
        keyframe: PathBuf,
        /// The picture's size, upright.
        size: Size,
        /// It becomes the poster although it will not do.
        anyway: bool,
        /// Only these formats.
        formats: Vec<image::Format>,
        /// Where the files go.
        directory: PathBuf,
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
    /// To [`Job::Poster`]; without files where it will not do.
    Poster(Look, Option<Written>),
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
        Job::Poster { coding, keyframe, size, anyway, formats, directory } => {
            let picture = decode(&coding, &std::fs::read(keyframe).map_err(ours)?, size)?;
            let look = Look::of(&picture);
            let written =
                (anyway || look.will_do()).then(|| poster::written(picture, &formats, &directory)).transpose()?;
            Ok(Answer::Poster(look, written))
        }
        Job::Previews { coding, keyframes, list, moving, directory } => {
            let bytes = std::fs::read(keyframes).map_err(ours)?;
            previews::written(&coding, &bytes, &list, moving, &directory).map(Answer::Previews)
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn ours(error: std::io::Error) -> FrameError {
    FrameError::Ours(error.to_string())
}
