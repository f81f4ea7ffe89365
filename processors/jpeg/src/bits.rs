//! Reading coded data bit by bit, 8 bytes at a time.

/// The bits of a scan up to its next marker, behind which there are zeros without end.
///
/// A value that is passed on and given back, so that a loop has it in registers.
#[derive(Clone, Copy)]
pub(crate) struct Bits<'a> {
    data: &'a [u8],
    /// Of the next byte that is not wholly in `word`.
    position: usize,
    /// The next bits, the first of them on top. Below the `count` that are spoken for, more may stand already.
    word: u64,
    count: u32,
    /// How many of the bits taken in were not in the data.
    made_up: u32,
}

/// As many bits are there after [`Bits::refill`].
pub(crate) const REFILLED: u32 = 56;

impl<'a> Bits<'a> {
    pub(crate) fn new(data: &'a [u8], position: usize) -> Self {
        Self { data, position, word: 0, count: 0, made_up: 0 }
    }

    /// Makes at least [`REFILLED`] bits ready.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        if let Some(bytes) = self.data.get(self.position..).and_then(|rest| rest.first_chunk()) {
            let next = u64::from_be_bytes(*bytes);
            if !has_ff(next) {
                // The bits from `count` on are the same as those that may stand there from the last time.
                self.word |= next >> self.count;
                self.position = self.position.wrapping_add(((63 - self.count) >> 3) as usize);
                self.count |= REFILLED;
                return;
            }
        }
        *self = self.refilled_by_bytes();
    }

    /// The same where a 0xFF or the data's end is near.
    #[cold]
    #[inline(never)]
    fn refilled_by_bytes(mut self) -> Self {
        while self.count < REFILLED {
            let byte = self.next_byte();
            self.word |= u64::from(byte) << (REFILLED - self.count);
            self.count += 8;
        }
        self
    }

    /// 0 at a marker and at the end, which it does not pass.
    fn next_byte(&mut self) -> u8 {
        match self.data.get(self.position) {
            Some(0xFF) => {
                // More of them are padding.
                let rest = self.data.get(self.position..).unwrap_or_default();
                let many = rest.iter().take_while(|byte| **byte == 0xFF).count();
                if rest.get(many) == Some(&0) {
                    self.position += many + 1;
                    return 0xFF;
                }
                self.position += many - 1;
            }
            Some(byte) => {
                self.position += 1;
                return *byte;
            }
            None => {}
        }
        // Past 64 there is no more to know.
        self.made_up = (self.made_up + 8).min(1 << 16);
        0
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

    /// Whether more has been consumed than there was.
    #[inline(always)]
    pub(crate) fn is_overdrawn(&self) -> bool {
        self.made_up > self.count
    }

    /// Where the reader stands: behind all consumed bits, at most 8 bytes (without stuffing) too far.
    pub(crate) fn position(&self) -> usize {
        self.position
    }
}

/// Whether one of the eight bytes is 0xFF.
#[inline(always)]
fn has_ff(bytes: u64) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // A byte that is 0 in `!bytes` borrows into its highest bit.
    (!bytes).wrapping_sub(LOW) & bytes & HIGH != 0
}
