//! `--prepare`: a film becomes what the video processor would play of it, and a poster is taken from it, before it is sent.

use std::fmt::Display;
use std::fs;
use std::path::PathBuf;

use mp4_front::FileReader;
use processors::image::Format;
use processors::video::{Film, Source};
use processors::{Failure, Tools};
use sniff::{Container, Sniffed};

use super::file::LocalFile;
use super::journal::Journal;
use crate::client::ClientError;
use crate::film::{playable, program, sniffed};

/// How films are prepared.
pub struct Preparation {
    journal: Journal,
    poster_seconds: f64,
}

/// What is sent in a file's place.
pub struct Prepared {
    pub file: LocalFile,
    /// A JPEG that stays on this machine.
    pub poster: Option<PathBuf>,
}

impl Preparation {
    pub fn new(journal: Journal, poster_seconds: f64) -> Self {
        Self { journal, poster_seconds }
    }

    /// The film to be sent; anything else than an MP4 or QuickTime film is sent as it is. What was prepared is kept for as
    /// long as its source stays what it was, so that a killed upload goes on with the same bytes.
    ///
    /// # Errors
    /// Where the film cannot be read, or browsers could not play it.
    pub async fn prepare(&self, source: &LocalFile) -> Result<Prepared, ClientError> {
        let reader = FileReader::open(&source.path).map_err(|e| failed(source, &e))?;
        if sniffed(&reader).await != Sniffed::Video(Container::IsoMedia) {
            return Ok(Prepared { file: source.clone(), poster: None });
        }
        let folder = self.journal.beside(source).join(format!("{}-{}", source.size, source.modified));
        let (film, poster) = (folder.join("film.mp4"), folder.join("poster.jpg"));
        if !film.exists() {
            // What an earlier state of the file became is of no more use.
            if let Some(above) = folder.parent() {
                let _ = fs::remove_dir_all(above);
            }
            let work = fs::create_dir_all(&folder).and_then(|()| tempfile::tempdir_in(&folder));
            let work = work.map_err(|e| failed(source, &e))?;
            let tools = Tools { renderer: program().map_err(|e| failed(source, &e))? };
            let original = Source::File(reader);
            let opened = Film::open(&original, Container::IsoMedia, work.path(), &tools).await;
            let mut made = opened.map_err(|e: Failure| failed(source, &e))?;
            made.planned.poster_at_s = self.poster_seconds;
            let jpeg = made.poster(&[Format::Jpeg]).await.map_err(|e| failed(source, &e))?.files.pop();
            let main = playable(&made, &original, work.path()).await.map_err(|e| failed(source, &e))?;
            // The film last: where it is, all of it is there.
            let moved = jpeg.map_or(Ok(()), |jpeg| fs::rename(jpeg.content.path, &poster));
            moved.and_then(|()| fs::rename(main.content.path, &film)).map_err(|e| failed(source, &e))?;
        }
        let prepared =
            LocalFile { name: source.name.clone(), ..LocalFile::at(&film, None).map_err(|e| failed(source, &e))? };
        let poster = poster.exists().then_some(poster);
        Ok(Prepared { file: prepared, poster })
    }
}

fn failed(film: &LocalFile, cause: &impl Display) -> ClientError {
    ClientError::Local(format!("{} cannot be prepared: {cause}", film.path.display()))
}
