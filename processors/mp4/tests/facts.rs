//! What the crate says of a film, beside what ffprobe says of it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

#[path = "facts/by_hand.rs"]
mod by_hand;
#[path = "facts/codecs.rs"]
mod codecs;
#[path = "facts/fragments.rs"]
mod fragments;
#[path = "facts/keyframes.rs"]
mod keyframes;
#[path = "facts/probe.rs"]
mod probe;
