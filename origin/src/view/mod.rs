//! How the API and the pages write what they show: moments, lengths, sizes, paths.

mod media;
mod progress;

use catalog::{Rendition, UnixMillis};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub use media::{MediaView, RenditionView};
pub use progress::ProgressView;

/// A rendition's path on this site.
pub fn url(rendition: &Rendition) -> String {
    format!("/{}", rendition.key)
}

/// A moment as RFC 3339 in UTC, to the millisecond. A moment outside of years 0 to 9999 shows as the epoch.
pub fn rfc3339(at: UnixMillis) -> String {
    moment(at).format(&Rfc3339).unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned())
}

/// What somebody wrote as a moment, RFC 3339 in any zone.
pub fn parse_moment(text: &str) -> Option<UnixMillis> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    UnixMillis::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()
}

/// A moment's day in words, UTC: `7 March 2026`.
pub fn day(at: UnixMillis) -> String {
    let date = moment(at).date();
    format!("{} {} {}", date.day(), date.month(), date.year())
}

/// A length as players write it, whole seconds only: `0:07`, `12:34`, `1:02:03`.
pub fn clock(duration_ms: u64) -> String {
    let seconds = duration_ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A size in the unit that people would choose: `512 bytes`, `4 MB`, `1.5 GB` (decimal units).
pub fn size(bytes: u64) -> String {
    let in_tenths = |unit: u64| {
        let tenths = bytes / (unit / 10);
        if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
    };
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", in_tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", in_tenths(1_000_000)),
        1_000_000_000..1_000_000_000_000 => format!("{} GB", in_tenths(1_000_000_000)),
        _ => format!("{} TB", in_tenths(1_000_000_000_000)),
    }
}

fn moment(at: UnixMillis) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::{clock, day, parse_moment, rfc3339, size};

    #[test]
    fn lengths() {
        for (ms, text) in [(0, "0:00"), (999, "0:00"), (7_999, "0:07"), (754_000, "12:34"), (3_723_000, "1:02:03")] {
            assert_eq!(clock(ms), text);
        }
    }

    #[test]
    fn moments() {
        assert_eq!(rfc3339(1_772_841_600_123), "2026-03-07T00:00:00.123Z");
        assert_eq!(day(1_772_841_600_123), "7 March 2026");
        assert_eq!(rfc3339(i64::MAX), "1970-01-01T00:00:00Z");
        assert_eq!(parse_moment("2026-03-07T01:00:00.123+01:00"), Some(1_772_841_600_123));
        assert_eq!((parse_moment("2026-03-07"), parse_moment("")), (None, None));
    }

    #[test]
    fn sizes() {
        let table = [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1 kB"),
            (1_550_000, "1.5 MB"),
            (5_000_000_000, "5 GB"),
            (5_497_558_138_880, "5.4 TB"),
        ];
        for (bytes, text) in table {
            assert_eq!(size(bytes), text);
        }
    }
}
