use std::ffi::OsString;
use std::path::{Path, PathBuf};

use catalog::Picture;

use super::plan::{Format, VideoPlan, plan};
use super::probe::probe;
use super::{Facts, MAX_WALL_TIME};
use crate::image::{self, Size};
use crate::process::{Content, Made};
use crate::tools::{Ran, Tools};
use crate::{Failure, Refusal};
use sniff::Container;

/// What was made of a film.
#[derive(Debug)]
pub struct Film {
    /// The playable file, `poster` and `thumb`, in the directory that was given.
    pub made: Vec<Made>,
    /// Its length in milliseconds.
    pub duration_ms: Option<u64>,
    /// How it looks.
    pub picture: Picture,
}

/// Makes the playable file, the poster and the thumbnail, all in `directory`. Nothing is decoded but the poster's frame.
///
/// # Errors
/// A [`Refusal`] where the film is at fault, a [`crate::ProcessError`] where we are.
pub async fn render(source: &Path, container: Container, directory: &Path, tools: &Tools) -> Result<Film, Failure> {
    let facts = probe(source, container, tools).await?;
    let planned = plan(&facts)?;
    let file = copy(source, container, planned.format, directory, tools).await?;
    let frame = poster_frame(source, container, &planned, directory, tools).await?;
    let pictures = match image::render(&frame, &image::poster_recipe(), image::Step::First, directory, tools).await {
        // FFmpeg made that picture: what is wrong with it is the film's fault.
        Err(Failure::Refused(Refusal::Picture(_))) => return Err(UNDECODABLE.into()),
        rendered => rendered?,
    };
    // What a browser recorded says its length only after it was copied.
    let duration_ms = match facts.duration_ms {
        Some(duration_ms) => Some(duration_ms),
        None => copied_facts(&file, planned.format, tools).await?.duration_ms,
    };
    let bytes = tokio::fs::metadata(&file).await?.len();
    let (file_name, content_type) = match planned.format {
        Format::Mp4 => ("video.mp4", "video/mp4"),
        Format::WebM => ("video.webm", "video/webm"),
    };
    let content = Content { path: file, content_type: content_type.to_owned(), bytes };
    let video = Made { name: "video".to_owned(), file_name: file_name.to_owned(), size: planned.shown, content };
    let made = std::iter::once(video).chain(pictures.files).collect();
    let (width, height) = (planned.shown.width, planned.shown.height);
    Ok(Film { made, duration_ms, picture: Picture { width, height, ..pictures.picture } })
}

/// The first picture and sound track, moved into a new container without what else was in the old one: other tracks
/// (cameras write their position into one), tags, chapters. The rotation is no tag and stays.
async fn copy(
    source: &Path,
    container: Container,
    format: Format,
    directory: &Path,
    tools: &Tools,
) -> Result<PathBuf, Failure> {
    let to = directory.join("video");
    let mut arguments = quiet();
    arguments.extend(input(source, container));
    arguments.extend(strings(&["-map", "0:V:0", "-map", "0:a:0?", "-c", "copy"]));
    arguments.extend(strings(&["-map_metadata", "-1", "-map_metadata:s:v", "-1", "-map_metadata:s:a", "-1"]));
    arguments.extend(strings(&["-map_chapters", "-1", "-fflags", "+bitexact"]));
    arguments.extend(match format {
        Format::Mp4 => strings(&["-movflags", "+faststart", "-write_tmcd", "0", "-f", "mp4"]),
        Format::WebM => strings(&["-cues_to_front", "1", "-f", "webm"]),
    });
    arguments.extend(output(&to));
    done(tools.run("ffmpeg", arguments, MAX_WALL_TIME).await?)?;
    Ok(to)
}

/// One frame as PNG, turned upright by FFmpeg, square pixels, in the poster's size.
async fn poster_frame(
    source: &Path,
    container: Container,
    planned: &VideoPlan,
    directory: &Path,
    tools: &Tools,
) -> Result<PathBuf, Failure> {
    let to = directory.join("poster.png");
    let Size { width, height } = planned.poster;
    // A film may have no frame after its tenth part, where sound goes on or the file is cut off: then the first will do.
    for at_ms in [planned.poster_at_ms, 0] {
        let mut arguments = quiet();
        arguments.extend(strings(&["-ss", &format!("{}.{:03}", at_ms / 1000, at_ms % 1000)]));
        arguments.extend(input(source, container));
        arguments.extend(strings(&["-map", "0:V:0", "-frames:v", "1"]));
        arguments.extend(strings(&["-vf", &format!("scale={width}:{height}:flags=lanczos,setsar=1")]));
        arguments.extend(strings(&["-pix_fmt", "rgb24", "-c:v", "png", "-f", "image2", "-update", "1"]));
        arguments.extend(output(&to));
        done(tools.run("ffmpeg", arguments, MAX_WALL_TIME).await?)?;
        if tokio::fs::metadata(&to).await.is_ok_and(|file| file.len() > 0) {
            return Ok(to);
        }
    }
    Err(UNDECODABLE.into())
}

const UNDECODABLE: Refusal = Refusal::VideoDamaged("its pictures cannot be decoded");

async fn copied_facts(file: &Path, format: Format, tools: &Tools) -> Result<Facts, Failure> {
    let container = match format {
        Format::Mp4 => Container::IsoMedia,
        Format::WebM => Container::Matroska,
    };
    probe(file, container, tools).await
}

fn quiet() -> Vec<OsString> {
    strings(&["-nostdin", "-hide_banner", "-loglevel", "error"])
}

/// The file as that container and nothing else: a playlist in disguise would have FFmpeg open what it names.
pub(super) fn input(file: &Path, container: Container) -> Vec<OsString> {
    let demuxer = match container {
        Container::IsoMedia => "mov",
        Container::Matroska => "matroska",
    };
    let mut arguments = strings(&["-protocol_whitelist", "file", "-f", demuxer, "-i"]);
    arguments.push(local(file));
    arguments
}

fn output(file: &Path) -> Vec<OsString> {
    vec!["-y".into(), local(file)]
}

/// `file:PATH`, so that no path is taken for another protocol or an option.
fn local(file: &Path) -> OsString {
    let mut text = OsString::from("file:");
    text.push(file);
    text
}

fn strings(words: &[&str]) -> Vec<OsString> {
    words.iter().map(Into::into).collect()
}

fn done(ran: Ran) -> Result<(), Refusal> {
    match ran {
        Ran::Done(_) => Ok(()),
        Ran::Failed(stderr) => Err(damage(&stderr)),
        Ran::TimedOut => Err(Refusal::TooSlow),
    }
}

/// A plain reason for what FFmpeg complains of.
pub(super) fn damage(stderr: &str) -> Refusal {
    Refusal::VideoDamaged(if stderr.contains("moov atom not found") {
        "its index (the moov box) is missing, as in an upload that was cut off"
    } else if stderr.contains("End of file") || stderr.contains("partial file") {
        "the file ends before the film does"
    } else {
        "its data cannot be read"
    })
}
