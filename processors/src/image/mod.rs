//! Pictures: what crate `pictures` makes of a file, in a process of its own. A decoder that hangs, crashes or takes too much memory
//! takes nothing with it.

mod child;
mod render;

pub use child::child;
pub use pictures::{MAX_BYTES, MAX_PIXELS, Size};
pub(crate) use render::{poster_recipe, render};
