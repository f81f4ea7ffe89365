//! The command line.

use std::path::PathBuf;

use clap::Parser;
use serde::Serialize;

/// Measures the CloudFront Function in njs against the published way of tokens in the path. A table goes to stdout, the rest to stderr.
#[derive(Debug, Parser)]
#[command(name = "bench-function", after_help = "Example:\n  bench-function --calls 2000 --rounds 3")]
pub struct Options {
    /// The function that is deployed
    #[arg(long, default_value = "dist/viewer-request.js")]
    pub function: PathBuf,
    /// What it is measured beside, and what drives both
    #[arg(long, default_value = "bench/function")]
    pub peers: PathBuf,
    /// Where the results are kept
    #[arg(long, default_value = "bench/results/function.json")]
    pub results: PathBuf,
    #[command(flatten)]
    pub sizes: Sizes,
}

/// How much is done.
#[derive(Debug, Clone, Copy, Serialize, clap::Args)]
pub struct Sizes {
    /// Calls of each in a round
    #[arg(long, default_value_t = 20_000)]
    pub calls: usize,
    /// Rounds, in which everybody has a turn
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,
}
