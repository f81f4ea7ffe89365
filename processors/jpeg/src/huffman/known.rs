//! Codes whose number is known at the look: the most of those that are stored.

use super::step::{Step, Steps, WIDTH as STEP_WIDTH};
use crate::bits::{Bits, REFILLED};

/// Bits that are looked up at once, and as many at most stand for one number: of five in a row, one refill is enough.
pub(crate) const WIDTH: u32 = REFILLED / 5;

/// A code and the number behind it.
#[derive(Clone, Copy)]
pub(crate) struct Known(u32);

impl Known {
    /// The code and its number have more than [`WIDTH`] bits.
    const NOT: Self = Self(Self::UNKNOWN << 8);
    /// How far [`Known::advance`] goes where the rest is not known.
    pub(crate) const UNKNOWN: u32 = 255;

    /// Bits of both.
    #[inline(always)]
    pub(crate) fn bits(self) -> u32 {
        self.0 & 0xFF
    }

    /// As [`Step::advance`], or [`Known::UNKNOWN`].
    #[inline(always)]
    pub(crate) fn advance(self) -> u32 {
        self.0 >> 8 & 0xFF
    }

    /// The number.
    #[inline(always)]
    pub(crate) fn number(self) -> i32 {
        self.0.cast_signed() >> 16
    }
}

/// A table's codes by their first [`WIDTH`] bits.
pub(crate) struct Numbers(Box<[Known; 1 << WIDTH]>);

impl Numbers {
    pub(crate) fn new(steps: &Steps) -> Self {
        let mut known = Box::new([Known::NOT; 1 << WIDTH]);
        for (ahead, known) in known.iter_mut().enumerate() {
            let step = steps.look_up(ahead >> (WIDTH - STEP_WIDTH));
            if step.advance() <= Step::END && step.bits() <= WIDTH {
                // Fits: at most 10 bits, and a sign.
                let number = Bits::of(ahead << (64 - WIDTH)).signed(step.length(), step.size());
                *known = Known((number << 16).cast_unsigned() | step.advance() << 8 | step.bits());
            }
        }
        Self(known)
    }

    /// By the next [`WIDTH`] bits.
    #[inline(always)]
    pub(crate) fn look_up(&self, bits: usize) -> Known {
        self.0.get(bits & ((1 << WIDTH) - 1)).copied().unwrap_or(Known::NOT)
    }
}
