use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::place::{Place, S3};
use super::{probe, render};
use crate::failure::{Failure, block_on};

#[derive(Args)]
#[command(after_help = "Example: stagedoor video film.mov renditions\n         \
    stagedoor video s3://bucket/film.mov renditions --only poster --region eu-central-1\n         \
    stagedoor video --probe --json film.mp4\n\n\
    Makes what the video processor makes: the film with its index in front and nothing in it that tells where and when it was\n\
    made, a poster, small pictures for the seek bar with the WebVTT file that says which is when, and one that moves. Prints what the\n\
    film is and what was made of it as one line of JSON.")]
pub struct Arguments {
    /// Say what the film is, and make nothing: length, tracks, codecs, sizes, colours, languages, keyframes
    #[arg(long, conflicts_with_all = ["directory", "only"])]
    probe: bool,
    /// The film (MP4, MOV, WebM, MKV, MPEG-TS): a file, or <s3://BUCKET/KEY>
    #[arg(value_name = "IN")]
    input: Place,
    /// Where the renditions go; made where it is missing
    #[arg(value_name = "OUT_DIR", required_unless_present = "probe")]
    directory: Option<PathBuf>,
    /// With --probe: everything as JSON, with the time of each keyframe, in place of a table
    #[arg(long, requires = "probe", conflicts_with = "directory")]
    json: bool,
    /// Only this
    #[arg(long, value_name = "WHAT")]
    only: Option<Only>,
    #[command(flatten)]
    s3: S3,
}

/// One of the things that are made of a film.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// The playable file
    Film,
    /// The poster as WebP and JPEG, and the thumbnail
    Poster,
    /// The poster as JPEG
    PosterJpeg,
    /// The small pictures, and the one that moves
    Previews,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { input, directory, json, only, s3, .. } = arguments;
    block_on(async {
        match directory {
            Some(directory) => render::render(input, s3, directory, *only).await,
            None => probe::probe(input, s3, *json).await,
        }
    })
}
