//! The fuzz targets on the ordinary toolchain: every seed, every past crash, and some thousands of mutations of them, always the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
// The seeds are files.
#![allow(clippy::disallowed_methods)]

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use edge_auth::Reason;
use targets::{TARGETS, Target};

/// Of each target; more of them find little that ten minutes of the fuzzer do not.
const MUTATIONS: usize = 400;

#[test]
fn every_seed_and_every_past_crash_holds() {
    for (name, target) in TARGETS {
        let seeds = files("seeds", name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for (path, bytes) in seeds.into_iter().chain(files("crashes", name)) {
            run(name, target, &bytes, &path.display().to_string());
        }
    }
}

#[test]
fn mutations_of_the_seeds_hold() {
    for (name, target) in TARGETS {
        let inputs: Vec<Vec<u8>> =
            files("seeds", name).into_values().chain(files("crashes", name).into_values()).collect();
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        for number in 0..MUTATIONS {
            let input = mutated(&inputs, &mut random);
            run(name, target, &input, &format!("mutation {number}"));
        }
    }
}

/// Seeds that no longer reach what they were written for would let every property hold of nothing.
#[test]
fn a_seed_named_after_a_reason_ends_so() {
    let mut met = 0;
    for (path, bytes) in files("seeds", "event") {
        let wanted = path.file_name().unwrap().to_string_lossy().split('.').next().unwrap().to_owned();
        if Reason::ALL.iter().any(|reason| reason.as_str() == wanted) {
            assert_eq!(targets::reason(&bytes).as_str(), wanted, "{}", path.display());
            met += 1;
        }
    }
    assert!(met >= 10, "only {met} seeds say where they end");
}

#[test]
fn every_target_has_a_program_of_one_line() {
    let programs: Vec<String> = listed(&fuzz().join("fuzz_targets"))
        .iter()
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(programs, TARGETS.map(|(name, _)| name));
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in programs {
        let text = fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(text.ends_with(&format!("|data: &[u8]| edge_auth_fuzz::{name}(data));\n")), "{name}: {text}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is not in Cargo.toml");
    }
}

/// Runs a target; what it panics over is kept, ready to go to `fuzz/crashes/`.
fn run(name: &str, target: Target, input: &[u8], what: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(input))) {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-crash-{name}"));
        fs::write(&kept, input).unwrap();
        eprintln!("{name}, {what}: kept as {}:\n{}", kept.display(), input.escape_ascii());
        std::panic::resume_unwind(panic);
    }
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The files of a target, in order of their names; none where it has no such directory.
fn files(kind: &str, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let directory = fuzz().join(kind).join(name);
    if !directory.exists() {
        return BTreeMap::new();
    }
    listed(&directory).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn listed(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// One to four changes to one of the inputs.
fn mutated(inputs: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = inputs[random.below(inputs.len())].clone();
    for _ in 0..=random.below(4) {
        let (from, to) = (random.below(bytes.len() + 1), random.below(bytes.len() + 1));
        let range = from.min(to)..from.max(to);
        match random.below(6) {
            0 => bytes.iter_mut().skip(from).take(1).for_each(|b| *b ^= 1 << random.below(8)),
            1 => bytes.iter_mut().skip(from).take(1).for_each(|b| *b = u8::try_from(random.below(256)).unwrap()),
            2 => bytes.truncate(from),
            3 => drop(bytes.drain(range)),
            4 => bytes = [&bytes[..from], &bytes[range], &bytes[from..]].concat(),
            _ => {
                let other = &inputs[random.below(inputs.len())];
                let start = random.below(other.len() + 1);
                bytes = [&bytes[..from], &other[start..]].concat();
            }
        }
        // What grows is doubled at most twice.
        bytes.truncate(16 * 1024);
    }
    bytes
}

/// Marsaglia's xorshift: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }
}
