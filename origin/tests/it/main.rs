//! The router as the edge meets it: real tokens, a real SQLite catalog, the real S3 client against a small stand-in.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod access;
mod api;
mod health;
mod links;
mod media;
mod multipart;
mod objects;
mod once;
mod pages;
mod play;
mod profile;
mod sessions;
mod tokens;
mod uploads;
mod world;
