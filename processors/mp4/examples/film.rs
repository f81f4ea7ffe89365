//! `film FILE` prints the facts of a film as JSON, and on stderr what was read for them; `film FILE OUT` also moves its index to the
//! front.

use std::path::PathBuf;
use std::time::Instant;

use futures::executor::block_on;
use mp4_front::{Cached, FileReader, Limits, Movie, faststart};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let input = arguments.next().ok_or("usage: film FILE [OUT]")?;
    let source = Cached::new(FileReader::open(&input)?);
    let movie = block_on(Movie::open(&source, Limits::default()))?;
    println!("{}", serde_json::to_string_pretty(&movie.facts()?)?);
    eprintln!("{:?}", source.traffic());
    if let Some(output) = arguments.next() {
        let started = Instant::now();
        match faststart::file(&input, &output, Limits::default())?.verdict {
            faststart::Verdict::Move(plan) => {
                eprintln!("moved: {} new bytes, {:?}", plan.head().len(), started.elapsed());
            }
            other => eprintln!("left as it is: {other:?}"),
        }
    }
    Ok(())
}
