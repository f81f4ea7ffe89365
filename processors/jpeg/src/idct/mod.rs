//! From frequencies to samples: blocks of 1×1 to 14×14 samples out of the lowest frequencies.
//!
//! With `c(0) = √⅛` and `c(u) = ½` otherwise, and K = min(M, 8), a block of M×M samples is (ITU T.81 A.3.3 for M = 8, and what
//! libjpeg does for the other sizes that are no power of two)
//!
//! ```text
//! s(x, y) = 128 + Σ u<K Σ v<K  c(u) c(v) S(u, v) cos((2x+1)uπ/2M) cos((2y+1)vπ/2M)
//! ```
//!
//! In single precision, which is as quick as integers where vectors have four lanes, and more exact. Every kind has its own factors
//! for the coefficients, which quantisation steps are multiplied by once for all blocks.

mod any;
mod eight;
mod four;
mod lanes;

use crate::block::Slot;
use crate::tables::Steps;

use any::Any;

/// Coefficients times their factors, K in a row, which are those of one frequency across: so that the columns come out first, and the
/// rows last, as they are stored. Where K is below 8, the last place is where unused ones go.
pub(crate) type Block = [f32; 64];

/// A block without anything in it: grey.
pub(crate) const GREY: f32 = 128.0;

/// The transform to blocks of some size.
pub(crate) enum Idct {
    One,
    Two,
    Four,
    Eight,
    Any(Box<Any>),
}

impl Idct {
    /// To blocks of `points` by `points` samples, 1 to 14.
    pub(crate) fn new(points: usize) -> Self {
        match points {
            1 => Self::One,
            2 => Self::Two,
            4 => Self::Four,
            8 => Self::Eight,
            _ => Self::Any(Box::new(Any::new(points))),
        }
    }

    /// What each coefficient is multiplied by and where it goes, in zigzag order; and the last one that is of use.
    pub(crate) fn slots(&self, points: usize, steps: &Steps) -> ([Slot; 64], u32) {
        let side = points.min(8);
        let mut slots = [Slot { factor: 0.0, position: 63 }; 64];
        let mut used = 0;
        for (at, ((slot, step), (u, v))) in (0..).zip(slots.iter_mut().zip(steps).zip(zigzag())) {
            if u < side && v < side {
                let factor = f64::from(*step) * self.factor(u) * self.factor(v);
                *slot = Slot { factor: factor as f32, position: (u * side + v) as u8 };
                used = at;
            }
        }
        (slots, used)
    }

    /// Of frequency `u` in one direction.
    fn factor(&self, u: usize) -> f64 {
        match self {
            Self::One | Self::Two => f64::sqrt(0.125),
            Self::Four => four::factor(u),
            Self::Eight => eight::factor(u),
            Self::Any(_) => any::factor(u),
        }
    }

    /// Writes a block's samples to the left of the first rows of `rows`, which are `stride` long. `last` is the last coefficient of
    /// `block` that is not 0. Leaves `block` all zeros.
    #[inline(always)]
    pub(crate) fn run(&self, block: &mut Block, last: u32, rows: &mut [u8], stride: usize) {
        match self {
            Self::One => {
                if let (Some(sample), [dc, ..]) = (rows.first_mut(), &mut *block) {
                    *sample = lanes::sample(*dc);
                    *dc = 0.0;
                }
            }
            Self::Two => two(block, rows, stride),
            Self::Four => four::run(block, last, rows, stride),
            Self::Eight => eight::run(block, last, rows, stride),
            Self::Any(any) => any.run(block, rows, stride),
        }
    }
}

/// Two by two: sums and differences.
#[inline(always)]
fn two(block: &mut Block, rows: &mut [u8], stride: usize) {
    let [s00, s10, s01, s11, ..] = *block;
    let (sum0, sum1) = (s00 + s10, s01 + s11);
    let (difference0, difference1) = (s00 - s10, s01 - s11);
    let samples = lanes::Lanes([sum0 + sum1, sum0 - sum1, difference0 + difference1, difference0 - difference1]).samples();
    let [a, b, c, d] = samples;
    if let Some((row, rest)) = rows.split_first_chunk_mut() {
        *row = [a, b];
        if let Some(row) = rest.get_mut(stride - 2..).and_then(|row| row.first_chunk_mut()) {
            *row = [c, d];
        }
    }
    if let Some(used) = block.first_chunk_mut::<4>() {
        *used = [0.0; 4];
    }
}

/// The frequencies of the coefficients, across and down, in the order in which they are coded (ITU T.81, figure 5).
fn zigzag() -> impl Iterator<Item = (usize, usize)> {
    (0..15_usize).flat_map(|sum| {
        let across = sum.saturating_sub(7)..=sum.min(7);
        let (up, down) = (across.clone(), across.rev());
        // Odd diagonals go down to the left.
        let us: Vec<usize> = if sum % 2 == 0 { up.collect() } else { down.collect() };
        us.into_iter().map(move |u| (u, sum - u))
    })
}
