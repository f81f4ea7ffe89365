//! Huffman codes of coefficients (ITU T.81, annexes C and F), as look-ups.

mod codes;
mod skip;
mod step;

pub(crate) use codes::{Class, Codes};
pub(crate) use skip::Skip;
pub(crate) use step::{Step, Steps};
