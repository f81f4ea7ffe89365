//! Eight by eight samples, by the algorithm of Arai, Agui and Nakajima (Transactions of the IEICE E-71, 1988), five
//! multiplications for eight samples once the coefficients have their factors.

use super::Block;
use super::lanes::{Lanes, sample, transposed};

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
    let [a, b, c, d, e, f, g, h] = *rows else { return [[0; 8]; 8] };
    let rows = [a, b, c, d, e, f, g, h].map(Lanes);
    let columns = transposed(pass(rows));
    transposed(pass(columns)).map(Lanes::samples)
}

/// Down every column.
#[inline(always)]
fn pass([s0, s1, s2, s3, s4, s5, s6, s7]: [Lanes<8>; 8]) -> [Lanes<8>; 8] {
    const SQRT_2: f32 = std::f32::consts::SQRT_2;
    /// 2 cos(π/8), and its sum and difference with 2 sin(π/8)… as the algorithm's rotation wants them.
    const ROTATION: [f32; 3] = [1.847_759_1, 1.082_392_2, 2.613_126];

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
