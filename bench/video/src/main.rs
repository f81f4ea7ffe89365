//! `./build.sh bench video`: a film of more than 1 GB whose index stands behind, moved within S3 beside what everybody does:
//! download, `ffmpeg -movflags +faststart`, upload; then a poster of it beside `ffmpeg -ss`, and small pictures of a film of an hour. All over
//! one link of 100 MB/s whose bytes are counted.

mod film;
mod link;
mod ours;
mod poster;
mod previews;
mod report;
mod spans;
mod store;
mod theirs;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use bench::ending::exit_code;
use bench::machine::{Machine, said_by};
use bench::rows;
use clap::Parser;

use link::Link;
use report::Report;
use store::Store;

/// The object that is moved, and of which a poster is made.
const FILM: &str = "film.mp4";
/// The object of an hour, and its length in minutes.
const LONG: &str = "long.mp4";
const LONG_MINUTES: u64 = 60;

/// Measures `stagedoor faststart` on a large film in S3's stand-in. A table goes to stdout, the rest to stderr.
#[derive(Debug, Parser)]
#[command(name = "bench-video", after_help = "Example:\n  bench-video --minutes 6")]
struct Options {
    /// The command line that is measured
    #[arg(long, default_value = "target/release/stagedoor")]
    program: PathBuf,
    /// Where films are made and kept, and the store's objects while it runs
    #[arg(long, default_value = "target/bench-video")]
    directory: PathBuf,
    /// The length in minutes of the film that is moved: at 5 Mbit/s, thirty have more than 1 GB
    #[arg(long, default_value_t = 30)]
    minutes: u64,
    /// The link, in millions of bytes a second each way
    #[arg(long, default_value_t = 100)]
    link: u64,
    /// Where the results are kept
    #[arg(long, default_value = "bench/results/video.json")]
    results: PathBuf,
}

fn main() -> ExitCode {
    exit_code("bench-video", run(&Options::parse()))
}

/// Whether every limit is kept.
#[tokio::main]
async fn run(options: &Options) -> Result<bool> {
    std::fs::create_dir_all(&options.directory).with_context(|| options.directory.display().to_string())?;
    let program = std::path::absolute(&options.program)?;
    ensure!(program.exists(), "{}: not there; build it, or name it with --program", program.display());
    let film = film::make(&options.directory, options.minutes)?;
    let long = film::make(&options.directory, LONG_MINUTES)?;
    let bytes = std::fs::metadata(&film)?.len();
    // Gone with its objects when all is done.
    let scratch = tempfile::tempdir_in(&options.directory)?;
    let store = Store::open(&scratch.path().join("objects")).await?;
    eprintln!("putting a film of {bytes} bytes and a long one into the store");
    for (film, object) in [(&film, FILM), (&long, LONG)] {
        theirs::upload(film, &store::presigned(store.address, object, object).await?.1).await?;
    }
    let link = Link::start(store.address, options.link * 1_000_000).await?;

    eprintln!("moving it within the store");
    let ours = ours::measure(&program, &store, &link).await?;
    eprintln!("downloading, rewriting and uploading it");
    let theirs = theirs::measure(&store, &link, scratch.path()).await?;

    eprintln!("making posters of it");
    let posters = poster::measure(&program, &link, scratch.path()).await?;
    eprintln!("making small pictures of it");
    let previews = previews::measure(&program, &long, &link, scratch.path()).await?;

    eprintln!("comparing packets");
    let before = packets(&film)?;
    let report = Report {
        machine: Machine::here()?,
        ffmpeg: said_by("ffmpeg", &["-version"])?.lines().next().unwrap_or_default().to_owned(),
        film_bytes: bytes,
        link_bytes_a_second: options.link * 1_000_000,
        packets: before.lines().filter(|line| !line.starts_with('#')).count(),
        packets_identical: packets(&store.path(ours::OBJECT))? == before,
        packets_identical_theirs: packets(&store.path(theirs::OBJECT))? == before,
        ours,
        theirs,
        posters,
        previews,
    };
    println!("{}", report.markdown());
    rows::keep(&report, &report.limits(), &options.results)
}

/// A checksum of every packet of every stream, with its times.
fn packets(film: &std::path::Path) -> Result<String> {
    let film = film.to_str().context("a path that is no text")?;
    said_by("ffmpeg", &["-v", "error", "-i", film, "-map", "0", "-c", "copy", "-f", "framecrc", "-"])
}
