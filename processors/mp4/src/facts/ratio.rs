//! Fractions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A fraction in lowest terms; in JSON `"30000/1001"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    numerator: u64,
    denominator: u64,
}

impl Ratio {
    /// One to one.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// Reduces. `None` where the denominator is 0.
    pub fn new(numerator: u64, denominator: u64) -> Option<Self> {
        let divisor = greatest_common_divisor(numerator, denominator);
        let (numerator, denominator) = (numerator.checked_div(divisor)?, denominator.checked_div(divisor)?);
        (denominator > 0).then_some(Self { numerator, denominator })
    }

    /// What is divided.
    pub fn numerator(self) -> u64 {
        self.numerator
    }

    /// By what; at least 1.
    pub fn denominator(self) -> u64 {
        self.denominator
    }

    /// As a number.
    #[allow(clippy::cast_precision_loss)] // both are far below 2^53 in any film
    pub fn as_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// So many of them, rounded.
    pub(crate) fn of(self, count: u64) -> u64 {
        let (count, numerator) = (u128::from(count), u128::from(self.numerator));
        let denominator = u128::from(self.denominator);
        u64::try_from((count * numerator + denominator / 2) / denominator).unwrap_or(u64::MAX)
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl FromStr for Ratio {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(a, b)| Self::new(a.parse().ok()?, b.parse().ok()?));
        parsed.ok_or_else(|| format!("expected a fraction such as 30000/1001, found {text:?}"))
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Ratio;

    #[test]
    fn fractions() {
        assert_eq!(Ratio::new(60_000, 2002).map(|r| r.to_string()).as_deref(), Some("30000/1001"));
        assert_eq!(Ratio::new(0, 5).map(|r| r.to_string()).as_deref(), Some("0/1"));
        assert_eq!(Ratio::new(1, 0), None);
        assert_eq!(Ratio::new(0, 0), None);
        assert_eq!("4/3".parse(), Ok(Ratio::new(4, 3).unwrap_or(Ratio::ONE)));
        assert_eq!("4:3".parse::<Ratio>(), Err("expected a fraction such as 30000/1001, found \"4:3\"".into()));
        assert_eq!(Ratio::new(4, 3).map(|r| r.of(719)), Some(959));
    }
}
