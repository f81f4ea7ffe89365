//! Reading a block: the coefficients that the IDCT uses are stored, the others walked over.

use crate::bits::Bits;
use crate::damage::Fault;
use crate::huffman::{Skip, Step, Steps};
use crate::idct::Block;

/// What a coefficient is multiplied by, and where it goes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Slot {
    pub(crate) factor: f32,
    pub(crate) position: u8,
}

/// Reads the blocks of one component.
pub(crate) struct BlockReader<'t> {
    pub(crate) dc: &'t Steps,
    pub(crate) ac: &'t Steps,
    pub(crate) skip: &'t Skip,
    /// In zigzag order.
    pub(crate) slots: &'t [Slot; 64],
    /// The highest coefficient that is used, in zigzag order.
    pub(crate) used: u32,
}

/// What the samples are stored less by (ITU T.81 A.3.1).
const LEVEL: f32 = 128.0;
/// The last coefficient of a block.
const LAST: u32 = 63;

impl BlockReader<'_> {
    /// Reads a block into `block`, which has to be all zeros. `predictor` is the DC coefficient of the component's last block, and
    /// becomes this one's. Answers with the last coefficient stored, in zigzag order.
    ///
    /// # Errors
    /// [`Fault::Overrun`] with the block read nonetheless; otherwise what is in it means nothing.
    #[inline(always)]
    pub(crate) fn read(&self, bits: &mut Bits<'_>, predictor: &mut i32, block: &mut Block) -> Result<u32, Fault> {
        bits.refill();
        let step = next(self.dc, bits)?;
        *predictor = predictor.wrapping_add(bits.signed(step.length(), step.size()));
        bits.consume(step.bits());
        store(block, self.slots, 0, *predictor, LEVEL);
        let mut at = 0;
        while at < self.used {
            bits.refill();
            let step = next(self.ac, bits)?;
            let next = at + step.advance();
            if next > LAST {
                bits.consume(step.bits());
                return if step.advance() == Step::END { Ok(at) } else { Err(Fault::Overrun) };
            }
            store(block, self.slots, next, bits.signed(step.length(), step.size()), 0.0);
            bits.consume(step.bits());
            at = next;
        }
        let stored = at;
        if at < LAST {
            self.walk_over(bits, at)?;
        }
        Ok(stored)
    }

    /// Goes to the end of the block, from behind the coefficient `at`.
    #[inline(always)]
    fn walk_over(&self, bits: &mut Bits<'_>, mut at: u32) -> Result<(), Fault> {
        'refill: loop {
            bits.refill();
            for _ in 0..4 {
                let stride = self.skip.look_up(bits.peek::<12>());
                let next = at + stride.advance();
                if next >= LAST {
                    let end = next == LAST || (Step::END..Step::END + LAST).contains(&next);
                    if end && stride.advance() < 255 {
                        bits.consume(stride.bits());
                        return Ok(());
                    }
                    // One code by itself: a long one, or the last before the end of the block.
                    bits.refill();
                    let step = self::next(self.ac, bits)?;
                    bits.consume(step.bits());
                    at += step.advance();
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

/// The next code.
#[inline(always)]
fn next(steps: &Steps, bits: &Bits<'_>) -> Result<Step, Fault> {
    let step = steps.look_up(bits.peek::<10>());
    if step.advance() <= Step::END { Ok(step) } else { next_long(steps, *bits) }
}

#[cold]
#[inline(never)]
fn next_long(steps: &Steps, bits: Bits<'_>) -> Result<Step, Fault> {
    steps.long().look_up(bits.peek::<16>()).ok_or(Fault::Code)
}

#[inline(always)]
fn store(block: &mut Block, slots: &[Slot; 64], at: u32, number: i32, more: f32) {
    let slot = slots.get((at & LAST) as usize).copied().unwrap_or_default();
    if let Some(place) = block.get_mut(usize::from(slot.position & 63)) {
        *place = number as f32 * slot.factor + more;
    }
}
