//! One code and the bits behind it, at a look.

use super::codes::{Class, Code, Codes};

/// Bits that are looked up at once. Longer codes are rare.
pub(crate) const WIDTH: u32 = 10;
/// Bits of a code and the number behind it at most, if it is to be found by [`Steps::look_up`]: of three in a row, one refill is
/// enough. Longer ones are rare too.
const MOST: u32 = crate::bits::REFILLED / 3;

/// What to do with a code: how far it goes, in the bits and in the block.
#[derive(Clone, Copy)]
pub(crate) struct Step(u32);

impl Step {
    /// How far [`Step::advance`] goes where no coefficient follows in the block.
    pub(crate) const END: u32 = 128;
    /// To be found by [`Steps::find`], if at all.
    const LONG: Self = Self(255 << 16);

    fn new(class: Class, code: Code) -> Self {
        let (run, size) = match class {
            Class::Dc => (0, code.symbol & 15),
            Class::Ac => (code.symbol >> 4, code.symbol & 15),
        };
        let advance = match (class, run, size) {
            // Zero to the end. That is run 0; 1 to 14 mean nothing, and libjpeg takes them for it too.
            (Class::Ac, 0..15, 0) => Self::END,
            _ => u32::from(run) + 1,
        };
        let length = u32::from(code.length);
        let size = u32::from(size);
        Self(advance << 16 | size << 12 | length << 6 | (length + size))
    }

    /// Bits of the code and of the number behind it: at most 31.
    #[inline(always)]
    pub(crate) fn bits(self) -> u32 {
        self.0 & 63
    }

    /// Bits of the code alone.
    #[inline(always)]
    pub(crate) fn length(self) -> u32 {
        self.0 >> 6 & 63
    }

    /// Bits of the number behind it.
    #[inline(always)]
    pub(crate) fn size(self) -> u32 {
        self.0 >> 12 & 15
    }

    /// Coefficients up to and with the one whose number this is: 1 to 16, or [`Step::END`]. More where nothing was found.
    #[inline(always)]
    pub(crate) fn advance(self) -> u32 {
        self.0 >> 16
    }
}

/// A table's codes.
pub(crate) struct Steps {
    /// By their first [`WIDTH`] bits.
    short: Box<[Step; 1 << WIDTH]>,
    /// In ascending order: where a code's bits end, in the upper end of 16, and its step.
    all: Vec<(u32, Step)>,
}

impl Steps {
    pub(crate) fn new(class: Class, codes: &Codes) -> Self {
        let mut short = Box::new([Step::LONG; 1 << WIDTH]);
        let mut all = Vec::new();
        for code in codes.iter() {
            let step = Step::new(class, code);
            all.push((u32::from(code.bits) + (1 << (16 - code.length)), step));
            if step.length() <= WIDTH && step.bits() <= MOST {
                let (from, count) = (usize::from(code.bits >> (16 - WIDTH)), 1 << (WIDTH - step.length()));
                short.iter_mut().skip(from).take(count).for_each(|place| *place = step);
            }
        }
        Self { short, all }
    }

    /// By the next [`WIDTH`] bits.
    #[inline(always)]
    pub(crate) fn look_up(&self, bits: usize) -> Step {
        self.short.get(bits & ((1 << WIDTH) - 1)).copied().unwrap_or(Step::LONG)
    }

    /// By the next 16 bits, in a few steps. `None` where they are no code.
    pub(crate) fn find(&self, bits: usize) -> Option<Step> {
        let at = self.all.partition_point(|(end, _)| *end as usize <= bits);
        self.all.get(at).map(|(_, step)| *step)
    }
}
