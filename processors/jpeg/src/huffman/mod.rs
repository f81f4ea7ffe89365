//! Huffman codes of coefficients (ITU T.81, annexes C and F), as look-ups.

mod codes;
mod known;
mod skip;
mod step;

pub(crate) use codes::{Class, Codes};
pub(crate) use known::{Known, Numbers};
pub(crate) use skip::Skip;
pub(crate) use step::{Step, Steps};

/// A Huffman table as look-ups.
pub(crate) struct Coding {
    pub(crate) steps: Steps,
    pub(crate) numbers: Numbers,
}

impl Coding {
    pub(crate) fn new(class: Class, codes: &Codes) -> Self {
        let steps = Steps::new(class, codes);
        let numbers = Numbers::new(&steps);
        Self { steps, numbers }
    }
}
