use std::path::PathBuf;

use clap::Parser;

/// Measures the image processor beside sharp. A table goes to stdout, the rest to stderr.
#[derive(Debug, Parser)]
#[command(name = "bench-image", after_help = "Example:\n  bench-image --rounds 5 photo.jpg")]
pub struct Options {
    /// A photo, JPEG
    #[arg(required_unless_present = "worker")]
    pub source: Option<PathBuf>,
    /// Rounds of each task
    #[arg(long, default_value_t = 7)]
    pub rounds: usize,
    /// The directory of peer.mjs, with sharp installed, and the recipes
    #[arg(long, default_value = "bench/image")]
    pub images: PathBuf,
    /// A Node that sharp runs on
    #[arg(long, default_value = "node")]
    pub node: PathBuf,
    /// Our command line
    #[arg(long, default_value = "target/release/stagedoor")]
    pub stagedoor: PathBuf,
    /// Where the results are kept
    #[arg(long, default_value = "bench/results/image.json")]
    pub results: PathBuf,
    /// Be the process that our code is measured in
    #[arg(long, hide = true)]
    pub worker: bool,
}
