//! Media: what was uploaded, what became of it, and who may see it.

mod change;
mod id;
mod row;
mod store;
mod thumbhash;

pub use change::{MediaChange, Visibility};
pub use id::MediaId;
pub use row::{Kind, Media, NewMedia, Outcome, Picture, Progress, Rendition, Source, Status};
pub use store::{Filter, MediaStore, RESTORE_MS, Scope};
pub use thumbhash::ThumbHash;
