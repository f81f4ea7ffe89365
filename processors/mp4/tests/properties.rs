//! What holds for every film that can be made up, and of every input at all.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

#[path = "properties/bytes.rs"]
mod bytes;
#[path = "properties/places.rs"]
mod places;
#[path = "properties/synthetic.rs"]
mod synthetic;
#[path = "properties/upload.rs"]
mod upload;
