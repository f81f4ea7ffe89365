//! A packaged function as a process, as Lambda would start it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::runtime_api::RuntimeApi;

/// A process that ends when nobody wants it any more.
pub struct Process(Child);

impl Process {
    /// Starts a program with its arguments in a directory, with Lambda's environment and what else it is told.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(
        command: &[PathBuf],
        directory: &Path,
        environment: &[(&str, String)],
        api: &RuntimeApi,
    ) -> Result<Self> {
        let (program, arguments) = command.split_first().context("no program")?;
        let child = Command::new(program)
            .args(arguments)
            .current_dir(directory)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "en_US.UTF-8")
            // As where the code lies on a file system that nobody can write to.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("LAMBDA_TASK_ROOT", directory)
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/us-east-1.bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .env("AWS_REGION", "us-east-1")
            .env("_HANDLER", arguments.last().map_or(OsStr::new("bootstrap"), |name| name.as_os_str()))
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| program.display().to_string())?;
        Ok(Self(child))
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// `VmRSS`, in bytes.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn resident(&self) -> Result<u64> {
        memory(self.id(), "VmRSS")
    }
}

/// What the kernel says of a process's memory, in bytes: `VmRSS`, what it has, or `VmHWM`, the most that it ever had.
///
/// # Errors
/// Where it has ended.
pub fn memory(id: u32, name: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    bytes(&status, name).with_context(|| format!("no {name}"))
}

fn bytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024)
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_line_is_read() {
        assert_eq!(bytes("VmPeak:\t 9 kB\nVmHWM:\t    1024 kB\nVmRSS:\t 3 kB\n", "VmHWM"), Some(1 << 20));
        assert_eq!(bytes("", "VmHWM"), None);
    }
}
