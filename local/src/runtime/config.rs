use std::env;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use super::RuntimeError;

/// What a function is, as Lambda's configuration would say it.
#[derive(Debug, Clone)]
pub struct FunctionConfig {
    /// Its name, in its ARN and in the log.
    pub name: String,
    /// The program and its arguments. A program without `/` is looked up in `PATH`.
    pub command: Vec<OsString>,
    /// Where it runs; `None` is this process's own directory.
    pub working_dir: Option<PathBuf>,
    /// Its variables. They may replace those that Lambda sets; nothing else is inherited but `PATH`, `HOME`, `TZ`, `LANG`.
    pub env: Vec<(String, String)>,
    /// How many processes, and so how many invocations at a time. At least 1.
    pub concurrency: usize,
    /// How long one invocation may take, counted from when a process has it.
    pub timeout: Duration,
    /// What the function is told of its memory, in MB. Nothing here enforces it.
    pub memory_mb: u32,
}

/// The variables of our own that a function sees.
const INHERITED: [&str; 4] = ["PATH", "HOME", "TZ", "LANG"];

impl FunctionConfig {
    /// Names the first field that is unusable.
    pub(super) fn check(&self) -> Result<(), RuntimeError> {
        let problem = |field, message: String| Err(RuntimeError::Config { name: self.name.clone(), field, message });
        if self.name.is_empty() || !self.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return problem("name", format!("is {:?}; expected letters, digits, - and _", self.name));
        }
        if self.concurrency == 0 {
            return problem("concurrency", "is 0; expected at least 1".to_owned());
        }
        if self.timeout.is_zero() {
            return problem("timeout", "is 0; expected some time".to_owned());
        }
        if let Some(dir) = self.working_dir.as_deref().filter(|dir| !dir.is_dir()) {
            return problem("working_dir", format!("{} is not a directory", dir.display()));
        }
        match self.command.first() {
            None => problem("command", "is empty; expected a program".to_owned()),
            Some(program) if !self.can_be_run(Path::new(program)) => {
                problem("command", format!("{} is not a file that can be found", Path::new(program).display()))
            }
            Some(_) => Ok(()),
        }
    }

    /// The process that is served by the Runtime API at `api`, without its standard streams.
    #[expect(clippy::disallowed_methods, reason = "these are no settings: the child's environment is made of our own")]
    pub(super) fn process(&self, api: SocketAddr, environment: usize) -> Command {
        // pdeathsig kills the child when we are killed, and `setpriv` execs, so that the pid is the function's own.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).args(&self.command).env_clear();
        command.envs(INHERITED.iter().filter_map(|name| Some((name, env::var_os(name)?))));
        if let Some(root) = self.working_dir.clone().or_else(|| env::current_dir().ok()) {
            command.env("LAMBDA_TASK_ROOT", &root).current_dir(root);
        }
        command
            .env("AWS_LAMBDA_RUNTIME_API", api.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &self.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.memory_mb.to_string())
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", self.name))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", format!("local/{environment}"))
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_REGION", "us-east-1")
            .env("_HANDLER", "bootstrap")
            .envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    #[expect(clippy::disallowed_methods, reason = "no setting: the child's PATH is ours")]
    fn can_be_run(&self, program: &Path) -> bool {
        if program.components().count() > 1 {
            // As exec resolves it: a relative path from the directory that the child is in.
            return self.working_dir.as_deref().unwrap_or(Path::new(".")).join(program).is_file();
        }
        env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|dir| dir.join(program).is_file()))
    }
}
