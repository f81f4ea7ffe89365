//! Reading a block: the coefficients that the IDCT uses are stored, the others walked over.

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
        let (_, difference) = next(self.dc, window, bits)?;
        *predictor = predictor.wrapping_add(difference);
        block[0] = *predictor as f32 * self.slots[0].factor + LEVEL;
        let mut at = 0;
        'stored: loop {
            // Four, after the first coefficient or after a refill.
            for _ in 0..4 {
                if at >= self.used {
                    break 'stored;
                }
                let (advance, number) = next(self.ac, window, bits)?;
                let next = at + advance;
                if next > LAST {
                    return if advance == Step::END { Ok(at) } else { Err(Fault::Overrun) };
                }
                at = next;
                store(block, self.slots, at, number);
            }
            bits.refill(window);
        }
        if at < LAST {
            self.walk_over(window, bits, at)?;
        }
        Ok(at)
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
                    let (advance, _) = self::next(self.ac, window, bits)?;
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

/// Takes the next code and the number behind it. Wants 11 bits that are ready.
#[inline(always)]
fn next(coding: &Coding, window: &[u8; SIZE], bits: &mut Bits) -> Result<(u32, i32), Fault> {
    let known = coding.numbers.look_up(bits.peek::<11>());
    if known.advance() == Known::UNKNOWN {
        let (advance, number);
        (*bits, advance, number) = next_long(coding, window, *bits)?;
        return Ok((advance, number));
    }
    bits.consume(known.bits());
    Ok((known.advance(), known.number()))
}

/// The same where there are more. Leaves as many bits ready as there were before, or more.
#[inline(never)]
fn next_long(coding: &Coding, window: &[u8; SIZE], mut bits: Bits) -> Result<(Bits, u32, i32), Fault> {
    bits.refill(window);
    let step = coding.steps.find(bits.peek::<16>()).ok_or(Fault::Code)?;
    let number = bits.signed(step.length(), step.size());
    bits.consume(step.bits());
    bits.refill(window);
    Ok((bits, step.advance(), number))
}

#[inline(always)]
fn store(block: &mut Block, slots: &[Slot; 64], at: u32, number: i32) {
    let slot = slots.get((at & LAST) as usize).copied().unwrap_or_default();
    if let Some(place) = block.get_mut(usize::from(slot.position & 63)) {
        *place = number as f32 * slot.factor;
    }
}
