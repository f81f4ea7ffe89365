use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

/// How a command ends when it does not end well.
#[derive(Debug)]
pub enum Failure {
    /// Everything could be read, and a check failed: exit 1.
    Check(String),
    /// Bad usage or unreadable input: exit 2. The message names the file, the field and what was expected.
    Input(String),
}

impl Failure {
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Check(_) => ExitCode::from(1),
            Self::Input(_) => ExitCode::from(2),
        }
    }

    /// Something about a file.
    pub fn file(path: &Path, error: impl fmt::Display) -> Self {
        Self::Input(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(message) | Self::Input(message) => f.write_str(message),
        }
    }
}

/// Whatever the running system reports ends `up` as unreadable input does: its message says what to do.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Input(format!("{error:#}"))
    }
}

/// Runs what waits for others to its end, on this thread.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("the async runtime cannot start")?.block_on(work)
}

/// Reads a file, or standard input for `-`.
pub fn read(path: &Path) -> Result<String, Failure> {
    if path == Path::new("-") {
        return std::io::read_to_string(std::io::stdin()).map_err(|e| Failure::file(path, e));
    }
    std::fs::read_to_string(path).map_err(|e| Failure::file(path, e))
}
