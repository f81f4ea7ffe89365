//! What everybody does: download, `ffmpeg -movflags +faststart`, upload.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use tokio::process::Command;

use crate::FILM;
use crate::link::{Link, Passed};
use crate::store::{Store, presigned};

pub const OBJECT: &str = "theirs.mp4";

/// One run.
#[derive(Debug, Serialize)]
pub struct Theirs {
    pub passed: Passed,
    pub download_s: f64,
    pub rewrite_s: f64,
    pub upload_s: f64,
}

impl Theirs {
    pub fn seconds(&self) -> f64 {
        self.download_s + self.rewrite_s + self.upload_s
    }
}

pub async fn measure(store: &Store, link: &Link, scratch: &Path) -> Result<Theirs> {
    link.reset();
    let (read, write) = presigned(link.address, FILM, OBJECT).await?;
    let (before, after) = (scratch.join("before.mp4"), scratch.join("after.mp4"));
    let download_s = timed("curl", &["-sSf", "-o", text(&before)?, &read]).await?;
    let copying = ["-map", "0", "-c", "copy", "-movflags", "+faststart"];
    let rewrite = [&["-v", "error", "-i", text(&before)?], &copying[..], &[text(&after)?]].concat();
    let rewrite_s = timed("ffmpeg", &rewrite).await?;
    let upload_s = upload(&after, &write).await?;
    ensure!(store.path(OBJECT).exists(), "the new film is not there");
    Ok(Theirs { passed: link.passed(), download_s, rewrite_s, upload_s })
}

/// Sends a file to an address that anybody may write to; the seconds that it takes.
pub async fn upload(file: &Path, to: &str) -> Result<f64> {
    timed("curl", &["-sSf", "-H", "Expect:", "-T", text(file)?, to]).await
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is no text")
}

/// Seconds. Arguments may hold signatures, so they are not shown.
async fn timed(program: &str, arguments: &[&str]) -> Result<f64> {
    let begin = Instant::now();
    let ended = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).status().await;
    let ended = ended.with_context(|| format!("{program} cannot be run"))?;
    ensure!(ended.success(), "{program} ended with {ended}");
    Ok(begin.elapsed().as_secs_f64())
}
