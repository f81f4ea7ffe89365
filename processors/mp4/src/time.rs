//! Ticks and seconds.

/// A count of ticks in seconds. Exact to the microsecond for some 285 years.
#[allow(clippy::cast_precision_loss)] // said above
pub(crate) fn seconds(ticks: u64, timescale: u32) -> f64 {
    ticks as f64 / f64::from(timescale.max(1))
}

/// The same for a time that may lie before the beginning.
pub(crate) fn signed_seconds(ticks: i64, timescale: u32) -> f64 {
    let magnitude = seconds(ticks.unsigned_abs(), timescale);
    if ticks < 0 { -magnitude } else { magnitude }
}

/// To the microsecond, as times are printed.
pub(crate) fn rounded(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}
