//! The fuzz targets on the ordinary toolchain: every seed, every past crash, and some thousands of mutations of them, always the same.
//! All memory of this program is capped, as in the fuzzer's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use futures::executor::block_on;
use mp4_front::faststart::{Refusal, Verdict};
use mp4_front::{Limits, Movie};
use targets::{TARGETS, Target};

/// Of each target; more of them find little that ten minutes of the fuzzer do not.
const MUTATIONS: usize = 2000;

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

/// Seeds that no longer reach what they were made for would let every property hold of nothing.
#[test]
fn the_seeds_still_reach_what_they_are_for() {
    let mut moved = Vec::new();
    for (path, bytes) in files("seeds", "film") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let movie = block_on(Movie::open(&bytes, Limits::default())).unwrap_or_else(|error| panic!("{name}: {error}"));
        match movie.faststart().unwrap() {
            Verdict::Move(_) => moved.push(name),
            Verdict::AlreadyFront => assert_eq!(name, "front"),
            Verdict::Fragmented => assert!(matches!(name.as_str(), "fragments" | "sidx"), "{name}"),
            Verdict::Refused(Refusal::CompressedMoov) => assert_eq!(name, "compressed"),
            Verdict::Refused(Refusal::ItemLocations { .. }) => assert_eq!(name, "iloc"),
            Verdict::Refused(other) => panic!("{name}: {other}"),
        }
    }
    assert_eq!(moved.len(), 11, "{moved:?}");
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
        assert!(text.ends_with(&format!("|data: &[u8]| mp4_front_fuzz::{name}(data));\n")), "{name}: {text}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is not in Cargo.toml");
    }
}

/// Runs a target; what it panics over is kept, ready to go to `fuzz/crashes/`.
fn run(name: &str, target: Target, input: &[u8], what: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(input))) {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mp4-fuzz-crash-{name}"));
        fs::write(&kept, input).unwrap();
        eprintln!("{name}, {what}: kept as {}", kept.display());
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
        match random.below(7) {
            0 | 1 => bytes.iter_mut().skip(from).take(1).for_each(|b| *b ^= 1 << random.below(8)),
            2 => bytes.iter_mut().skip(from).take(1).for_each(|b| *b = u8::try_from(random.below(256)).unwrap()),
            3 => bytes.iter_mut().skip(from).take(4).for_each(|b| *b = 0xFF),
            4 => bytes.truncate(from),
            5 => drop(bytes.drain(range)),
            _ => bytes = [&bytes[..from], &bytes[range], &bytes[from..]].concat(),
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
