//! The fuzz targets on the ordinary toolchain: every seed, every past crash, and some mutations of them, always the same.

use std::fs;
use std::path::{Path, PathBuf};

use scaled_jpeg::Scale;

use crate::targets::{TARGETS, agrees, file, made};

#[test]
fn every_seed_and_every_past_crash_holds() {
    for (name, target) in TARGETS {
        let seeds = files("seeds", name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for (path, bytes) in seeds.into_iter().chain(files("crashes", name)) {
            println!("{}", path.display());
            agrees(&target(&bytes), &Scale::ALL);
        }
    }
}

/// Whatever a byte becomes: no panic, an end, and the reference agrees where nothing is said to be wrong.
#[test]
fn changed_bytes_hold() {
    for (name, target) in [("file", file as fn(&[u8])), ("made", made)] {
        for (path, bytes) in files("seeds", name) {
            println!("{}", path.display());
            for at in (0..bytes.len()).step_by(3) {
                let mut changed = bytes.clone();
                changed[at] ^= [0xFF, 1, 0x80][at % 3];
                target(&changed);
            }
        }
    }
}

#[test]
fn every_target_has_a_program_of_one_line() {
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        let text = fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(text.ends_with(&format!("|data: &[u8]| scaled_jpeg_fuzz::{name}(data));\n")), "{name}: {text}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is not in Cargo.toml");
    }
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The files of a target with their names, in order.
fn files(kind: &str, name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(directory) = fs::read_dir(fuzz().join(kind).join(name)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = directory.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}
