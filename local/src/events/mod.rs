//! The way from a finished upload to its processor, on one machine: S3 event → SQS → dispatch, and change feed → Step
//! Functions, as one in-process queue.
//!
//! Everything is delivered at least once. A failed invocation is delivered again after a pause that doubles; when that
//! has failed [`EventsConfig::max_attempts`] times, the title ends as failed, and its original is kept. Nothing but the
//! catalog and the raw bucket is needed to take everything up again after a crash: see `backlog.rs`.
//!
//! Once a title has ended, the notify function hears of it; and, as from a schedule, whenever a webhook's delivery is due.

mod backlog;
mod delivery;
mod due;
mod intake;
mod invoke;
mod payload;

pub use intake::{Events, EventsConfig};
pub use invoke::Invoke;
