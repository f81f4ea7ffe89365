//! Eight by eight samples, by the algorithm of Arai, Agui and Nakajima (Transactions of the IEICE E-71, 1988), five
//! multiplications for eight samples once the coefficients have their factors.

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
    write(rows, stride, &samples(block));
    *block = [0.0; 64];
}

#[inline(never)]
fn samples(block: &Block) -> [[u8; 8]; 8] {
    let (rows, _) = block.as_chunks::<8>();
    let Some(rows) = rows.first_chunk() else { return [[0; 8]; 8] };
    let rows = pass(&transposed(&pass(rows)));
    let mut samples = [[0; 8]; 8];
    for (samples, row) in samples.iter_mut().zip(&rows) {
        for (place, value) in samples.iter_mut().zip(row) {
            *place = sample(*value);
        }
    }
    samples
}

type Square = [[f32; 8]; 8];

/// One direction: of eight rows, each column by itself. (A loop over columns is what becomes vector instructions.)
#[inline(always)]
fn pass(rows: &Square) -> Square {
    const SQRT_2: f32 = std::f32::consts::SQRT_2;
    /// 2 cos(π/8), 2 (cos(π/8) - sin(π/8)) and 2 (cos(π/8) + sin(π/8)).
    const ROTATION: [f32; 3] = [1.847_759_1, 1.082_392_2, 2.613_126];

    let mut out = [[0.0; 8]; 8];
    for column in 0..8 {
        let [s0, s1, s2, s3, s4, s5, s6, s7] = rows.each_ref().map(|row| row[column]);
        let (even0, even1) = (s0 + s4, s0 - s4);
        let even3 = s2 + s6;
        let even2 = (s2 - s6) * SQRT_2 - even3;
        let (e0, e3) = (even0 + even3, even0 - even3);
        let (e1, e2) = (even1 + even2, even1 - even2);

        let (sum53, difference53) = (s5 + s3, s5 - s3);
        let (sum17, difference17) = (s1 + s7, s1 - s7);
        let o0 = sum17 + sum53;
        let both = (difference53 + difference17) * ROTATION[0];
        let o1 = both - difference53 * ROTATION[2] - o0;
        let o2 = (sum17 - sum53) * SQRT_2 - o1;
        let o3 = both - difference17 * ROTATION[1] - o2;
        out[0][column] = e0 + o0;
        out[1][column] = e1 + o1;
        out[2][column] = e2 + o2;
        out[3][column] = e3 + o3;
        out[4][column] = e3 - o3;
        out[5][column] = e2 - o2;
        out[6][column] = e1 - o1;
        out[7][column] = e0 - o0;
    }
    out
}

#[inline(always)]
fn transposed(rows: &Square) -> Square {
    let mut out = [[0.0; 8]; 8];
    for (y, row) in rows.iter().enumerate() {
        for (x, value) in row.iter().enumerate() {
            out[x][y] = *value;
        }
    }
    out
}

#[inline(always)]
fn write(rows: &mut [u8], stride: usize, samples: &[[u8; 8]; 8]) {
    for (row, samples) in rows.chunks_mut(stride).zip(samples) {
        if let Some(row) = row.first_chunk_mut() {
            *row = *samples;
        }
    }
}
