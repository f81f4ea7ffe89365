//! Our binaries once more, started to decode what strangers made: a decoder that hangs, crashes or takes too much memory takes nothing with
//! it.

use std::ffi::OsString;
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::Serialize;

use crate::{image, video};

/// Does one piece of work where the process was started for that (`BINARY render-picture …`, `BINARY render-film` with a job on its
/// standard input); `None`: it was started for something else.
pub fn child() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let work = arguments.next()?;
    let rest: Vec<OsString> = arguments.collect();
    if work == image::ARGUMENT {
        Some(said(&image::answer(&rest)))
    } else if work == video::ARGUMENT {
        Some(said(&video::answer()))
    } else {
        None
    }
}

fn said(answer: &impl Serialize) -> ExitCode {
    match serde_json::to_writer(std::io::stdout(), answer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Bounds this process: addresses in bytes, no core file, and processor time, by so many seconds of the clock. Whoever started it looks at the
/// clock and ends it first.
pub(crate) fn limited(memory: u64, seconds: u64) -> std::io::Result<()> {
    let processors = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let seconds = seconds.saturating_mul(processors).saturating_add(10);
    for (resource, most) in [(Resource::As, memory), (Resource::Cpu, seconds), (Resource::Core, 0)] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}
