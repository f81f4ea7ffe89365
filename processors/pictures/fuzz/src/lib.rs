//! The bodies of the fuzz targets: what must hold whatever the bytes are.
//!
//! They are compiled twice: here for cargo-fuzz, and into `tests/fuzz_replay.rs`, which runs them in the ordinary suite. So they
//! use nothing but the public face of the crate, and crates that it has itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
// To panic is what they are for.
#![allow(clippy::missing_panics_doc, clippy::must_use_candidate)]

mod header;

use std::alloc::System;

use cap::Cap;

pub use header::header;

/// What all of a target's memory together may have; one that takes more is ended. An input has a few kB, so nothing but a number in it
/// could make anything large.
const MEMORY_BYTES: usize = 64_000_000;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, MEMORY_BYTES);

/// A target takes any bytes and panics where something does not hold.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its program and of its directory of seeds.
pub const TARGETS: [(&str, Target); 1] = [("header", header)];
