//! Repeatable noise: a function of place and seed, the same on every machine.

/// A number in 0..1 for a place.
pub(super) fn at(x: i32, y: i32, seed: u32) -> f32 {
    let mut h = seed ^ x.cast_unsigned().wrapping_mul(0x9E37_79B1) ^ y.cast_unsigned().wrapping_mul(0x85EB_CA77);
    h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
    h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
    ((h ^ (h >> 15)) >> 8) as f32 / 16_777_216.0
}

/// Smooth noise along a line, 0..1, one hill a unit.
pub(super) fn line(x: f32, seed: u32) -> f32 {
    let cell = x.floor();
    let i = cell as i32;
    mix(at(i, 0, seed), at(i.wrapping_add(1), 0, seed), ease(x - cell))
}

/// `line`, several times over, each twice as fine and half as strong; 0..1.
pub(super) fn rough(x: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut total, mut strength, mut scale) = (0.0, 0.0, 1.0, 1.0);
    for octave in 0..octaves {
        sum += strength * line(x * scale, seed.wrapping_add(octave));
        total += strength;
        strength *= 0.5;
        scale *= 2.03;
    }
    sum / total
}

/// Smooth noise on a plane that repeats every `period` units across, several times over; 0..1.
pub(super) fn plane(x: f32, y: f32, period: i32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut total, mut strength) = (0.0, 0.0, 1.0);
    let (mut x, mut y, mut period) = (x, y, period);
    for octave in 0..octaves {
        let seed = seed.wrapping_add(octave);
        let (cx, cy) = (x.floor(), y.floor());
        let (i, j) = ((cx as i32).rem_euclid(period), cy as i32);
        let right = (i + 1).rem_euclid(period);
        let (across, down) = (ease(x - cx), ease(y - cy));
        let upper = mix(at(i, j, seed), at(right, j, seed), across);
        let lower = mix(at(i, j + 1, seed), at(right, j + 1, seed), across);
        sum += strength * mix(upper, lower, down);
        total += strength;
        strength *= 0.52;
        (x, y, period) = (x * 2.0, y * 2.0, period * 2);
    }
    sum / total
}

/// From `a` at 0 to `b` at 1.
pub(super) fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// 0 below `from`, 1 above `to`, smooth between.
pub(super) fn step(from: f32, to: f32, x: f32) -> f32 {
    ease(((x - from) / (to - from)).clamp(0.0, 1.0))
}

fn ease(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}
