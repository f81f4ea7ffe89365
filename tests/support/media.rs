//! Films and photos for tests, made with FFmpeg.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

/// A film of so many seconds with sound, H.264 and AAC, its moov box at the end (FFmpeg's default).
pub fn film(seconds: u32, directory: &Path) -> Result<Vec<u8>> {
    let path = directory.join("film.mp4");
    let (picture, sound) =
        (format!("testsrc2=size=640x360:rate=24:duration={seconds}"), format!("sine=frequency=330:duration={seconds}"));
    ffmpeg(
        &[
            "-f",
            "lavfi",
            "-i",
            &picture,
            "-f",
            "lavfi",
            "-i",
            &sound,
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-g",
            "48",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
            "-shortest",
        ],
        &path,
    )?;
    let bytes = std::fs::read(path)?;
    let position = |name: &[u8]| bytes.windows(4).position(|w| w == name);
    ensure!(position(b"moov") > position(b"mdat"), "the film's moov box is not at the end");
    Ok(bytes)
}

/// A photo of this size as JPEG.
pub fn photo(width: u32, height: u32, directory: &Path) -> Result<Vec<u8>> {
    let path = directory.join("photo.jpg");
    ffmpeg(&["-f", "lavfi", "-i", &format!("mandelbrot=size={width}x{height}"), "-frames:v", "1", "-q:v", "3"], &path)?;
    Ok(std::fs::read(path)?)
}

fn ffmpeg(arguments: &[&str], out: &Path) -> Result<()> {
    let base = ["-nostdin", "-hide_banner", "-loglevel", "error", "-y"];
    let status = Command::new("ffmpeg").args(base).args(arguments).arg(out).status()?;
    ensure!(status.success(), "ffmpeg {arguments:?}: {status}");
    Ok(())
}
