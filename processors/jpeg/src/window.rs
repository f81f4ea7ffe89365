//! A stretch of a scan without its byte stuffing (ITU T.81 F.1.2.3), so that [`Bits`](crate::bits::Bits) has nothing to look out for.

use crate::segments::next_marker;

/// Bytes of a window.
pub(crate) const SIZE: usize = 4096;
/// As far may an MCU begin at most: it has up to 6 blocks of 64 codes of 31 bits.
const LAST_START: usize = SIZE - 6 * 64 * 31 / 8 - 8 - 1;

/// What comes next of a scan, up to a marker, and zeros behind that.
pub(crate) struct Window<'a> {
    bytes: Box<[u8; SIZE]>,
    /// How many of `bytes` are the scan's.
    filled: usize,
    /// What is not yet in `bytes`.
    rest: &'a [u8],
    /// Whether `rest` begins with a marker, or is empty.
    ended: bool,
}

impl<'a> Window<'a> {
    /// The beginning of `rest`.
    pub(crate) fn new(rest: &'a [u8]) -> Self {
        let mut window = Self { bytes: Box::new([0; SIZE]), filled: 0, rest, ended: false };
        window.fill();
        window
    }

    pub(crate) fn bytes(&self) -> &[u8; SIZE] {
        &self.bytes
    }

    /// Whether an MCU at `position` may reach over the window's end.
    #[inline(always)]
    pub(crate) fn is_used_up(position: usize) -> bool {
        position > LAST_START
    }

    /// Drops what stands before `position`, and takes in more.
    #[cold]
    #[inline(never)]
    pub(crate) fn advance(&mut self, position: usize) {
        self.bytes.copy_within(position.min(SIZE).., 0);
        self.filled = self.filled.saturating_sub(position);
        self.fill();
    }

    /// Bits of the scan in the window; with what is behind them, it is over.
    #[inline(always)]
    pub(crate) fn bits(&self) -> isize {
        if self.ended { 8 * self.filled as isize } else { isize::MAX }
    }

    /// The next marker, and what stands behind it. What comes before it is passed over.
    pub(crate) fn marker(&self) -> Option<(u8, &'a [u8])> {
        next_marker(self.rest)
    }

    /// Goes on behind a marker.
    pub(crate) fn restart(&mut self, rest: &'a [u8]) {
        (self.rest, self.filled, self.ended) = (rest, 0, false);
        self.fill();
    }

    fn fill(&mut self) {
        while self.filled < SIZE && !self.ended {
            self.copy();
            self.special();
        }
        self.bytes.iter_mut().skip(self.filled).for_each(|byte| *byte = 0);
    }

    /// Copies up to a byte 0xFF or to one of the ends, or a little less.
    fn copy(&mut self) {
        let room = self.bytes.get_mut(self.filled..).unwrap_or_default();
        let mut count = 0;
        for (eight, place) in self.rest.as_chunks::<8>().0.iter().zip(room.as_chunks_mut::<8>().0) {
            if has_ff(u64::from_ne_bytes(*eight)) {
                break;
            }
            *place = *eight;
            count += 8;
        }
        self.filled += count;
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// Copies up to eight bytes singly, or finds the end.
    fn special(&mut self) {
        for _ in 0..8 {
            let (byte, rest) = match self.rest {
                [0xFF, 0, rest @ ..] => (0xFF, rest),
                // More than one is padding.
                [0xFF, 0xFF, ..] => {
                    let padding = self.rest.iter().take_while(|byte| **byte == 0xFF).count() - 1;
                    self.rest = self.rest.get(padding..).unwrap_or_default();
                    continue;
                }
                [] | [0xFF, ..] => {
                    self.ended = true;
                    return;
                }
                [byte, rest @ ..] => (*byte, rest),
            };
            let Some(place) = self.bytes.get_mut(self.filled) else { return };
            *place = byte;
            self.filled += 1;
            self.rest = rest;
        }
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
