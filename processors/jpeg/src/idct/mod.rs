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

/// A block of which nothing is known.
pub(crate) const GREY: Block = {
    let mut block = [0.0; 64];
    block[0] = 128.0;
    block
};

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
    let samples =
        lanes::Lanes([sum0 + sum1, sum0 - sum1, difference0 + difference1, difference0 - difference1]).samples();
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

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use std::f64::consts::PI;

    use super::{Block, Idct, zigzag};

    /// Coefficients that fall off as those of pictures do, up to the one at `last` in zigzag order, and their samples in double
    /// precision by the formula, not yet rounded.
    fn case(random: &mut u64, points: usize, last: usize) -> ([f64; 64], Vec<f64>) {
        let mut coefficients = [0.0; 64];
        for (at, coefficient) in coefficients.iter_mut().enumerate().take(last + 1) {
            *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let spread = 1200 / (at as i64 + 1) + 4;
            *coefficient = ((*random >> 33) as i64 % (2 * spread) - spread) as f64;
        }
        let c = |u: usize| if u == 0 { f64::sqrt(0.125) } else { 0.5 };
        let cosine = |u: usize, x: usize| c(u) * (((2 * x + 1) * u) as f64 * PI / (2 * points) as f64).cos();
        let sample = |x: usize, y: usize| {
            let used = coefficients.iter().zip(zigzag()).filter(|(_, (u, v))| *u < points && *v < points);
            128.0 + used.map(|(coefficient, (u, v))| coefficient * cosine(u, x) * cosine(v, y)).sum::<f64>()
        };
        let samples = (0..points * points).map(|at| sample(at % points, at / points)).collect();
        (coefficients, samples)
    }

    /// The worst that rounding can do, and next to nothing more.
    #[test]
    fn every_size_is_within_half_a_unit_of_the_formula() {
        let mut random = 1;
        for points in (1..=8).chain([10, 12, 14]) {
            let idct = Idct::new(points);
            let (slots, used) = idct.slots(points, &[1; 64]);
            assert_eq!(used as usize, zigzag().position(|two| two == (points.min(8) - 1, points.min(8) - 1)).unwrap());
            let (mut worst, mut sum, mut count) = (0.0_f64, 0.0, 0);
            for case_number in 0..200 {
                let (coefficients, exact) = case(&mut random, points, case_number % 64);
                let mut block: Block = [0.0; 64];
                for (coefficient, slot) in coefficients.iter().zip(slots) {
                    block[usize::from(slot.position)] = *coefficient as f32 * slot.factor;
                }
                block[0] += 128.0;
                let mut rows = vec![7; 20 * points];
                idct.run(&mut block, (case_number % 64) as u32, &mut rows, 20);
                for (at, exact) in exact.iter().enumerate() {
                    let off = (f64::from(rows[at / points * 20 + at % points]) - exact.clamp(0.0, 255.0)).abs();
                    worst = worst.max(off);
                    sum += off;
                    count += 1;
                }
                assert!(rows.chunks(20).all(|row| row[points..].iter().all(|beside| *beside == 7)), "{points}");
                assert!(block[..points.min(8).pow(2)].iter().all(|left| *left == 0.0), "{points}");
            }
            let mean = sum / f64::from(count);
            assert!(worst < 0.501 && mean < 0.26, "{points}: at most {worst}, {mean} on average");
        }
    }

    #[test]
    fn the_order_of_coefficients_is_that_of_figure_5() {
        let order: Vec<usize> = zigzag().map(|(u, v)| 8 * v + u).collect();
        assert_eq!(order[..12], [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25]);
        assert_eq!(order[52..], [38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63]);
    }
}
