//! A poster of the film, by our program and by ffmpeg, each over the link.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use tokio::process::Command;

use crate::FILM;
use crate::link::{Link, Passed};
use crate::ours::command;
use crate::store::{BUCKET, presigned};

/// So often each takes its turn; the middle of them counts.
const ROUNDS: usize = 5;

/// What one of them took.
#[derive(Debug, Serialize)]
pub struct Poster {
    /// In the order of their turns.
    pub seconds: Vec<f64>,
    /// Of the last turn: each is the same.
    pub passed: Passed,
}

impl Poster {
    pub fn median(&self) -> f64 {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// What both made: ours is the poster and the thumbnail of `stagedoor video --only poster`, theirs one frame as JPEG.
#[derive(Debug, Serialize)]
pub struct Posters {
    pub ours: Poster,
    pub theirs: Poster,
}

pub async fn measure(program: &Path, link: &Link, scratch: &Path) -> Result<Posters> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut last = None;
    for _ in 0..ROUNDS {
        let our_part = timed(link, &mut ours, our_command(program, link, scratch, "poster")).await?;
        let their_part = timed(link, &mut theirs, their_command(link, scratch).await?).await?;
        last = Some((our_part, their_part));
    }
    let (our_part, their_part) = last.context("no round")?;
    Ok(Posters {
        ours: Poster { seconds: ours, passed: our_part },
        theirs: Poster { seconds: theirs, passed: their_part },
    })
}

/// `stagedoor video s3://… DIR --only WHAT`.
pub fn our_command(program: &Path, link: &Link, scratch: &Path, only: &str) -> Command {
    let mut command = command(program);
    command.arg("video").arg(format!("s3://{BUCKET}/{FILM}")).arg(scratch.join(only)).args(["--only", only]);
    command.args(["--endpoint", &format!("http://{}", link.address), "--region", "us-east-1"]);
    command
}

async fn their_command(link: &Link, scratch: &Path) -> Result<Command> {
    let (read, _) = presigned(link.address, FILM, "unused").await?;
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y", "-ss", "1", "-i", &read, "-frames:v", "1"]).arg(scratch.join("theirs.jpg"));
    Ok(command)
}

async fn timed(link: &Link, seconds: &mut Vec<f64>, mut command: Command) -> Result<Passed> {
    link.reset();
    let begin = Instant::now();
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).status().await?;
    ensure!(ended.success(), "it ended with {ended}");
    seconds.push(begin.elapsed().as_secs_f64());
    Ok(link.passed())
}
