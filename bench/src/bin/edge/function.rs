//! The packaged function as a process: how soon it asks for work, what it costs and how much memory it holds.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};
use bench::cpu;

use crate::options::Options;
use crate::runtime_api::RuntimeApi;

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
        let api = RuntimeApi::start(Vec::new(), 0)?;
        let begin = Instant::now();
        let _process = self.process(command, &api)?;
        Ok((api.first()? - begin).as_secs_f64() * 1e3)
    }

    /// Hands out `calls` events, over and over the same.
    pub fn run(&self, events: &[Vec<u8>], calls: usize) -> Result<Run> {
        let api = RuntimeApi::start(events.to_vec(), calls)?;
        let process = self.process(&self.directly(), &api)?;
        api.first()?;
        api.finished()?;
        let pid = process.0.id();
        Ok(Run { cpu_us: cpu::per_call(cpu::time_of(pid)?, calls), resident: resident(pid)? })
    }

    fn process(&self, command: &[PathBuf], api: &RuntimeApi) -> Result<Process> {
        let (program, arguments) = command.split_first().context("no program")?;
        let child = Command::new(program)
            .args(arguments)
            .current_dir(&self.directory)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "en_US.UTF-8")
            // As where the code lies on a file system that nobody can write to.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("LAMBDA_TASK_ROOT", &self.directory)
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/us-east-1.bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .env("AWS_REGION", "us-east-1")
            .env("_HANDLER", arguments.last().map_or(OsStr::new("bootstrap"), |name| name.as_os_str()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| program.display().to_string())?;
        Ok(Process(child))
    }
}

/// A process that ends when nobody wants it any more.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `VmRSS`, in bytes.
fn resident(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024)
}
