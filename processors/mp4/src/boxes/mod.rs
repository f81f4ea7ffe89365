//! Boxes (in `QuickTime`: atoms): ISO/IEC 14496-12 section 4.2, and Apple's "`QuickTime` File Format" where that differs.
//!
//! Nothing here allocates, and no walk goes deeper than the code that asks for it: there is no recursion.

mod children;
mod fields;
mod four_cc;
mod header;

pub use children::{BoxRef, Boxes};
pub(crate) use fields::{Fields, Table};
pub use four_cc::FourCc;
pub use header::{Extent, Header};
