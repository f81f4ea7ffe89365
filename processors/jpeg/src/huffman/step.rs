//! One code and the bits behind it, at a look.

use super::{Class, Codes};

/// Bits that are looked up at once. Longer codes are rare.
pub(crate) const WIDTH: u32 = 10;

/// What to do with a code: how far it goes, in the bits and in the block.
#[derive(Clone, Copy)]
pub(crate) struct Step(u32);

impl Step {
    /// How far [`Step::advance`] goes where no coefficient follows in the block.
    pub(crate) const END: u32 = 128;
    /// A code longer than [`WIDTH`], or none.
    const LONG: Self = Self(255 << 16);

    fn new(class: Class, length: u8, symbol: u8) -> Self {
        let (run, size) = match class {
            Class::Dc => (0, symbol & 15),
            Class::Ac => (symbol >> 4, symbol & 15),
        };
        let advance = match (class, run, size) {
            // Zero to the end. That is run 0; 1 to 14 mean nothing, and libjpeg takes them for it too.
            (Class::Ac, 0..15, 0) => Self::END,
            _ => u32::from(run) + 1,
        };
        let length = u32::from(length);
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

    /// Coefficients up to and with the one whose number this is: 1 to 16, or [`Step::END`], or more where the code is too long
    /// to be found by [`Steps::look_up`].
    #[inline(always)]
    pub(crate) fn advance(self) -> u32 {
        self.0 >> 16
    }
}

/// A table's codes by their first [`WIDTH`] bits.
pub(crate) struct Steps {
    short: [Step; 1 << WIDTH],
    long: Long,
}

impl Steps {
    pub(crate) fn new(class: Class, codes: &Codes) -> Self {
        let mut short = [Step::LONG; 1 << WIDTH];
        for code in codes.iter().filter(|code| u32::from(code.length) <= WIDTH) {
            let (from, count) = (usize::from(code.bits >> (16 - WIDTH)), 1 << (WIDTH - u32::from(code.length)));
            short.iter_mut().skip(from).take(count).for_each(|step| *step = Step::new(class, code.length, code.symbol));
        }
        Self { short, long: Long::new(class, codes) }
    }

    /// By the next [`WIDTH`] bits.
    #[inline(always)]
    pub(crate) fn look_up(&self, bits: usize) -> Step {
        self.short.get(bits & ((1 << WIDTH) - 1)).copied().unwrap_or(Step::LONG)
    }

    /// By the next 16 bits, where [`Steps::look_up`] has found nothing.
    pub(crate) fn long(&self) -> &Long {
        &self.long
    }
}

/// The codes that are longer than [`WIDTH`], in ascending order.
pub(crate) struct Long {
    /// Where a code's bits end, in the upper end of 16, and its step.
    steps: Vec<(u32, Step)>,
    /// Where the first begins.
    start: u32,
}

impl Long {
    fn new(class: Class, codes: &Codes) -> Self {
        let mut start = None;
        let steps = codes.iter().filter(|code| u32::from(code.length) > WIDTH).map(|code| {
            let bits = u32::from(code.bits);
            start.get_or_insert(bits);
            (bits + (1 << (16 - code.length)), Step::new(class, code.length, code.symbol))
        });
        let steps = steps.collect();
        Self { steps, start: start.unwrap_or(65_536) }
    }

    /// `None` where the bits are no code.
    pub(crate) fn look_up(&self, bits: usize) -> Option<Step> {
        let bits = u32::try_from(bits).ok().filter(|bits| *bits >= self.start)?;
        self.steps.get(self.steps.partition_point(|(end, _)| *end <= bits)).map(|(_, step)| *step)
    }
}
