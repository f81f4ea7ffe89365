//! Walking over coefficients that nobody needs: several codes, with the numbers behind them, at a look.

use super::step::{Step, Steps, WIDTH as STEP_WIDTH};

/// Bits that are looked up at once.
pub(crate) const WIDTH: u32 = 11;
/// As many bits are walked over at most: four times, and the bits of one refill are used up.
const MOST: u32 = crate::bits::REFILLED / 4;

/// Some codes in a row.
#[derive(Clone, Copy)]
pub(crate) struct Stride(u16);

impl Stride {
    /// The next code has to be looked at by itself.
    const NONE: Self = Self(0xFF00);

    /// Bits of the codes and of the numbers behind them: at most 14.
    #[inline(always)]
    pub(crate) fn bits(self) -> u32 {
        u32::from(self.0 & 0xFF)
    }

    /// Coefficients that they stand for, and 128 more where the last of them ends the block.
    #[inline(always)]
    pub(crate) fn advance(self) -> u32 {
        u32::from(self.0 >> 8)
    }
}

/// Strides of AC codes by their first [`WIDTH`] bits.
pub(crate) struct Skip(Box<[Stride; 1 << WIDTH]>);

impl Skip {
    pub(crate) fn new(steps: &Steps) -> Self {
        let mut strides = Box::new([Stride::NONE; 1 << WIDTH]);
        for (bits, stride) in strides.iter_mut().enumerate() {
            *stride = stride_of(steps, bits);
        }
        Self(strides)
    }

    /// By the next [`WIDTH`] bits.
    #[inline(always)]
    pub(crate) fn look_up(&self, bits: usize) -> Stride {
        self.0.get(bits & ((1 << WIDTH) - 1)).copied().unwrap_or(Stride::NONE)
    }
}

/// As many codes as can be told from the first [`WIDTH`] bits. The last number's bits may lie behind them.
fn stride_of(steps: &Steps, bits: usize) -> Stride {
    let (mut taken, mut advance) = (0, 0);
    while taken < WIDTH {
        let ahead = bits << taken & ((1 << WIDTH) - 1);
        let step = steps.look_up(ahead >> (WIDTH - STEP_WIDTH));
        if step.advance() > Step::END || taken + step.length() > WIDTH || taken + step.bits() > MOST {
            break;
        }
        if step.advance() != Step::END && advance + step.advance() > 63 {
            break;
        }
        taken += step.bits();
        advance += step.advance();
        if step.advance() == Step::END {
            break;
        }
    }
    // Both fit: at most 14, and at most 63 + 128.
    if taken == 0 { Stride::NONE } else { Stride((advance << 8 | taken) as u16) }
}
