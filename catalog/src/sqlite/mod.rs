//! The embedded catalog: one SQLite file, in WAL mode, which several processes may hold open at once.

mod collections;
mod connection;
mod licences;
mod links;
mod media;
pub mod migrate;
mod once;
mod people;
mod uploads;
mod usage;
mod watch;
mod webhooks;

pub use connection::SqliteCatalog;
