//! The processes that do the work: a question a line, an answer a line.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use bench::process::memory;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::options::Options;
use crate::task::Way;

/// What one run took.
#[derive(Debug, Serialize, Deserialize)]
pub struct Spent {
    pub wall_ms: f64,
    pub cpu_ms: f64,
}

/// A process that does one way's tasks. It ends when its stdin does.
pub struct Contestant {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    way: Way,
    cpus: usize,
}

impl Contestant {
    /// Starts it on the first `cpus` CPUs.
    pub fn start(options: &Options, way: Way, cpus: usize) -> Result<Self> {
        let mut command = pinned(cpus);
        match way {
            Way::Ours => command.arg(std::env::current_exe()?).arg("--worker"),
            _ => command.arg(&options.node).arg(options.images.join("peer.mjs")),
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{command:?} cannot be run"))?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().context("no stdout")?);
        Ok(Self { child, stdin, stdout: BufReader::new(stdout), way, cpus })
    }

    /// Everything of a recipe once.
    pub fn run(&mut self, source: &Path, directory: &Path, recipe: &Path) -> Result<Spent> {
        let (task, threads) = (self.way.peer(), self.cpus);
        self.ask(&json!({"task": task, "source": source, "directory": directory, "recipe": recipe, "threads": threads}))
    }

    /// sharp's version and Node's.
    pub fn versions(options: &Options) -> Result<Value> {
        Self::start(options, Way::SharpSingle, 1)?.ask(&json!({"versions": true}))
    }

    /// The most memory it ever had, in bytes.
    pub fn peak(&self) -> Result<u64> {
        memory(self.child.id(), "VmHWM")
    }

    fn ask<A: DeserializeOwned>(&mut self, question: &Value) -> Result<A> {
        writeln!(self.stdin.as_mut().context("it is gone")?, "{question}")?;
        let mut line = String::new();
        if self.stdout.read_line(&mut line)? == 0 {
            bail!("{} ended with {}; what it said is above", self.way.name(), self.child.wait()?);
        }
        serde_json::from_str(&line).with_context(|| line.clone())
    }
}

impl Drop for Contestant {
    fn drop(&mut self) {
        self.stdin = None;
        let _ = self.child.wait();
    }
}

/// Ours and sharp's, each a whole process that makes one file on one CPU.
pub fn alone(options: &Options, source: &Path, directory: &Path, recipe: &Path) -> [Command; 2] {
    let (mut ours, mut sharp) = (pinned(1), pinned(1));
    ours.arg(&options.stagedoor).arg("image").args([source, directory]).arg("--recipe").arg(recipe);
    sharp.arg(&options.node).arg(options.images.join("peer.mjs")).arg("single").args([source, directory, recipe]);
    [ours, sharp]
}

fn pinned(cpus: usize) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", if cpus == 1 { "0" } else { "0,1" }]);
    command
}
