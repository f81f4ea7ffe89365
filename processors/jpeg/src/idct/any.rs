//! Blocks of any size up to 14 by 14, by plain sums of cosines: for scales that are there to be complete.

use super::Block;
use super::lanes::Lanes;

/// As many samples in a row at most, and two to spare.
const WIDTH: usize = 16;

/// The cosines of a block size.
pub(crate) struct Any {
    points: usize,
    /// For every frequency, its cosine at each sample.
    cosines: Vec<Lanes<WIDTH>>,
}

/// c(u)
pub(super) fn factor(u: usize) -> f64 {
    if u == 0 { f64::sqrt(0.125) } else { 0.5 }
}

impl Any {
    pub(super) fn new(points: usize) -> Self {
        let cosine = |u: usize, x: usize| {
            let angle = ((2 * x + 1) * u) as f64 * std::f64::consts::PI / (2 * points) as f64;
            angle.cos() as f32
        };
        let cosines = (0..points.min(8)).map(|u| Lanes(std::array::from_fn(|x| cosine(u, x)))).collect();
        Self { points, cosines }
    }

    #[inline(never)]
    pub(super) fn run(&self, block: &mut Block, rows: &mut [u8], stride: usize) {
        const ZERO: Lanes<WIDTH> = Lanes([0.0; WIDTH]);
        let side = self.points.min(8);
        // A column of samples for every frequency across.
        let mut columns = [ZERO; 8];
        for (sums, coefficients) in columns.iter_mut().zip(block.chunks_exact(side)).take(side) {
            for (coefficient, cosines) in coefficients.iter().zip(&self.cosines) {
                *sums = *sums + *cosines * *coefficient;
            }
        }
        for (y, row) in rows.chunks_mut(stride).take(self.points).enumerate() {
            let mut sums = ZERO;
            for (column, cosines) in columns.iter().zip(&self.cosines) {
                sums = sums + *cosines * column.0.get(y).copied().unwrap_or_default();
            }
            row.iter_mut().zip(sums.samples()).take(self.points).for_each(|(place, sample)| *place = sample);
        }
        *block = [0.0; 64];
    }
}
