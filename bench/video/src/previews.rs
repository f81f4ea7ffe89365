//! Small pictures of a film of an hour.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Result, ensure};
use serde::Serialize;
use serde_json::Value;

use crate::LONG;
use crate::link::{Link, Passed};
use crate::poster::our_command;

/// What they took.
#[derive(Debug, Serialize)]
pub struct Previews {
    pub seconds: f64,
    pub passed: Passed,
    /// The bytes of all keyframes of the film.
    pub keyframe_bytes: u64,
    /// How many small pictures there are.
    pub pictures: usize,
    /// What the program says of itself.
    pub report: Value,
}

pub async fn measure(program: &Path, film: &Path, link: &Link, scratch: &Path) -> Result<Previews> {
    link.reset();
    let begin = Instant::now();
    let mut command = our_command(program, link, (LONG, "previews"), scratch);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().await?;
    let seconds = begin.elapsed().as_secs_f64();
    ensure!(output.status.success(), "{} ended with {}", program.display(), output.status);
    let cues = std::fs::read_to_string(scratch.join("previews/sprites.vtt"))?;
    Ok(Previews {
        seconds,
        passed: link.passed(),
        keyframe_bytes: keyframe_bytes(film).await?,
        pictures: cues.matches("-->").count(),
        report: serde_json::from_slice(&output.stdout)?,
    })
}

/// By the index of the film.
async fn keyframe_bytes(film: &Path) -> Result<u64> {
    let reader = mp4_front::FileReader::open(film)?;
    let movie = mp4_front::Movie::open(&reader, mp4_front::Limits::default()).await?;
    let mut bytes = 0;
    for track in movie.tracks()?.iter().filter(|track| track.kind == mp4_front::Kind::Video) {
        bytes += track.keyframes()?.map(|keyframe| keyframe.bytes.end - keyframe.bytes.start).sum::<u64>();
    }
    Ok(bytes)
}
