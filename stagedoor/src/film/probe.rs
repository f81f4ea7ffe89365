use std::path::Path;

use mp4_front::s3::ObjectReader;
use mp4_front::{Cached, Facts, FileReader, Limits, Movie, ReadAt};
use processors::Tools;
use processors::video::{FileFacts, file_facts};
use serde_json::{Value, json};
use sniff::{Container, Sniffed};

use super::place::{Place, S3};
use super::render::program;
use super::{sniffed, table, unreadable};
use crate::failure::Failure;

/// Prints what a film is: a table, or JSON.
pub async fn probe(input: &Place, s3: &S3, as_json: bool) -> Result<(), Failure> {
    let facts = match input {
        Place::File(path) => {
            let file = FileReader::open(path).map_err(|e| Failure::file(path, e))?;
            let others = [Container::Matroska, Container::TransportStream].map(Sniffed::Video);
            if others.contains(&sniffed(&file).await) {
                return other(path, as_json).await;
            }
            facts(input, &file).await?
        }
        Place::Object(uri) => {
            let object = ObjectReader::open(&s3.client().await?, uri).await;
            facts(input, &object.map_err(|e| Failure::Input(e.to_string()))?).await?
        }
    };
    if as_json {
        println!("{}", said(input, serde_json::to_string(&facts))?);
    } else {
        print!("{}", table::facts(&input.to_string(), &facts));
    }
    Ok(())
}

/// Matroska, `WebM` and MPEG transport streams, whose headers FFmpeg's libraries read.
async fn other(path: &Path, as_json: bool) -> Result<(), Failure> {
    let tools = Tools { renderer: program()? };
    let facts = file_facts(path, &tools).await.map_err(|e| Failure::file(path, e))?;
    let json = as_value(&facts);
    if as_json {
        println!("{json}");
    } else {
        print!("{}", table::other(&path.display().to_string(), &facts));
    }
    Ok(())
}

fn as_value(facts: &FileFacts) -> Value {
    let picture = &facts.picture;
    let coding = picture.coding.as_ref();
    json!({
        "container": facts.container,
        "duration_s": facts.duration_s,
        "video": {
            "codec": picture.codec, "pixel_format": picture.pixel_format, "frame_rate": picture.frame_rate,
            "width": picture.stored.width, "height": picture.stored.height,
            "display_width": picture.shown.width, "display_height": picture.shown.height,
            "rotation": coding.map(|coding| coding.rotation), "mirrored": coding.map(|coding| coding.mirrored),
        },
        "audio": facts.sound.as_ref().map(|codec| json!({ "codec": codec })),
    })
}

fn said(input: &Place, json: serde_json::Result<String>) -> Result<String, Failure> {
    json.map_err(|e| Failure::Input(format!("{input}: {e}")))
}

async fn facts(input: &Place, source: &impl ReadAt) -> Result<Facts, Failure> {
    let cached = Cached::new(source);
    let found = Movie::open(&cached, Limits::default()).await.and_then(|movie| movie.facts());
    match found {
        Ok(facts) => Ok(facts),
        Err(error) => Err(unreadable(input, &cached, &error).await),
    }
}
