//! `stagedoor image`: what the image processor makes of one file.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use processors::image::{Recipe, Rendered, Source, Step, render};
use processors::{Failure as Processing, Tools};
use serde_json::{Value, json};

use crate::failure::{Failure, block_on, read};

#[derive(Args)]
#[command(after_help = "Example: stagedoor image photo.jpg renditions\n         \
    stagedoor image photo.heic renditions --recipe thumbnails.json --step first\n\n\
    Prints what the file is and what was made of it as one line of JSON. A recipe is a JSON file as\n\
    processors/pictures/recipe.json is one, which stands where none is given.")]
pub struct Arguments {
    /// The picture: JPEG, PNG, WebP, GIF, HEIC, AVIF, TIFF or BMP
    #[arg(value_name = "IN")]
    source: PathBuf,
    /// Where the renditions go; made where it is missing
    #[arg(value_name = "OUT_DIR")]
    directory: PathBuf,
    /// What is to be made, as a JSON file
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// Which of the recipe's steps
    #[arg(long, value_name = "STEP", default_value = "both")]
    step: Steps,
}

#[derive(Clone, Copy, ValueEnum)]
enum Steps {
    /// What a title waits for
    First,
    /// What takes longer
    Later,
    /// Everything
    Both,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { source, directory, recipe, step } = arguments;
    let recipe = match recipe {
        Some(path) => Recipe::parse(&read(path)?).map_err(|e| Failure::file(path, e))?,
        None => Recipe::default(),
    };
    let step = match step {
        Steps::First => Step::First,
        Steps::Later => Step::Later,
        Steps::Both => Step::Both,
    };
    let bytes = std::fs::metadata(source).map_err(|e| Failure::file(source, e))?.len();
    if bytes > processors::image::MAX_BYTES {
        return Err(Failure::file(source, processors::Refusal::ImageBytes(bytes)));
    }
    std::fs::create_dir_all(directory).map_err(|e| Failure::file(directory, e))?;
    // The process that decodes is this program again.
    let program = std::env::current_exe().map_err(|e| Failure::Input(format!("this program's own file: {e}")))?;
    let tools = Tools { renderer: program };
    let started = Instant::now();
    let rendered = block_on(async {
        render(source, &recipe, step, directory, &tools).await.map_err(|e| match e {
            Processing::Refused(refusal) => Failure::file(source, refusal),
            Processing::Process(error) => Failure::Input(error.to_string()),
        })
    })?;
    println!("{}", report(source, bytes, &rendered, started));
    Ok(())
}

fn report(source: &Path, bytes: u64, rendered: &Rendered, started: Instant) -> Value {
    let Source { format, size, frames, truncated } = &rendered.source;
    let renditions: Vec<_> = rendered
        .files
        .iter()
        .map(|made| {
            json!({
                "name": made.name, "file": made.content.path, "content_type": made.content.content_type,
                "width": made.size.width, "height": made.size.height, "bytes": made.content.bytes,
            })
        })
        .collect();
    json!({
        "source": {
            "file": source, "format": format, "width": size.width, "height": size.height, "frames": frames,
            "truncated": truncated, "bytes": bytes,
        },
        "renditions": renditions, "thumbhash": rendered.picture.thumbhash,
        "milliseconds": u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}
