//! Reading a block: the coefficients that the IDCT uses are stored, the others walked over.

use std::ops::ControlFlow;

use crate::bits::Bits;
use crate::damage::Fault;
use crate::huffman::{Coding, Known, Skip, Step};
use crate::idct::Block;
use crate::window::SIZE;

/// What a coefficient is multiplied by, and where it goes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Slot {
    pub(crate) factor: f32,
    pub(crate) position: u8,
}

/// Reads the blocks of one component.
pub(crate) struct BlockReader<'t> {
    pub(crate) dc: &'t Coding,
    pub(crate) ac: &'t Coding,
    pub(crate) skip: &'t Skip,
    /// In zigzag order.
    pub(crate) slots: &'t [Slot; 64],
    /// The highest coefficient that is used, in zigzag order.
    pub(crate) used: u32,
}

/// What the samples are stored less by (ITU T.81 A.3.1).
const LEVEL: f32 = 128.0 + 1.0 / 1024.0;
/// The last coefficient of a block.
const LAST: u32 = 63;

impl BlockReader<'_> {
    /// Reads a block into `block`, which has to be all zeros. `predictor` is the DC coefficient of the component's last block, and
    /// becomes this one's. Answers with the last coefficient stored, in zigzag order.
    ///
    /// # Errors
    /// [`Fault::Overrun`] with the block read nonetheless; otherwise what is in it means nothing.
    #[inline(always)]
    pub(crate) fn read(
        &self,
        window: &[u8; SIZE],
        bits: &mut Bits,
        predictor: &mut i32,
        block: &mut Block,
    ) -> Result<u32, Fault> {
        bits.refill(window);
        let (_, difference) = next_large(self.dc, window, bits)?;
        *predictor = predictor.wrapping_add(difference);
        block[0] = *predictor as f32 * self.slots[0].factor + LEVEL;
        let mut at = 0;
        'stored: {
            // The first are often large.
            for _ in 0..2 {
                if at >= self.used {
                    break 'stored;
                }
                let next = next_large(self.ac, window, bits)?;
                if let ControlFlow::Break(end) = self.put(block, &mut at, next) {
                    return end;
                }
            }
            loop {
                bits.refill(window);
                // Five would do, but a loop of four is unrolled.
                for _ in 0..4 {
                    if at >= self.used {
                        break 'stored;
                    }
                    let next = next_small(self.ac, window, bits)?;
                    if let ControlFlow::Break(end) = self.put(block, &mut at, next) {
                        return end;
                    }
                }
            }
        }
        if at < LAST {
            self.walk_over(window, bits, at)?;
        }
        Ok(at)
    }

    /// Puts a number where it belongs, `advance` behind the one `at`; or breaks off with how the block ends.
    #[inline(always)]
    fn put(&self, block: &mut Block, at: &mut u32, (advance, number): (u32, i32)) -> ControlFlow<Result<u32, Fault>> {
        let next = *at + advance;
        if next > LAST {
            return ControlFlow::Break(if advance == Step::END { Ok(*at) } else { Err(Fault::Overrun) });
        }
        *at = next;
        let slot = self.slots.get(next as usize).copied().unwrap_or_default();
        if let Some(place) = block.get_mut(usize::from(slot.position & 63)) {
            *place = number as f32 * slot.factor;
        }
        ControlFlow::Continue(())
    }

    /// Goes to the end of the block, from behind the coefficient `at`.
    #[inline(always)]
    fn walk_over(&self, window: &[u8; SIZE], bits: &mut Bits, mut at: u32) -> Result<(), Fault> {
        'refill: loop {
            bits.refill(window);
            for _ in 0..4 {
                let stride = self.skip.look_up(bits.peek::<11>());
                let next = at + stride.advance();
                if next >= LAST {
                    let end = next == LAST || (Step::END..Step::END + LAST).contains(&next);
                    if end && stride.advance() < 255 {
                        bits.consume(stride.bits());
                        return Ok(());
                    }
                    // One code by itself: a long one, or the last before the end of the block.
                    bits.refill(window);
                    let (advance, _) = next_large(self.ac, window, bits)?;
                    at += advance;
                    match at {
                        0..LAST => continue 'refill,
                        LAST | Step::END.. => return Ok(()),
                        _ => return Err(Fault::Overrun),
                    }
                }
                bits.consume(stride.bits());
                at = next;
            }
        }
    }
}

/// Takes the next code and the number behind it, where that may be large. Wants 18 bits that are ready.
#[inline(always)]
fn next_large(coding: &Coding, window: &[u8; SIZE], bits: &mut Bits) -> Result<(u32, i32), Fault> {
    let step = coding.steps.look_up(bits.peek::<10>());
    if step.advance() > Step::END {
        let (advance, number);
        (*bits, advance, number) = next_long(coding, window, *bits)?;
        return Ok((advance, number));
    }
    let number = bits.signed(step.length(), step.size());
    bits.consume(step.bits());
    Ok((step.advance(), number))
}

/// The same where most numbers are small. Wants 11 bits that are ready.
#[inline(always)]
fn next_small(coding: &Coding, window: &[u8; SIZE], bits: &mut Bits) -> Result<(u32, i32), Fault> {
    let known = coding.numbers.look_up(bits.peek::<11>());
    if known.advance() == Known::UNKNOWN {
        let (advance, number);
        (*bits, advance, number) = next_refilled(coding, window, *bits)?;
        return Ok((advance, number));
    }
    bits.consume(known.bits());
    Ok((known.advance(), known.number()))
}

/// The same, leaving as many bits ready as there were before, or more.
#[inline(never)]
fn next_refilled(coding: &Coding, window: &[u8; SIZE], mut bits: Bits) -> Result<(Bits, u32, i32), Fault> {
    bits.refill(window);
    let (advance, number) = next_large(coding, window, &mut bits)?;
    bits.refill(window);
    Ok((bits, advance, number))
}

/// The same for any code.
#[cold]
#[inline(never)]
fn next_long(coding: &Coding, window: &[u8; SIZE], mut bits: Bits) -> Result<(Bits, u32, i32), Fault> {
    bits.refill(window);
    let step = coding.steps.find(bits.peek::<16>()).ok_or(Fault::Code)?;
    let number = bits.signed(step.length(), step.size());
    bits.consume(step.bits());
    bits.refill(window);
    Ok((bits, step.advance(), number))
}
