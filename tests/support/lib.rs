//! What the end-to-end tests share: a running site, raw requests, a browser.
//!
//! The tests drive `target/release/stagedoor` and `dist/`, which `./build.sh test` makes first.

pub mod browser;
pub mod fault_proxy;
pub mod http;
pub mod media;
pub mod site;

use std::path::{Path, PathBuf};

/// The checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.to_owned(), Path::to_owned)
}

/// The command line, built beside the tests (cargo puts those into `deps` there).
pub fn stagedoor() -> PathBuf {
    let test = std::env::current_exe().unwrap_or_default();
    let directory = test.ancestors().nth(2).unwrap_or(&test);
    built(&directory.join("stagedoor"))
}

/// What is deployed, as `./build.sh package` makes it.
pub fn dist() -> PathBuf {
    built(&root().join("dist"))
}

/// The Python with awslambdaric, boto3 and standardwebhooks that `./build.sh test` installs.
pub fn python() -> PathBuf {
    built(&root().join(".tools/venv/bin/python"))
}

/// Where screenshots and logs of a test are kept for a person to look at.
pub fn artefacts(test: &str) -> PathBuf {
    let directory = root().join("target/end-to-end").join(test);
    // A missing directory shows where something is written into it.
    let _ = std::fs::create_dir_all(&directory);
    directory
}

fn built(path: &Path) -> PathBuf {
    assert!(path.exists(), "{} is missing: run ./build.sh test, which makes it", path.display());
    path.to_owned()
}
