//! `./build.sh bench function`: what the check of a playback pass costs, and what the published way costs that it replaces.
//!
//! Both run in one njs after the other, with the same event and the same look-up of a key, and take turns, so that a slow minute of the
//! machine is everybody's.

mod contestant;
mod measure;
mod options;
mod report;

use std::process::ExitCode;

use anyhow::{Context, Result};
use bench::ending::exit_code;
use bench::machine::{Machine, said_by};
use bench::rows::{self, Row};
use clap::Parser;

use crate::options::Options;
use crate::report::Report;

fn main() -> ExitCode {
    exit_code("bench-function", run(&Options::parse()))
}

/// Whether every limit is kept.
fn run(options: &Options) -> Result<bool> {
    let read = |path: &std::path::Path| std::fs::read_to_string(path).with_context(|| path.display().to_string());
    let ours = read(&options.function)?;
    let driver = read(&options.peers.join("driver.js"))?;
    let contestants = contestant::all(&ours, &read(&options.peers.join("token-in-path.js"))?)?;
    let mut rows: Vec<Row> = contestants.iter().map(|contestant| Row::new(contestant.name)).collect();
    let directory = tempfile::tempdir()?;
    measure::prepare(directory.path())?;
    for round in 1..=options.sizes.rounds {
        eprintln!("bench-function: round {round} of {}", options.sizes.rounds);
        for (contestant, row) in contestants.iter().zip(&mut rows) {
            row.cpu_us.push(measure::per_call(contestant, &driver, directory.path(), options.sizes.calls)?);
        }
    }
    let report = Report {
        machine: Machine::here()?,
        njs: said_by("njs", &["-v"])?,
        sizes: options.sizes,
        emitted_bytes: ours.len(),
        rows,
    };
    println!("{}", report.markdown());
    rows::keep(&report, &report.limits(), &options.results)
}
