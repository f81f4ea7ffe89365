//! The packaged function as a process: how soon it asks for work, what it costs and how much memory it holds.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use bench::cpu;
use bench::process::Process;
use bench::runtime_api::RuntimeApi;
use serde_json::Value;

use crate::options::Options;

/// A directory as the zip would be unpacked.
pub struct Package {
    directory: PathBuf,
}

/// What a run over many events showed.
pub struct Run {
    /// CPU µs an event: the decision, the HTTP around it and the log line; its start is spread over all of them.
    pub cpu_us: f64,
    /// Resident memory after the last event, in bytes.
    pub resident: u64,
}

/// What the launcher is compared with: a function that does nothing.
const NOTHING: &str = "def handler(event, context):\n    return event['Records'][0]['cf']['request']\n";

/// Every event here is of somebody who may pass.
fn passes(answer: &Value) -> bool {
    answer.get("uri").is_some()
}

impl Package {
    /// Puts the program, the launcher where there is one, and EDGE.json together.
    pub fn unpack(directory: &Path, options: &Options, edge_json: &[u8]) -> Result<Self> {
        std::fs::create_dir_all(directory)?;
        std::fs::copy(&options.bootstrap, directory.join("bootstrap"))?;
        if options.launcher.is_file() {
            std::fs::copy(&options.launcher, directory.join("launcher.py"))?;
        }
        std::fs::write(directory.join("nothing.py"), NOTHING)?;
        std::fs::write(directory.join("EDGE.json"), edge_json)?;
        Ok(Self { directory: directory.to_owned() })
    }

    /// The program by itself.
    pub fn directly(&self) -> Vec<PathBuf> {
        vec![self.directory.join("bootstrap")]
    }

    /// As Lambda@Edge does it: Python's runtime client imports `module`.
    pub fn by_python(python: &Path, module: &str) -> Vec<PathBuf> {
        vec![python.into(), "-m".into(), "awslambdaric".into(), format!("{module}.handler").into()]
    }

    /// Milliseconds from before the process is made until it asks for its first event.
    pub fn start(&self, command: &[PathBuf]) -> Result<f64> {
        let api = RuntimeApi::start(Vec::new(), 0, passes)?;
        let begin = Instant::now();
        let _process = self.process(command, &api)?;
        Ok((api.first()? - begin).as_secs_f64() * 1e3)
    }

    /// Hands out `calls` events, over and over the same.
    pub fn run(&self, events: &[Vec<u8>], calls: usize) -> Result<Run> {
        let api = RuntimeApi::start(events.to_vec(), calls, passes)?;
        let process = self.process(&self.directly(), &api)?;
        api.first()?;
        api.finished()?;
        Ok(Run { cpu_us: cpu::per_call(cpu::time_of(process.id())?, calls), resident: process.resident()? })
    }

    fn process(&self, command: &[PathBuf], api: &RuntimeApi) -> Result<Process> {
        Process::start(command, &self.directory, &[], api)
    }
}
