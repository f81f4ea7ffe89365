//! The film: a minute that is encoded, repeated by copying its packets.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use bench::machine::said_by;

/// Noise, so that the encoder needs the bits that it may take.
const PICTURES: &str = "testsrc2=size=1280x720:rate=30:duration=60,noise=alls=12:allf=t";
const ENCODE: &str =
    "-c:v libx264 -preset veryfast -b:v 5M -maxrate 5M -bufsize 10M -g 60 -pix_fmt yuv420p -c:a aac -b:a 128k";

/// A film of so many minutes, from an earlier run where there is one.
pub fn make(directory: &Path, minutes: u64) -> Result<PathBuf> {
    let film = directory.join(format!("film-{minutes}.mp4"));
    if film.exists() {
        return Ok(film);
    }
    eprintln!("making a film of {minutes} minutes");
    let minute = directory.join("minute.mp4");
    if !minute.exists() {
        let mut encode = vec!["-f", "lavfi", "-i", PICTURES, "-f", "lavfi", "-i", "sine=frequency=440:duration=60"];
        encode.extend(ENCODE.split(' '));
        ffmpeg(&encode, &minute)?;
    }
    let mut list = String::new();
    for _ in 0..minutes {
        let _ = writeln!(list, "file 'minute.mp4'");
    }
    let names = directory.join("minutes.txt");
    std::fs::write(&names, list)?;
    ffmpeg(&["-f", "concat", "-i", text(&names)?, "-c", "copy"], &film)?;
    Ok(film)
}

/// A file that is there is whole: it gets its name at the end.
fn ffmpeg(arguments: &[&str], output: &Path) -> Result<()> {
    let half = output.with_extension("half.mp4");
    said_by("ffmpeg", &[&["-v", "error", "-y"], arguments, &[text(&half)?]].concat())?;
    Ok(std::fs::rename(half, output)?)
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is no text")
}
