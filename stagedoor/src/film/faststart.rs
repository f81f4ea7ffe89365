use std::path::Path;
use std::time::Instant;

use clap::Args;
use mp4_front::faststart::{Outcome, Verdict};
use mp4_front::s3::{self, Options};
use mp4_front::{FileReader, Limits};
use serde_json::{Value, json};

use super::place::{Place, S3};
use super::unreadable;
use crate::failure::{Failure, block_on};

#[derive(Args)]
#[command(after_help = "Example: stagedoor faststart film.mp4 front.mp4\n         \
    stagedoor faststart s3://bucket/film.mp4 s3://bucket/front.mp4 --region eu-central-1\n\n\
    A film in S3 is copied by S3 itself: some MB of it pass through this program, whatever its size.\n\
    Prints what was done as one line of JSON. A film that plays from its beginning already is left as it is, and OUT is not\n\
    written. Exit status 1: the index cannot be moved without a risk for the film.")]
pub struct Arguments {
    /// The film, MP4 or QuickTime: a file, or <s3://BUCKET/KEY>
    #[arg(value_name = "IN")]
    input: Place,
    /// Where the new one goes: another file, or <s3://BUCKET/KEY>, which may be IN
    #[arg(value_name = "OUT")]
    output: Place,
    #[command(flatten)]
    s3: S3,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    block_on(faststart(arguments))
}

async fn faststart(arguments: &Arguments) -> Result<(), Failure> {
    let (input, output) = (&arguments.input, &arguments.output);
    let started = Instant::now();
    let outcome = carry_out(arguments).await?;
    let report = report(input, output, &outcome, started.elapsed().as_secs_f64());
    println!("{report}");
    match outcome.verdict {
        Verdict::Move(_) => eprintln!("{output}: the index is in front"),
        Verdict::AlreadyFront => eprintln!("{input}: the index is in front already; {output} was not written"),
        Verdict::Fragmented => {
            eprintln!("{input}: a film in fragments plays from its beginning as it is; {output} was not written");
        }
        Verdict::Refused(reason) => {
            return Err(Failure::Check(format!("{input}: {reason}; {output} was not written")));
        }
    }
    Ok(())
}

async fn carry_out(arguments: &Arguments) -> Result<Outcome, Failure> {
    let (input, options) = (&arguments.input, Options::default());
    let done = match (input, &arguments.output) {
        (Place::File(from), Place::File(to)) => {
            refuse_the_same(from, to)?;
            mp4_front::faststart::file(from, to, Limits::default()).map_err(s3::Error::from)
        }
        (Place::File(from), Place::Object(to)) => s3::upload(&arguments.s3.client().await?, from, to, &options).await,
        (Place::Object(from), Place::File(to)) => s3::download(&arguments.s3.client().await?, from, to, &options).await,
        (Place::Object(from), Place::Object(to)) => {
            s3::faststart(&arguments.s3.client().await?, from, to, &options).await
        }
    };
    match done {
        Ok(outcome) => Ok(outcome),
        Err(s3::Error::Film(error @ mp4_front::Error::Write { .. })) => Err(Failure::Input(error.to_string())),
        Err(s3::Error::Film(error)) => Err(match input {
            Place::File(path) => match FileReader::open(path) {
                Ok(file) => unreadable(input, &file, &error).await,
                Err(error) => Failure::file(path, error),
            },
            Place::Object(_) => Failure::Input(format!("{input}: {error}")),
        }),
        Err(error) => Err(Failure::Input(error.to_string())),
    }
}

/// By any name, also where the film cannot be read.
fn refuse_the_same(from: &Path, to: &Path) -> Result<(), Failure> {
    let same = from == to || matches!((from.canonicalize(), to.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if !same {
        return Ok(());
    }
    Err(Failure::Input(format!("{}: OUT is IN; expected the name of another file", to.display())))
}

fn report(input: &Place, output: &Place, outcome: &Outcome, seconds: f64) -> Value {
    let (verdict, size, reason) = match &outcome.verdict {
        Verdict::Move(plan) => ("moved", Some(plan.size()), None),
        Verdict::AlreadyFront => ("already_front", None, None),
        Verdict::Fragmented => ("fragmented", None, None),
        Verdict::Refused(reason) => ("refused", None, Some(reason.to_string())),
    };
    let work = outcome.work;
    json!({
        "input": input.to_string(),
        "output": output.to_string(),
        "verdict": verdict,
        "reason": reason,
        "output_bytes": size,
        "bytes_read": work.bytes_read,
        "bytes_written": work.bytes_written,
        "bytes_copied": work.bytes_copied,
        "requests": work.requests,
        "parts": work.parts,
        "seconds": (seconds * 1e3).round() / 1e3,
    })
}
