//! Pictures: what crate `pictures` makes of a file, in a process of its own. A decoder that hangs, crashes or takes too much memory
//! takes nothing with it.

mod child;
mod render;

pub use child::Source;
pub(crate) use child::{ARGUMENT, Written, answer};
pub use pictures::{Format, MAX_BYTES, Recipe, Size, Step};
pub use render::{Rendered, render};
