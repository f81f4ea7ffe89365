//! `./build.sh bench edge`: what a decision costs, here and with others.
//!
//! Everybody is given the same events, which hold the cookies that cognito-at-edge sets and tokens that a key of this run
//! has signed. They take turns, so that a slow minute of the machine is everybody's.

mod function;
mod measure;
mod openssl;
mod options;
mod ours;
mod packaged;
mod peers;
mod pool;
mod report;
mod site;

use std::process::ExitCode;

use anyhow::Result;
use bench::ending::exit_code;
use bench::rows;
use clap::Parser;

use crate::measure::Input;
use crate::options::{Only, Options};
use crate::ours::Ours;

fn main() -> ExitCode {
    exit_code("bench-edge", run(&Options::parse()))
}

/// Whether every limit is kept.
fn run(options: &Options) -> Result<bool> {
    eprintln!("bench-edge: signing {} people in", options.sizes.tokens);
    let input = Input::new(options.sizes.tokens.max(1))?;
    if let Some(only) = options.only {
        let ours = Ours::new(&input.edge_json, &input.events)?;
        let cpu = match only {
            Only::Unseen => ours.unseen(options.sizes.calls)?,
            Only::Seen => ours.seen(options.sizes.calls)?,
        };
        println!("{cpu:.2}");
        return Ok(true);
    }
    let report = measure::everything(options, &input)?;
    println!("{}", report.markdown());
    rows::keep(&report, &report.limits, &options.results)
}
