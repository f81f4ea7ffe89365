//! Our own binary once more, started to decode files that strangers made.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};

use crate::ProcessError;

/// What is kept of its output: the keyframes of a long film are listed in some 100 kB, and a broken film can be complained of without end.
const MAX_OUTPUT: u64 = 1 << 20;

/// How our own binary is started to decode.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tools {
    /// A binary that begins with [`crate::child()`]: the function's own.
    pub renderer: PathBuf,
}

/// How a program ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ran {
    /// Without an error; its standard output.
    Done(Vec<u8>),
    /// With one; its standard error, for the log and for telling causes apart, never for people.
    Failed(String),
    /// Not in time; it was killed.
    TimedOut,
}

impl Tools {
    /// Runs one piece of work, which is its first argument, to its end, or kills it at the limit.
    ///
    /// # Errors
    /// As [`Tools::start`] and [`Started::end`].
    pub(crate) async fn render(
        &self,
        work: &'static str,
        arguments: Vec<OsString>,
        limit: Duration,
    ) -> Result<Ran, ProcessError> {
        self.start(work, arguments)?.end(Vec::new(), limit).await
    }

    /// Starts one piece of work. It gets none of our environment, in which credentials stand.
    ///
    /// # Errors
    /// [`ProcessError::Tool`].
    pub(crate) fn start(&self, work: &'static str, arguments: Vec<OsString>) -> Result<Started, ProcessError> {
        let mut command = Command::new(&self.renderer);
        command.arg(work).args(arguments).env_clear().kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(|e| ProcessError::Tool {
            program: work,
            message: format!("cannot start {}: {e}", self.renderer.display()),
        })?;
        Ok(Started { work, child })
    }
}

/// A piece of work that waits for its input; killed where nobody waits for it.
#[derive(Debug)]
pub(crate) struct Started {
    work: &'static str,
    child: Child,
}

impl Started {
    /// Gives it its input, and runs it to its end, or kills it at the limit.
    ///
    /// # Errors
    /// Where it was killed from outside, or found no room on the disk: nothing of which is the film's fault.
    pub(crate) async fn end(self, input: Vec<u8>, limit: Duration) -> Result<Ran, ProcessError> {
        let Self { work, mut child } = self;
        let failed = |message: String| ProcessError::Tool { program: work, message };
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let ending = async { tokio::join!(told(stdin, &input), child.wait(), kept(stdout), kept(stderr)) };
        let Ok(((), status, stdout, stderr)) = tokio::time::timeout(limit, ending).await else {
            child.kill().await.map_err(|e| failed(format!("cannot be killed: {e}")))?;
            return Ok(Ran::TimedOut);
        };
        let (status, stderr) = (status?, String::from_utf8_lossy(&stderr?).into_owned());
        if status.success() {
            return Ok(Ran::Done(stdout?));
        }
        tracing::debug!(work, %status, %stderr, "a program failed");
        if killed(status) {
            return Err(failed("was killed, perhaps for want of memory".to_owned()));
        }
        if stderr.contains("No space left on device") {
            return Err(failed("no space left in the temporary directory".to_owned()));
        }
        Ok(Ran::Failed(stderr))
    }
}

/// SIGKILL comes from outside; every other signal is the program's own answer to the file.
fn killed(status: ExitStatus) -> bool {
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(9)
}

/// Whoever ends before it has read everything says by its answer why.
async fn told(stdin: Option<ChildStdin>, input: &[u8]) {
    if let Some(mut stdin) = stdin {
        let _ = stdin.write_all(input).await;
    }
}

/// The beginning of a stream; the rest is read too, so that the writer never waits, and forgotten.
async fn kept(stream: Option<impl AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        (&mut stream).take(MAX_OUTPUT).read_to_end(&mut bytes).await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods)]

    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::time::Instant;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    const WORK: &str = "render-nothing";

    /// A script that stands for the binary; its first argument is the work.
    fn tools(script: &str) -> (Tools, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let renderer = directory.path().join("program");
        std::fs::write(&renderer, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&renderer, std::fs::Permissions::from_mode(0o755)).unwrap();
        (Tools { renderer }, directory)
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_killed() {
        let (tools, directory) = tools("echo $$ > \"$2\"\nexec sleep 600");
        let pid_file = directory.path().join("pid");
        let started = Instant::now();
        let ran = tools.render(WORK, vec![pid_file.clone().into()], Duration::from_secs(1)).await.unwrap();
        assert_eq!(ran, Ran::TimedOut);
        assert!(started.elapsed() < LONG);
        let pid = std::fs::read_to_string(pid_file).unwrap();
        assert!(!Path::new("/proc").join(pid.trim()).exists(), "process {pid} is still there");
    }

    #[tokio::test]
    async fn endless_complaints_are_cut_and_do_not_block() {
        let (tools, _directory) = tools("head -c 5000000 /dev/zero | tr '\\0' x >&2\nexit 1");
        match tools.render(WORK, Vec::new(), LONG).await.unwrap() {
            Ran::Failed(stderr) => assert_eq!(stderr.len() as u64, MAX_OUTPUT),
            other => assert_eq!(other, Ran::TimedOut, "neither failed"),
        }
    }

    #[tokio::test]
    async fn it_is_told_more_than_an_argument_holds() {
        let (tools, _directory) = tools("wc -c");
        let ran = tools.start(WORK, Vec::new()).unwrap().end(vec![b'x'; 5_000_000], LONG).await.unwrap();
        assert_eq!(ran, Ran::Done(b"5000000\n".to_vec()));
        let (deaf, _directory) = self::tools("exit 0");
        let ran = deaf.start(WORK, Vec::new()).unwrap().end(vec![b'x'; 5_000_000], LONG).await.unwrap();
        assert_eq!(ran, Ran::Done(Vec::new()));
    }

    #[tokio::test]
    async fn our_environment_is_not_its_own() {
        let (tools, _directory) = tools("env");
        let Ran::Done(stdout) = tools.render(WORK, Vec::new(), LONG).await.unwrap() else { unreachable!() };
        let names: Vec<String> = String::from_utf8(stdout)
            .unwrap()
            .lines()
            .filter_map(|line| line.split_once('=').map(|(name, _)| name.to_owned()))
            .collect();
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some(), "this test's own environment has it");
        // The shell makes these by itself.
        assert!(names.iter().all(|name| ["PWD", "SHLVL", "_", "OLDPWD"].contains(&name.as_str())), "{names:?}");
    }

    #[tokio::test]
    async fn what_is_our_fault_is_no_failed_film() {
        let missing = Tools { renderer: "/nonexistent/program".into() };
        let error = missing.render(WORK, Vec::new(), LONG).await.unwrap_err().to_string();
        assert!(error.contains("cannot start /nonexistent/program"), "{error}");
        for script in ["kill -9 $$", "echo 'out.mp4: No space left on device' >&2; exit 1"] {
            let (tools, _directory) = tools(script);
            let error = tools.render(WORK, Vec::new(), LONG).await.unwrap_err();
            assert!(matches!(error, ProcessError::Tool { program: WORK, .. }), "{script}");
        }
        let (tools, _directory) = tools("kill -11 $$");
        assert!(matches!(tools.render(WORK, Vec::new(), LONG).await.unwrap(), Ran::Failed(_)));
    }
}
