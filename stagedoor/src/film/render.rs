use std::path::Path;
use std::time::Instant;

use mp4_front::s3::{self, ObjectReader};
use mp4_front::{FileReader, ReadAt, faststart};
use processors::image::Format;
use processors::process::Made;
use processors::video::{Film, Main, POSTER_FORMATS, Source};
use processors::{Failure as Processing, Tools};
use serde_json::{Value, json};
use sniff::Sniffed;

use super::place::{Place, S3};
use super::sniffed;
use super::video::Only;
use crate::failure::Failure;

/// Makes the renditions of one film in a directory, and prints what was made.
pub async fn render(input: &Place, s3: &S3, directory: &Path, only: Option<Only>) -> Result<(), Failure> {
    let started = Instant::now();
    let source = opened(input, s3).await?;
    let Sniffed::Video(container) = sniffed(&source).await else {
        return Err(Failure::Input(format!("{input}: this is no film; expected MP4, MOV, WebM, MKV or MPEG-TS")));
    };
    std::fs::create_dir_all(directory).map_err(|e| Failure::file(directory, e))?;
    // Beside the renditions, so that a film that is written anew is moved to them and not copied.
    let work = tempfile::Builder::new().prefix(".stagedoor-").tempdir_in(directory);
    let work = work.map_err(|e| Failure::file(directory, e))?;
    let tools = Tools { renderer: program()? };
    let failed = |failure: Processing| Failure::Input(format!("{input}: {failure}"));
    let film = Film::open(&source, container, work.path(), &tools).await.map_err(failed)?;
    let wanted = |what: Only| only.is_none_or(|only| only == what);
    let mut made = Vec::new();
    if wanted(Only::Film) {
        made.push(playable(&film, &source, work.path()).await?);
    }
    if wanted(Only::Poster) {
        made.extend(film.poster(&POSTER_FORMATS).await.map_err(failed)?.files);
    }
    if only == Some(Only::PosterJpeg) {
        made.extend(film.poster(&[Format::Jpeg]).await.map_err(failed)?.files);
    }
    if wanted(Only::Previews) {
        made.extend(film.previews().await.map_err(failed)?);
    }
    let mut renditions = Vec::new();
    for Made { name, file_name, size, content } in made {
        let to = directory.join(file_name);
        std::fs::rename(&content.path, &to).map_err(|e| Failure::file(&to, e))?;
        renditions.push(json!({
            "name": name, "file": to, "content_type": content.content_type,
            "width": size.width, "height": size.height, "bytes": content.bytes,
        }));
    }
    println!("{}", report(input, &source, &film, &renditions, started));
    Ok(())
}

async fn opened(input: &Place, s3: &S3) -> Result<Source, Failure> {
    match input {
        Place::File(path) => FileReader::open(path).map(Source::File).map_err(|e| Failure::file(path, e)),
        Place::Object(uri) => {
            let object = ObjectReader::open(&s3.client().await?, uri).await;
            object.map(Source::Object).map_err(|e| Failure::Input(e.to_string()))
        }
    }
}

/// The process that decodes is this program again.
pub fn program() -> Result<std::path::PathBuf, Failure> {
    std::env::current_exe().map_err(|e| Failure::Input(format!("this program's own file: {e}")))
}

/// Writes the playable file into the directory that is worked in.
pub async fn playable(film: &Film<'_>, source: &Source, work: &Path) -> Result<Made, Failure> {
    let to = match &film.main {
        Main::Written(path) => path.clone(),
        Main::Planned(plan) => {
            let to = work.join("video");
            match source {
                Source::File(reader) => faststart::write(plan, reader, &to).map_err(s3::Error::from),
                Source::Object(object) => s3::save(plan, object, &to).await,
            }
            .map_err(|e| Failure::Input(e.to_string()))?;
            to
        }
    };
    let bytes = std::fs::metadata(&to).map_err(|e| Failure::file(&to, e))?.len();
    Ok(film.made(to, bytes))
}

fn report(input: &Place, source: &Source, film: &Film<'_>, renditions: &[Value], started: Instant) -> Value {
    let read = match source {
        Source::Object(object) => Some(object.traffic().bytes),
        Source::File(_) => None,
    };
    json!({
        "source": {
            "file": input.to_string(), "bytes": source.size(), "bytes_fetched": read, "duration_s": film.duration_s,
            "width": film.planned.shown.width, "height": film.planned.shown.height,
        },
        "renditions": renditions,
        "milliseconds": u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}
