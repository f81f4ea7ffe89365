use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use super::painter::{Moment, Painter};

const SECONDS: usize = 24;
/// Painted; each is shown twice. Nothing here moves by more than a pixel from one to the next.
const PAINTED_A_SECOND: usize = 12;
const SHOWN_A_SECOND: usize = 24;
/// The painted frame; FFmpeg enlarges it, which costs less than painting every pixel.
const PAINTED: (usize, usize) = (800, 450);

/// Makes an MP4 of 24 seconds, 1280×720, H.264 with AAC sound, its `moov` box at the end and a keyframe every two
/// seconds. `out` appears only when it is whole.
///
/// # Errors
/// Where `ffmpeg` (the program's path) cannot be run or fails, or `out` cannot be written.
pub fn film(out: &Path, ffmpeg: &Path) -> anyhow::Result<()> {
    let mut partial = OsString::from(out);
    partial.push(".partial");
    let mut child = Command::new(ffmpeg)
        .args(arguments())
        .arg(&partial)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {}", ffmpeg.display()))?;
    // FFmpeg that gives up closes the pipe: its own words, below, say more than the broken pipe.
    let painted = child.stdin.take().map_or(Ok(()), paint);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{} {}: {}", ffmpeg.display(), output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    painted.context("the frames could not be handed to ffmpeg")?;
    std::fs::rename(&partial, out).with_context(|| format!("cannot write {}", out.display()))
}

fn paint(mut pipe: impl Write) -> std::io::Result<()> {
    let (width, height) = PAINTED;
    let painter = Painter::new(width, height, 1.14, 12);
    let mut frame = vec![0; 3 * width * height];
    let last = (SECONDS * PAINTED_A_SECOND - 1) as f32;
    for number in 0..SECONDS * PAINTED_A_SECOND {
        let part = number as f32 / last;
        painter.paint(Moment { morning: 0.06 + 0.80 * part, drift: part * 0.5 }, &mut frame);
        pipe.write_all(&frame)?;
    }
    Ok(())
}

fn arguments() -> Vec<String> {
    let (width, height) = PAINTED;
    let picture = format!("-f rawvideo -pix_fmt rgb24 -s {width}x{height} -r {PAINTED_A_SECOND} -i pipe:0");
    let sound = format!("-f lavfi -i {}", chord());
    let coding = format!(
        "-map 0:v -map 1:a -vf scale=1280:720:flags=bicubic -r {SHOWN_A_SECOND} -c:v libx264 -preset superfast -crf 19 \
                  -maxrate 4M -bufsize 8M -g 48 -keyint_min 48 -sc_threshold 0 -pix_fmt yuv420p -c:a aac -b:a 128k"
    );
    let fades = format!("-af afade=t=in:d=2,afade=t=out:st={}:d=3", SECONDS - 3);
    let words = format!("-nostdin -y -hide_banner -loglevel error {picture} {sound} {coding} {fades} -shortest -f mp4");
    words.split_whitespace().map(str::to_owned).collect()
}

/// A quiet chord of five tones that swell in turn, a little apart between left and right.
fn chord() -> String {
    const TONES: [(f32, f32); 5] = [(110.0, 0.13), (164.81, 0.10), (220.0, 0.08), (277.18, 0.06), (329.63, 0.05)];
    let side = |detune: f32| -> String {
        let voices = TONES.iter().zip(1u8..).map(|((hertz, loudness), voice)| {
            let swell = 7.0 + f32::from(voice);
            format!("{loudness}*sin(2*PI*{}*t)*(0.6+0.4*sin(2*PI*t/{swell}+{voice}))", hertz * detune)
        });
        voices.collect::<Vec<_>>().join("+")
    };
    format!("aevalsrc=exprs={}|{}:s=48000:d={SECONDS}", side(0.999), side(1.001))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The names of a file's top-level boxes.
    fn boxes(mut bytes: &[u8]) -> Vec<String> {
        let mut names = Vec::new();
        while let Some((head, _)) = bytes.split_first_chunk::<8>() {
            let [a, b, c, d, name @ ..] = *head;
            names.push(String::from_utf8_lossy(&name).into_owned());
            bytes = bytes.get(u32::from_be_bytes([a, b, c, d]) as usize..).unwrap_or_default();
        }
        names
    }

    #[test]
    fn its_index_stands_at_the_end() {
        let directory = std::env::temp_dir().join(format!("stagedoor-film-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let out = directory.join("film.mp4");
        film(&out, Path::new("ffmpeg")).unwrap();
        let bytes = std::fs::read(&out).unwrap();
        let left: Vec<_> = std::fs::read_dir(&directory).unwrap().map(|e| e.unwrap().file_name()).collect();
        std::fs::remove_dir_all(&directory).unwrap();
        assert_eq!(left, ["film.mp4"]);
        let names = boxes(&bytes);
        let place = |name: &str| names.iter().position(|n| n == name).unwrap();
        assert!(place("mdat") < place("moov"), "{names:?}");
        assert!(bytes.windows(4).any(|w| w == b"avc1") && bytes.windows(4).any(|w| w == b"mp4a"));
    }

    #[test]
    fn a_program_that_fails_is_named() {
        let out = std::env::temp_dir().join("stagedoor-no-film.mp4");
        assert!(film(&out, Path::new("/nonexistent/ffmpeg")).unwrap_err().to_string().contains("/nonexistent/ffmpeg"));
        assert!(film(&out, Path::new("false")).is_err());
        assert!(!out.exists());
    }
}
