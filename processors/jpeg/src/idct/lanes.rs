//! Numbers side by side, which the compiler puts into vector registers.

use std::ops::{Add, Mul, Sub};

/// `COUNT` numbers that the same is done to.
#[derive(Clone, Copy)]
pub(crate) struct Lanes<const COUNT: usize>(pub(crate) [f32; COUNT]);

impl<const COUNT: usize> Lanes<COUNT> {
    #[inline(always)]
    fn with(mut self, other: &Self, act: impl Fn(f32, f32) -> f32) -> Self {
        for (one, other) in self.0.iter_mut().zip(&other.0) {
            *one = act(*one, *other);
        }
        self
    }

    /// Rounded, and cut to 0 to 255.
    #[inline(always)]
    pub(crate) fn samples(self) -> [u8; COUNT] {
        self.0.map(sample)
    }
}

impl<const COUNT: usize> Add for Lanes<COUNT> {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.with(&other, |one, other| one + other)
    }
}

impl<const COUNT: usize> Sub for Lanes<COUNT> {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.with(&other, |one, other| one - other)
    }
}

impl<const COUNT: usize> Mul<f32> for Lanes<COUNT> {
    type Output = Self;

    #[inline(always)]
    fn mul(self, factor: f32) -> Self {
        Self(self.0.map(|one| one * factor))
    }
}

/// Rounded, and cut to 0 to 255.
#[inline(always)]
pub(crate) fn sample(value: f32) -> u8 {
    // From 2²³ on, single precision has no digits behind the point, and the lowest bits are the number.
    const UNIT: f32 = 8_388_608.0;
    // Ordinary comparisons instead of `clamp`: they become one instruction each.
    let value = if value > 0.0 { value } else { 0.0 };
    let value = if value < 255.0 { value } else { 255.0 };
    (value + UNIT).to_bits() as u8
}
