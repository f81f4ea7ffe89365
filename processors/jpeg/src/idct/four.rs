//! Four by four samples.

use super::Block;
use super::lanes::{Lanes, transposed};

/// c(u), and cos(π/4) where that is the only cosine of a frequency.
pub(super) fn factor(u: usize) -> f64 {
    if u % 2 == 0 { f64::sqrt(0.125) } else { 0.5 }
}

#[inline(always)]
pub(super) fn run(block: &mut Block, last: u32, rows: &mut [u8], stride: usize) {
    let Some((used, _)) = block.split_first_chunk_mut::<16>() else { return };
    if last == 0 {
        let sample = super::lanes::sample(std::mem::take(&mut used[0]));
        write(rows, stride, [[sample; 4]; 4]);
        return;
    }
    let (rows_of_block, _) = used.as_chunks::<4>();
    let [a, b, c, d] = *rows_of_block else { return };
    let [a, b, c, d] = pass(transposed(pass([Lanes(a), Lanes(b), Lanes(c), Lanes(d)])));
    write(rows, stride, [a.samples(), b.samples(), c.samples(), d.samples()]);
    *used = [0.0; 16];
}

/// One direction: of four rows, each column by itself.
#[inline(always)]
fn pass([s0, s1, s2, s3]: [Lanes<4>; 4]) -> [Lanes<4>; 4] {
    let (cos1, cos3) = (COS_1, COS_3);
    let (even0, even1) = (s0 + s2, s0 - s2);
    let (odd0, odd1) = (s1 * cos1 + s3 * cos3, s1 * cos3 - s3 * cos1);
    [even0 + odd0, even1 + odd1, even1 - odd1, even0 - odd0]
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
