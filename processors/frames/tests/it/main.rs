//! Films that FFmpeg's command line makes, and what comes out of their keyframes and of their files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod damaged;
mod files;
mod pictures;

use std::path::{Path, PathBuf};
use std::process::Command;

use frames::file::{Format, Rewritten, rewrite};

/// Two seconds of a moving test card with sound.
const CARD: &str = "-f lavfi -i testsrc2=size=320x180:rate=25:duration=2 -f lavfi -i sine=frequency=440:duration=2";

/// A directory with films in it.
struct Films(tempfile::TempDir);

impl Films {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A film by FFmpeg's arguments, in which `{NAME}` stands for another one.
    fn make(&self, name: &str, arguments: &str) -> PathBuf {
        let path = self.path(name);
        let arguments = arguments.replace('{', &format!("{}/", self.0.path().display())).replace('}', "");
        ffmpeg(arguments.split_whitespace(), &path);
        path
    }

    /// What [`rewrite`] makes of one; the keyframes' file is beside it.
    fn rewritten(&self, film: &Path, format: Format) -> (Rewritten, PathBuf, Vec<u8>) {
        let (to, keyframes) = (self.path("rewritten"), self.path("keyframes"));
        let made = rewrite(film, format, &to, &keyframes, 0.5).unwrap();
        (made, to, std::fs::read(keyframes).unwrap())
    }
}

fn ffmpeg<'a>(arguments: impl Iterator<Item = &'a str>, to: &Path) {
    let made = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(arguments).arg(to).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// What a program of FFmpeg's says of a file.
fn said(program: &str, arguments: &[&str]) -> String {
    let said = Command::new(program).args(["-v", "error"]).args(arguments).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}
