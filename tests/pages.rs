//! The pages as people use them, in a real Chromium: one story a page, and what every page owes to everybody.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "pages/accessible.rs"]
mod accessible;
#[path = "pages/collections.rs"]
mod collections;
#[path = "pages/library.rs"]
mod library;
#[path = "pages/links.rs"]
mod links;
#[path = "pages/modules.rs"]
mod modules;
#[path = "pages/person.rs"]
mod person;
#[path = "pages/profile.rs"]
mod profile;
#[path = "pages/uploading.rs"]
mod uploading;
#[path = "pages/watching.rs"]
mod watching;
