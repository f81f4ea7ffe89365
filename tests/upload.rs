//! `stagedoor upload`: what is interrupted goes on, and what is there is not sent again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../catalog/tests/conformance/moto_server.rs"]
mod moto;
#[path = "upload/moto_site.rs"]
mod moto_site;
#[path = "upload/resume.rs"]
mod resume;
#[path = "upload/settings.rs"]
mod settings;
#[path = "upload/site.rs"]
mod site;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use end_to_end::site::Site;
use end_to_end::stagedoor;
use serde_json::Value;

const MIB: usize = 1024 * 1024;

/// The command with nothing of this process's environment but where programs are, and a memory of its own.
fn upload(memory: &Path) -> Command {
    let mut command = Command::new(stagedoor());
    command.arg("upload").env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("XDG_STATE_HOME", memory);
    command.current_dir(memory).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The same, signed in at a site by name and password.
fn upload_to(site: &Site, memory: &Path) -> Command {
    let mut command = upload(memory);
    command.env("STAGEDOOR_URL", site.url()).env("STAGEDOOR_IDENTITY_URL", site.text("identity"));
    command.env("STAGEDOOR_CLIENT_ID", site.text("api_client"));
    command.env("STAGEDOOR_USER", site.text("user")).env("STAGEDOOR_PASSWORD", site.text("password"));
    command
}

/// Its lines of JSON; how it ended otherwise.
fn lines(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn done(mut command: Command) -> Vec<Value> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}\n{}", said(&output), String::from_utf8_lossy(&output.stdout));
    lines(&output)
}

/// What begins like a film, and has no two parts alike.
fn large_file(path: &Path, bytes: usize) -> PathBuf {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut data = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41".to_vec();
    while data.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        data.extend(state.to_le_bytes());
    }
    data.truncate(bytes);
    std::fs::write(path, data).unwrap();
    path.to_owned()
}

fn sha256(path: &Path) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA256, &std::fs::read(path).unwrap()).as_ref().to_vec()
}

/// A child that is killed when a test ends early.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
