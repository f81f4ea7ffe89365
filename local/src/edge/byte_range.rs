//! `Range` with one range of bytes (RFC 9110, section 14).

/// What a `Range` header asks of a representation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Requested {
    /// Nothing that is honoured: the header is malformed, of another unit, or of several ranges.
    Whole,
    /// These bytes.
    Part(ByteRange),
    /// Bytes that are not there.
    Unsatisfiable,
}

/// Bytes of a representation; neither bound lies outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ByteRange {
    /// The first byte's position.
    pub(super) first: u64,
    /// The last byte's position; not before `first`.
    pub(super) last: u64,
}

impl ByteRange {
    /// How many bytes.
    pub(super) fn length(self) -> u64 {
        self.last - self.first + 1
    }

    /// `bytes 0-99/1234`, the value of `Content-Range`.
    pub(super) fn content_range(self, length: u64) -> String {
        format!("bytes {}-{}/{length}", self.first, self.last)
    }
}

/// Reads a `Range` header for a representation of `length` bytes.
pub(super) fn requested(header: &str, length: u64) -> Requested {
    let Some((unit, range)) = header.split_once('=') else {
        return Requested::Whole;
    };
    // Several ranges would need a multipart answer; a server may ignore them, and players ask for one.
    if !unit.trim().eq_ignore_ascii_case("bytes") || range.contains(',') {
        return Requested::Whole;
    }
    let Some((first, last)) = range.trim().split_once('-') else {
        return Requested::Whole;
    };
    match (first, last) {
        ("", suffix) => position(suffix).map_or(Requested::Whole, |suffix| self::suffix(suffix, length)),
        (first, "") => position(first).map_or(Requested::Whole, |first| bounded(first, u64::MAX, length)),
        (first, last) => match (position(first), position(last)) {
            (Some(first), Some(last)) if first <= last => bounded(first, last, length),
            _ => Requested::Whole,
        },
    }
}

fn suffix(suffix: u64, length: u64) -> Requested {
    match (suffix, length.checked_sub(1)) {
        (0, _) => Requested::Unsatisfiable,
        // Satisfiable by the RFC, but no Content-Range can say so.
        (_, None) => Requested::Whole,
        (suffix, Some(last)) => Requested::Part(ByteRange { first: length.saturating_sub(suffix), last }),
    }
}

fn bounded(first: u64, last: u64, length: u64) -> Requested {
    match length.checked_sub(1) {
        Some(end) if first <= end => Requested::Part(ByteRange { first, last: last.min(end) }),
        _ => Requested::Unsatisfiable,
    }
}

/// Digits only; what does not fit is as far as anything can be.
fn position(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{ByteRange, Requested, requested};

    #[test]
    fn reads_one_range() {
        let part = |first, last| Requested::Part(ByteRange { first, last });
        for (header, length, expected) in [
            ("bytes=0-0", 10, part(0, 0)),
            ("bytes=2-5", 10, part(2, 5)),
            ("bytes=2-", 10, part(2, 9)),
            ("bytes=-3", 10, part(7, 9)),
            ("bytes=-30", 10, part(0, 9)),
            ("bytes=9-999", 10, part(9, 9)),
            ("Bytes= 1-2 ", 10, part(1, 2)),
            ("bytes=0-99999999999999999999999", 10, part(0, 9)),
            ("bytes=10-", 10, Requested::Unsatisfiable),
            ("bytes=99999999999999999999999-", 10, Requested::Unsatisfiable),
            ("bytes=-0", 10, Requested::Unsatisfiable),
            ("bytes=0-", 0, Requested::Unsatisfiable),
            ("bytes=-5", 0, Requested::Whole),
            ("bytes=5-2", 10, Requested::Whole),
            ("bytes=0-1,4-5", 10, Requested::Whole),
            ("bytes=", 10, Requested::Whole),
            ("bytes=-", 10, Requested::Whole),
            ("bytes=+1-2", 10, Requested::Whole),
            ("bytes=a-b", 10, Requested::Whole),
            ("bytes 0-1", 10, Requested::Whole),
            ("items=0-1", 10, Requested::Whole),
        ] {
            assert_eq!(requested(header, length), expected, "{header} of {length}");
        }
    }
}
