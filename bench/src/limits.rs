//! Limits that a comparison has to keep.

use serde::Serialize;

/// Which side of the limit is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The value may be the limit or less.
    AtMost,
    /// The value may be the limit or more.
    AtLeast,
}

/// A limit and what was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Limit {
    /// What is limited, with its unit.
    pub what: String,
    /// Which side is good.
    pub side: Side,
    /// The limit.
    pub limit: f64,
    /// What was measured; `None` where it could not be.
    pub value: Option<f64>,
}

impl Limit {
    /// `value` has to be `limit` or less.
    pub fn at_most(what: &str, limit: f64, value: Option<f64>) -> Self {
        Self { what: what.to_owned(), side: Side::AtMost, limit, value }
    }

    /// `value` has to be `limit` or more.
    pub fn at_least(what: &str, limit: f64, value: Option<f64>) -> Self {
        Self { what: what.to_owned(), side: Side::AtLeast, limit, value }
    }

    /// Whether it is kept; `None` where nothing was measured. What is no number keeps no limit.
    pub fn holds(&self) -> Option<bool> {
        self.value.map(|value| match self.side {
            Side::AtMost => value <= self.limit,
            Side::AtLeast => value >= self.limit,
        })
    }

    /// One line for a person.
    pub fn line(&self) -> String {
        let word = match self.holds() {
            Some(true) => "PASS",
            Some(false) => "FAIL",
            None => "SKIP",
        };
        let sign = if self.side == Side::AtMost { "<=" } else { ">=" };
        let value = self.value.map_or_else(|| "not measured".to_owned(), number);
        format!("{word}  {}: {value} ({sign} {})", self.what, number(self.limit))
    }
}

/// Whole numbers whole, others with two digits.
fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_kept_and_no_number_is_not() {
        assert_eq!(Limit::at_most("x", 2.0, Some(2.0)).holds(), Some(true));
        assert_eq!(Limit::at_most("x", 2.0, Some(2.01)).holds(), Some(false));
        assert_eq!(Limit::at_least("x", 2.0, Some(2.0)).holds(), Some(true));
        assert_eq!(Limit::at_least("x", 2.0, Some(1.99)).holds(), Some(false));
        assert_eq!(Limit::at_least("x", 2.0, Some(f64::NAN)).holds(), Some(false));
        assert_eq!(Limit::at_most("x", 2.0, None).holds(), None);
        assert_eq!(Limit::at_most("x", 2.0, Some(2.5)).line(), "FAIL  x: 2.50 (<= 2)");
    }
}
