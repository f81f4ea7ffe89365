//! Four by four samples.
#![allow(
    clippy::indexing_slicing,
    reason = "by counters below the arrays' lengths, in the form that becomes vector instructions"
)]

use super::Block;
use super::lanes::Lanes;

/// c(u), and cos(π/4) where that is the only cosine of a frequency.
pub(super) fn factor(u: usize) -> f64 {
    if u.is_multiple_of(2) { f64::sqrt(0.125) } else { 0.5 }
}

#[inline(always)]
pub(super) fn run(block: &mut Block, last: u32, rows: &mut [u8], stride: usize) {
    let Some((used, _)) = block.split_first_chunk_mut::<16>() else { return };
    if last == 0 {
        let sample = super::lanes::sample(std::mem::take(&mut used[0]));
        write(rows, stride, [[sample; 4]; 4]);
        return;
    }
    let Some(square) = used.as_chunks().0.first_chunk() else { return };
    write(rows, stride, pass(&transposed(&pass(square))).map(|row| Lanes(row).samples()));
    *used = [0.0; 16];
}

type Square = [[f32; 4]; 4];

/// One direction: of four rows, each column by itself.
#[inline(always)]
fn pass(rows: &Square) -> Square {
    let mut out = [[0.0; 4]; 4];
    for column in 0..4 {
        let [s0, s1, s2, s3] = rows.each_ref().map(|row| row[column]);
        let (even0, even1) = (s0 + s2, s0 - s2);
        let (odd0, odd1) = (s1 * COS_1 + s3 * COS_3, s1 * COS_3 - s3 * COS_1);
        out[0][column] = even0 + odd0;
        out[1][column] = even1 + odd1;
        out[2][column] = even1 - odd1;
        out[3][column] = even0 - odd0;
    }
    out
}

#[inline(always)]
fn transposed(rows: &Square) -> Square {
    std::array::from_fn(|x| rows.each_ref().map(|row| row[x]))
}

/// cos(π/8) and cos(3π/8)
const COS_1: f32 = 0.923_879_5;
const COS_3: f32 = 0.382_683_43;

#[inline(always)]
fn write(rows: &mut [u8], stride: usize, samples: [[u8; 4]; 4]) {
    for (row, samples) in rows.chunks_mut(stride).zip(samples) {
        if let Some(row) = row.first_chunk_mut() {
            *row = samples;
        }
    }
}
