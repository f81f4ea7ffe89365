//! The bodies of the fuzz targets: what must hold whatever the bytes are.
//!
//! They are compiled twice: here for cargo-fuzz, and into `tests/fuzz_replay.rs`, which runs them in the ordinary suite. So they
//! use nothing but the public face of the crate, and crates that it has itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
// To panic is what they are for.
#![allow(clippy::missing_panics_doc, clippy::must_use_candidate)]

mod answer;
mod cookies;
mod event;
mod jws;
mod pass;
mod path;
mod policy;
mod site;
mod state;

pub use answer::answer;
pub use cookies::cookies;
pub use event::{event, reason};
pub use jws::jws;
pub use pass::pass;
pub use path::path;
pub use policy::policy;
pub use state::state;

/// A target takes any bytes and panics where something does not hold.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its program and of its directory of seeds.
pub const TARGETS: [(&str, Target); 8] = [
    ("answer", answer),
    ("cookies", cookies),
    ("event", event),
    ("jws", jws),
    ("pass", pass),
    ("path", path),
    ("policy", policy),
    ("state", state),
];
