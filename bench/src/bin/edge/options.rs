//! The command line.

use std::path::PathBuf;

use clap::Parser;
use serde::Serialize;

/// Measures the authorizer against OpenSSL and what Node has. A table goes to stdout, the rest to stderr.
#[derive(Debug, Parser)]
#[command(name = "bench-edge")]
pub struct Options {
    /// The function's program, as it is packaged
    #[arg(long, default_value = "dist/edge-auth/bootstrap")]
    pub bootstrap: PathBuf,
    /// What hands Python over to it
    #[arg(long, default_value = "dist/edge-auth/launcher.py")]
    pub launcher: PathBuf,
    /// The zip that is deployed
    #[arg(long, default_value = "dist/edge-auth.zip")]
    pub zip: PathBuf,
    /// A Python that has awslambdaric
    #[arg(long, default_value = ".tools/venv/bin/python")]
    pub python: PathBuf,
    /// The Node side
    #[arg(long, default_value = "bench/edge/peers.mjs")]
    pub peers: PathBuf,
    /// Where the results are kept
    #[arg(long, default_value = "bench/results/edge.json")]
    pub results: PathBuf,
    /// Measure ours alone, this many times over, for a profiler: `unseen` or `seen`
    #[arg(long, value_name = "WHICH")]
    pub only: Option<Only>,
    #[command(flatten)]
    pub sizes: Sizes,
}

/// Which of ours a profiler is to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Only {
    /// Each token for the first time.
    Unseen,
    /// The same token again.
    Seen,
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
    /// Distinct tokens, at least 1
    #[arg(long, default_value_t = 2_000)]
    pub tokens: usize,
    /// Starts of the packaged function
    #[arg(long, default_value_t = 20)]
    pub starts: usize,
    /// Events that it answers
    #[arg(long, default_value_t = 10_000)]
    pub events: usize,
    /// How long an event is
    #[arg(skip)]
    pub event_bytes: usize,
}
