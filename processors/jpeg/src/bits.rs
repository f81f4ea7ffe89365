//! Reading coded data bit by bit, 8 bytes at a time.

use crate::window::SIZE;

/// Where in a [`Window`](crate::window::Window) the reader is, and the bits that come next.
///
/// A value that is passed on and given back, so that a loop has it in registers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bits {
    /// Of the next byte that is not wholly in `word`.
    position: usize,
    /// The next bits, the first of them on top. Below the `count` that are spoken for, more may stand already.
    word: u64,
    count: u32,
}

/// As many bits are ready after [`Bits::refill`].
pub(crate) const REFILLED: u32 = 56;

impl Bits {
    /// Some bits that are known already, the first of them on top.
    pub(crate) fn of(word: usize) -> Self {
        Self { word: word as u64, ..Self::default() }
    }

    /// Makes at least [`REFILLED`] bits ready.
    #[inline(always)]
    pub(crate) fn refill(&mut self, window: &[u8; SIZE]) {
        // Never further than that: the caller looks out for the end before each MCU.
        let from = self.position.min(SIZE - 8);
        let next =
            window.get(from..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u64::from_be_bytes(*bytes));
        // The bits from `count` on are the same as those that may stand there from the last time.
        self.word |= next >> (self.count & 63);
        self.position = self.position.wrapping_add((63_u32.wrapping_sub(self.count) >> 3) as usize);
        self.count |= REFILLED;
    }

    /// The next `COUNT` bits.
    #[inline(always)]
    pub(crate) fn peek<const COUNT: u32>(&self) -> usize {
        (self.word >> (64 - COUNT)) as usize
    }

    /// `count` is at most 63, and no more than there are since the last refill.
    #[inline(always)]
    pub(crate) fn consume(&mut self, count: u32) {
        self.word <<= count & 63;
        self.count = self.count.wrapping_sub(count);
    }

    /// The signed number of `size` bits (0 to 15) that stands behind `skip` bits (ITU T.81 F.2.2.1, EXTEND).
    #[inline(always)]
    pub(crate) fn signed(&self, skip: u32, size: u32) -> i32 {
        let bits = self.word << (skip & 63);
        let number = (bits >> 1 >> (63 - (size & 15))) as i32;
        // The highest bit says the sign: 0 means below zero.
        let negative = !((bits as i64) >> 63) as i32;
        number.wrapping_add(negative & (1 - (1 << (size & 15))))
    }

    /// How many bits of the window have been consumed; below 0 where some that stood before the window are still to come.
    #[inline(always)]
    pub(crate) fn consumed(&self) -> isize {
        (8 * self.position as isize).wrapping_sub(self.count as isize)
    }

    /// Where the next byte comes from.
    #[inline(always)]
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// The same place in a window that begins there.
    pub(crate) fn moved_to_start(mut self) -> Self {
        self.position = 0;
        self
    }
}
