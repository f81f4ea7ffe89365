//! A poster of the film, by our program and by ffmpeg, each over the link.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Result, ensure};
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
    const NONE: Self = Self { seconds: Vec::new(), passed: Passed { bytes_up: 0, bytes_down: 0, store_alone_s: 0.0 } };

    /// Takes a turn.
    async fn add(&mut self, link: &Link, mut command: Command) -> Result<()> {
        link.reset();
        let begin = Instant::now();
        let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).status().await?;
        ensure!(ended.success(), "it ended with {ended}");
        self.seconds.push(begin.elapsed().as_secs_f64());
        self.passed = link.passed();
        Ok(())
    }

    pub fn median(&self) -> f64 {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// What both made: one frame as JPEG. `all` is that frame as WebP and JPEG and the thumbnail, as the video processor makes them.
#[derive(Debug, Serialize)]
pub struct Posters {
    pub ours: Poster,
    pub theirs: Poster,
    pub all: Poster,
}

pub async fn measure(program: &Path, link: &Link, scratch: &Path) -> Result<Posters> {
    let [mut ours, mut theirs, mut all] = [const { Poster::NONE }; 3];
    for _ in 0..ROUNDS {
        ours.add(link, our_command(program, link, (FILM, "poster-jpeg"), scratch)).await?;
        theirs.add(link, their_command(link, scratch).await?).await?;
        all.add(link, our_command(program, link, (FILM, "poster"), scratch)).await?;
    }
    Ok(Posters { ours, theirs, all })
}

/// `stagedoor video s3://… WHAT --only WHAT` in the scratch directory, so that what it says of itself names no place of this machine.
pub fn our_command(program: &Path, link: &Link, (object, only): (&str, &str), scratch: &Path) -> Command {
    let mut command = command(program);
    command.current_dir(scratch).arg("video").arg(format!("s3://{BUCKET}/{object}")).args([only, "--only", only]);
    command.args(["--endpoint", &format!("http://{}", link.address), "--region", "us-east-1"]);
    command
}

async fn their_command(link: &Link, scratch: &Path) -> Result<Command> {
    let (read, _) = presigned(link.address, FILM, "unused").await?;
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y", "-ss", "1", "-i", &read, "-frames:v", "1"]).arg(scratch.join("theirs.jpg"));
    Ok(command)
}
