//! Eight by eight samples, by the algorithm of Arai, Agui and Nakajima (Transactions of the IEICE E-71, 1988), five
//! multiplications for eight samples once the coefficients have their factors.
#![allow(
    clippy::indexing_slicing,
    reason = "by counters below the arrays' lengths, in the form that becomes vector instructions"
)]

use super::Block;
use super::lanes::sample;

/// c(u) times what the algorithm wants: 1 for 0, √2 cos(uπ/16) for the others, by √⅛.
pub(super) fn factor(u: usize) -> f64 {
    let scale = if u == 0 { 1.0 } else { f64::sqrt(2.0) * (u as f64 * std::f64::consts::PI / 16.0).cos() };
    scale * f64::sqrt(0.125)
}

#[inline(always)]
pub(super) fn run(block: &mut Block, last: u32, rows: &mut [u8], stride: usize) {
    if last == 0 {
        write(rows, stride, &[[sample(std::mem::take(&mut block[0])); 8]; 8]);
        return;
    }
    let samples = if last <= LAST_LOW { samples_of_low(block) } else { samples_of_all(block) };
    write(rows, stride, &samples);
    *block = [0.0; 64];
}

/// Up to here in zigzag order, no frequency is above 3.
const LAST_LOW: u32 = 9;

type Row = [f32; 8];

#[inline(never)]
fn samples_of_all(block: &Block) -> [[u8; 8]; 8] {
    let Some(rows) = block.as_chunks::<8>().0.first_chunk::<8>() else { return [[0; 8]; 8] };
    let mut out = [[0.0; 8]; 8];
    for column in 0..8 {
        let sums = transformed(rows.each_ref().map(|row| row[column]));
        out.iter_mut().zip(sums).for_each(|(row, sum)| row[column] = sum);
    }
    let rows = transposed::<8>(&out);
    for column in 0..8 {
        let sums = transformed(rows.each_ref().map(|row| row[column]));
        out.iter_mut().zip(sums).for_each(|(row, sum)| row[column] = sum);
    }
    rounded(&out)
}

#[inline(never)]
fn samples_of_low(block: &Block) -> [[u8; 8]; 8] {
    let Some(rows) = block.as_chunks::<8>().0.first_chunk::<4>() else { return [[0; 8]; 8] };
    let mut out = [[0.0; 8]; 8];
    for column in 0..4 {
        let sums = transformed_low(rows.each_ref().map(|row| row[column]));
        out.iter_mut().zip(sums).for_each(|(row, sum)| row[column] = sum);
    }
    let rows = transposed::<4>(&out);
    for column in 0..8 {
        let sums = transformed_low(rows.each_ref().map(|row| row[column]));
        out.iter_mut().zip(sums).for_each(|(row, sum)| row[column] = sum);
    }
    rounded(&out)
}

/// The first `COUNT` columns, as rows.
#[inline(always)]
fn transposed<const COUNT: usize>(rows: &[Row; 8]) -> [Row; COUNT] {
    std::array::from_fn(|x| rows.each_ref().map(|row| row[x]))
}

#[inline(always)]
fn rounded(rows: &[Row; 8]) -> [[u8; 8]; 8] {
    let mut samples = [[0; 8]; 8];
    for (samples, row) in samples.iter_mut().zip(rows) {
        for (place, value) in samples.iter_mut().zip(row) {
            *place = sample(*value);
        }
    }
    samples
}

/// Eight samples of eight frequencies.
#[inline(always)]
fn transformed([s0, s1, s2, s3, s4, s5, s6, s7]: Row) -> Row {
    combined([s0 + s4, s0 - s4, s2 + s6, s2 - s6, s5 + s3, s5 - s3, s1 + s7, s1 - s7])
}

/// Eight samples of the four lowest frequencies.
#[inline(always)]
fn transformed_low([s0, s1, s2, s3]: [f32; 4]) -> Row {
    combined([s0, s0, s2, s2, s3, -s3, s1, s1])
}

/// The rest of the algorithm, from the sums and differences of frequencies 0 and 4, 2 and 6, 5 and 3, 1 and 7.
#[inline(always)]
fn combined([sum04, less04, sum26, less26, sum53, less53, sum17, less17]: Row) -> Row {
    const SQRT_2: f32 = std::f32::consts::SQRT_2;
    /// 2 cos(π/8), 2 (cos(π/8) - sin(π/8)) and 2 (cos(π/8) + sin(π/8)).
    const ROTATION: [f32; 3] = [1.847_759_1, 1.082_392_2, 2.613_126];

    let middle = less26 * SQRT_2 - sum26;
    let (e0, e3) = (sum04 + sum26, sum04 - sum26);
    let (e1, e2) = (less04 + middle, less04 - middle);

    let o0 = sum17 + sum53;
    let both = (less53 + less17) * ROTATION[0];
    let o1 = both - less53 * ROTATION[2] - o0;
    let o2 = (sum17 - sum53) * SQRT_2 - o1;
    let o3 = both - less17 * ROTATION[1] - o2;
    [e0 + o0, e1 + o1, e2 + o2, e3 + o3, e3 - o3, e2 - o2, e1 - o1, e0 - o0]
}

#[inline(always)]
fn write(rows: &mut [u8], stride: usize, samples: &[[u8; 8]; 8]) {
    for (row, samples) in rows.chunks_mut(stride).zip(samples) {
        if let Some(row) = row.first_chunk_mut() {
            *row = *samples;
        }
    }
}
