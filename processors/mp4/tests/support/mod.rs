//! Films made by ffmpeg and by hand, and what ffmpeg says of films.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc
)]

pub mod agreement;
pub mod atoms;
pub mod corpus;

use std::path::{Path, PathBuf};
use std::process::Command;

use futures::executor::block_on;
use mp4_front::{Error, Facts, FileReader, Limits, Movie};
use serde_json::Value;

/// Where films are made; kept from one run to the next.
pub fn directory() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("films");
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

/// What a program printed; a failure shows what it complained of.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// ffprobe's word on streams and format.
pub fn probe(path: &Path) -> Value {
    let path = path.to_str().unwrap();
    serde_json::from_str(&run("ffprobe", &["-v", "error", "-of", "json", "-show_streams", "-show_format", path]))
        .unwrap()
}

/// ffprobe's word on the packets of the first video stream.
pub fn packets(path: &Path) -> Vec<Value> {
    let entries = "packet=pts_time,flags,pos,size";
    let path = path.to_str().unwrap();
    let text =
        run("ffprobe", &["-v", "error", "-of", "json", "-select_streams", "v:0", "-show_entries", entries, path]);
    let mut answer: Value = serde_json::from_str(&text).unwrap();
    answer["packets"].as_array_mut().unwrap().drain(..).collect()
}

/// A checksum of every packet of every stream, with its times.
pub fn framecrc(path: &Path, options: &[&str]) -> String {
    let mut arguments = vec!["-v", "error", "-copyts"];
    arguments.extend(options);
    arguments.extend(["-i", path.to_str().unwrap(), "-map", "0", "-c", "copy", "-copy_unknown", "-f", "framecrc", "-"]);
    run("ffmpeg", &arguments)
}

pub fn open(path: &Path) -> Result<Movie, Error> {
    block_on(Movie::open(&FileReader::open(path)?, Limits::default()))
}

pub fn open_bytes(bytes: &[u8]) -> Result<Movie, Error> {
    block_on(Movie::open(&bytes.to_vec(), Limits::default()))
}

pub fn facts(path: &Path) -> Facts {
    open(path).and_then(|movie| movie.facts()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
