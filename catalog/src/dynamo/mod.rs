//! The catalog in DynamoDB: four tables (`tables.json`), in which the first letters of a key say what an item is.
//!
//! Lists are read off an index that holds keys alone, and the rows behind them by consistent reads: a list may lack what
//! was written a moment ago, and never shows a row as it was, or one that is not the reader's to see any more.

mod audience;
mod client;
mod collections;
mod expression;
mod item;
mod keys;
mod licences;
mod links;
mod list;
mod media;
mod once;
mod people;
mod read;
pub mod schema;
pub mod tables;
mod uploads;
mod usage;
mod watch;
mod webhooks;
mod write;

pub use client::{CALLS, DynamoCatalog};
