//! `--prepare`: a film's index is moved to its front and a poster taken from it before it is sent.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use processors::Tools;
use processors::tools::Ran;

use super::file::{LocalFile, has_suffix};
use super::journal::Journal;
use crate::client::ClientError;

/// A film is copied, not encoded: the disk is the limit.
const LIMIT: Duration = Duration::from_secs(3600);

/// How films are prepared.
pub struct Preparation {
    journal: Journal,
    poster_seconds: f64,
    tools: Tools,
}

/// What is sent in a file's place.
pub struct Prepared {
    pub file: LocalFile,
    /// A JPEG that stays on this machine.
    pub poster: Option<PathBuf>,
}

impl Preparation {
    pub fn new(journal: Journal, poster_seconds: f64, search_path: Option<String>) -> Self {
        Self { journal, poster_seconds, tools: Tools { search_path, ..Tools::default() } }
    }

    /// The film to be sent; anything else than an MP4 or QuickTime film is sent as it is. What was prepared is kept for as
    /// long as its source stays what it was, so that a killed upload goes on with the same bytes.
    ///
    /// # Errors
    /// Where FFmpeg cannot be run, or cannot read the film.
    pub async fn prepare(&self, source: &LocalFile) -> Result<Prepared, ClientError> {
        let suffixes = ["mp4", "m4v", "mov"].map(str::to_owned);
        if !has_suffix(&source.path, &suffixes) {
            return Ok(Prepared { file: source.clone(), poster: None });
        }
        let failed = |e: io::Error| ClientError::Local(format!("{} cannot be prepared: {e}", source.path.display()));
        let folder = self.journal.beside(source).join(format!("{}-{}", source.size, source.modified));
        let (film, poster) = (folder.join("film.mp4"), folder.join("poster.jpg"));
        if !film.exists() {
            // What an earlier state of the file became is of no more use.
            if let Some(above) = folder.parent() {
                let _ = std::fs::remove_dir_all(above);
            }
            std::fs::create_dir_all(&folder).map_err(failed)?;
            self.poster(&source.path, &poster).await?;
            let unfinished = folder.join("film.new.mp4");
            let mut arguments = words(&["-i"]);
            arguments.push(local(&source.path));
            arguments.extend(words(&["-map", "0:V:0", "-map", "0:a:0?", "-c", "copy", "-map_metadata", "-1"]));
            arguments.extend(words(&["-movflags", "+faststart", "-f", "mp4", "-y"]));
            arguments.push(local(&unfinished));
            self.ffmpeg(&source.path, arguments).await?;
            std::fs::rename(&unfinished, &film).map_err(failed)?;
        }
        let prepared = LocalFile { name: source.name.clone(), ..LocalFile::at(&film, None).map_err(failed)? };
        let poster = poster.exists().then_some(poster);
        Ok(Prepared { file: prepared, poster })
    }

    async fn poster(&self, film: &Path, poster: &Path) -> Result<(), ClientError> {
        // A film may be shorter than that: then the first picture will do.
        for seconds in [self.poster_seconds, 0.0] {
            let mut arguments = words(&["-ss", &format!("{seconds:.3}"), "-i"]);
            arguments.push(local(film));
            arguments.extend(words(&[
                "-map",
                "0:V:0",
                "-frames:v",
                "1",
                "-q:v",
                "3",
                "-f",
                "image2",
                "-update",
                "1",
                "-y",
            ]));
            arguments.push(local(poster));
            self.ffmpeg(film, arguments).await?;
            if poster.exists() {
                break;
            }
        }
        Ok(())
    }

    async fn ffmpeg(&self, film: &Path, arguments: Vec<OsString>) -> Result<(), ClientError> {
        let mut all = words(&["-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file"]);
        all.extend(arguments);
        let said = match self.tools.run("ffmpeg", all, LIMIT).await {
            Ok(Ran::Done(_)) => return Ok(()),
            Ok(Ran::Failed(stderr)) => stderr.lines().last().unwrap_or("it failed").to_owned(),
            Ok(Ran::TimedOut) => "it takes too long".to_owned(),
            Err(e) => e.to_string(),
        };
        Err(ClientError::Local(format!("{} cannot be prepared: ffmpeg: {said}", film.display())))
    }
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(Into::into).collect()
}

/// `file:PATH`, so that no path is taken for another protocol or an option.
fn local(path: &Path) -> OsString {
    let mut text = OsString::from("file:");
    text.push(path);
    text
}
