use clap::Args;
use mp4_front::s3::ObjectReader;
use mp4_front::{Cached, Facts, FileReader, Limits, Movie, ReadAt};

use super::place::{Place, S3};
use super::{table, unreadable};
use crate::failure::{Failure, block_on};

#[derive(Args)]
#[command(after_help = "Example: stagedoor video --probe film.mp4\n         \
    stagedoor video --probe --json s3://bucket/film.mov --region eu-central-1\n\n\
    Reads the index of an MP4 or QuickTime film, and nothing of the film itself.")]
pub struct Arguments {
    /// Say what the film is: length, tracks, codecs, sizes, colours, languages, keyframes
    #[arg(long, required = true)]
    probe: bool,
    /// The film: a file, or <s3://BUCKET/KEY>
    #[arg(value_name = "IN")]
    input: Place,
    /// Everything as JSON, with the time of each keyframe, in place of a table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    s3: S3,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    block_on(probe(arguments))
}

async fn probe(arguments: &Arguments) -> Result<(), Failure> {
    let input = &arguments.input;
    let facts = match input {
        Place::File(path) => {
            let file = FileReader::open(path).map_err(|e| Failure::file(path, e))?;
            facts(input, &file).await?
        }
        Place::Object(uri) => {
            let object = ObjectReader::open(&arguments.s3.client().await?, uri).await;
            facts(input, &object.map_err(|e| Failure::Input(e.to_string()))?).await?
        }
    };
    if arguments.json {
        println!("{}", serde_json::to_string(&facts).map_err(|e| Failure::Input(format!("{input}: {e}")))?);
    } else {
        print!("{}", table::facts(&input.to_string(), &facts));
    }
    Ok(())
}

async fn facts(input: &Place, source: &impl ReadAt) -> Result<Facts, Failure> {
    let cached = Cached::new(source);
    let found = Movie::open(&cached, Limits::default()).await.and_then(|movie| movie.facts());
    match found {
        Ok(facts) => Ok(facts),
        Err(error) => Err(unreadable(input, &cached, &error).await),
    }
}
