//! `./build.sh bench image`: a photo's renditions by our code and by sharp, taking turns, at the same quality.
//!
//! Every task runs in a process of its own for each contestant, so that the most memory it ever had is the task's. Both read the source from a
//! file and write files. A third process, this one, compares what came out with a reference that neither made.

mod contestant;
mod options;
mod ours;
mod quality;
mod report;
mod task;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use bench::ending::exit_code;
use bench::machine::Machine;
use bench::rows;
use clap::Parser;

use crate::contestant::{Contestant, alone};
use crate::options::Options;
use crate::report::{Report, Start};
use crate::task::{Measured, TASKS};

fn main() -> ExitCode {
    let options = Options::parse();
    let done = if options.worker { ours::serve().map(|()| true) } else { run(&options) };
    exit_code("bench-image", done)
}

/// Whether every limit is kept.
fn run(options: &Options) -> Result<bool> {
    let source = std::path::absolute(options.source.as_ref().context("no photo")?)?;
    std::fs::metadata(&source).with_context(|| source.display().to_string())?;
    let mut report = Report::new(Machine::here()?, options, &source)?;
    for cpus in [1, 2].into_iter().filter(|cpus| *cpus <= report.machine.cores) {
        for task in TASKS {
            eprintln!("bench-image: {} on {cpus} CPU", task.name);
            report.rows.extend(turns(options, task, cpus, &source)?);
        }
    }
    eprintln!("bench-image: whole processes");
    report.starts = starts(options, &source)?;
    println!("{}", report.markdown());
    rows::keep(&report, &report.limits(), &options.results)
}

/// One task by everybody who takes part in it, one round after the other.
fn turns(options: &Options, task: &task::Task, cpus: usize, source: &std::path::Path) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    for way in task.ways {
        let directory = tempfile::tempdir()?;
        let contestant = Contestant::start(options, *way, cpus)?;
        let recipe = std::path::absolute(options.images.join(task.recipe))?;
        all.push((contestant, directory, recipe, Measured::new(task, *way, cpus)));
    }
    // The first round only brings files and code into memory.
    for round in 0..=options.rounds {
        for (contestant, directory, recipe, measured) in &mut all {
            let spent = contestant.run(source, directory.path(), recipe)?;
            if round > 0 {
                measured.wall_ms.push(spent.wall_ms);
                measured.cpu_ms.push(spent.cpu_ms);
            }
        }
    }
    let mut done = Vec::new();
    for (contestant, directory, recipe, mut measured) in all {
        measured.peak_bytes = contestant.peak()?;
        (measured.files, measured.bytes, measured.ssim) = quality::of(source, directory.path(), &recipe)?;
        done.push(measured);
    }
    Ok(done)
}

/// From before the process is made until its end, one file being made; milliseconds.
fn starts(options: &Options, source: &std::path::Path) -> Result<Start> {
    let directory = tempfile::tempdir()?;
    let recipe = std::path::absolute(options.images.join("cover.json"))?;
    let mut start = Start::default();
    for round in 0..=options.rounds {
        for (command, series) in alone(options, source, directory.path(), &recipe).into_iter().zip(start.both()) {
            let (mut command, begin) = (command, Instant::now());
            let output = command.output().with_context(|| format!("{command:?}"))?;
            let milliseconds = begin.elapsed().as_secs_f64() * 1e3;
            let said = String::from_utf8_lossy(&output.stderr);
            anyhow::ensure!(output.status.success(), "{command:?} ended with {}: {said}", output.status);
            if round > 0 {
                series.push(milliseconds);
            }
        }
    }
    Ok(start)
}
