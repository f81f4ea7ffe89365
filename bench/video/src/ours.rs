//! `stagedoor faststart s3://… s3://…`, as a process of its own.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bench::process::memory;
use serde::Serialize;
use serde_json::Value;
use tokio::process::Command;

use crate::FILM;
use crate::link::{Link, Passed};
use crate::store::{ACCESS_KEY, BUCKET, SECRET_KEY, Store};

pub const OBJECT: &str = "ours.mp4";

/// So often the memory of the process is looked at, whose highest value the kernel keeps.
const LOOK: Duration = Duration::from_millis(2);

/// One run.
#[derive(Debug, Serialize)]
pub struct Ours {
    pub passed: Passed,
    pub wall_s: f64,
    /// Without what the store did by itself.
    pub seconds: f64,
    /// `VmHWM` in bytes.
    pub peak_resident: u64,
    /// What the program says of itself.
    pub report: Value,
}

/// Our program, with the keys of the store.
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.envs([("AWS_ACCESS_KEY_ID", ACCESS_KEY), ("AWS_SECRET_ACCESS_KEY", SECRET_KEY)]).kill_on_drop(true);
    command
}

pub async fn measure(program: &Path, store: &Store, link: &Link) -> Result<Ours> {
    link.reset();
    let begin = Instant::now();
    let mut child = command(program)
        .args(["faststart", &format!("s3://{BUCKET}/{FILM}"), &format!("s3://{BUCKET}/{OBJECT}")])
        .args(["--endpoint", &format!("http://{}", link.address), "--region", "us-east-1"])
        .stdout(Stdio::piped())
        .spawn()?;
    let id = child.id().context("it ended at once")?;
    let mut peak_resident = 0;
    let ended = loop {
        tokio::select! {
            ended = child.wait() => break ended?,
            () = tokio::time::sleep(LOOK) => {
                // It may be ending at this moment.
                peak_resident = memory(id, "VmHWM").unwrap_or(0).max(peak_resident);
            }
        }
    };
    let wall = begin.elapsed();
    ensure!(ended.success(), "{} ended with {ended}", program.display());
    let output = child.wait_with_output().await?;
    let report: Value = serde_json::from_slice(&output.stdout)?;
    ensure!(report.get("verdict") == Some(&"moved".into()), "the film was not moved: {report}");
    ensure!(store.path(OBJECT).exists(), "the new film is not there");
    let passed = link.passed();
    let wall_s = wall.as_secs_f64();
    Ok(Ours { passed, wall_s, seconds: wall_s - passed.store_alone_s, peak_resident, report })
}
