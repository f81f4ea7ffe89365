//! Canonical paths: the one spelling of a path that every later reader (CloudFront, S3, the app) understands alike.
//!
//! CloudFront picks the behaviour by the normalised path (RFC 3986 §6) and sends the raw one on, so a path with two
//! readings could be allowed as one thing and served as another. Everything that has two readings is refused.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Whether the raw path has one reading only. `plus` says whether a raw `+` is allowed: S3 reads it as a space.
pub fn is_canonical(path: &str, plus: bool) -> bool {
    let bytes = path.as_bytes();
    if bytes.first() != Some(&b'/') {
        return false;
    }
    let (mut rest, mut escapes) = (bytes.iter(), false);
    while let Some(byte) = rest.next() {
        let fine = match *byte {
            b'%' => {
                escapes = true;
                match (rest.next().and_then(|b| hex(*b)), rest.next().and_then(|b| hex(*b))) {
                    (Some(high), Some(low)) => escape_is_needed(high << 4 | low),
                    _ => false,
                }
            }
            b'+' => plus,
            // A raw byte beyond ASCII has a second spelling, its escape; browsers send that one.
            0..=b' ' | b'\\' | b'#' | b'?' | 0x7f.. => false,
            // The segment that begins here.
            b'/' => !matches!(
                rest.as_slice(),
                [b'/', ..] | [b'.'] | [b'.', b'/', ..] | [b'.', b'.'] | [b'.', b'.', b'/', ..]
            ),
            _ => true,
        };
        if !fine {
            return false;
        }
    }
    !escapes || decode(path).is_some()
}

/// The segment percent-decoded once; `None` where that is no UTF-8.
pub fn decode(segment: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(segment).decode_utf8().ok()
}

/// An escape of `/`, `\`, a control byte or an unreserved character (RFC 3986 §2.3; `.` is one) has a second spelling.
fn escape_is_needed(byte: u8) -> bool {
    !(byte.is_ascii_alphanumeric() || byte < 0x20 || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/' | b'\\' | 0x7f))
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reading_only() {
        for path in [
            "/",
            "/a",
            "/a/",
            "/a.b/c-d_e~f",
            "/a%20b",
            "/%C3%A9",
            "/%c3%a9",
            "/a;b=c",
            "/a%2Bb",
            "/a%25b",
            "/...",
            "/a.",
            "/a:b@c,d$e!f*g'h(i)",
        ] {
            assert!(is_canonical(path, false), "{path} is canonical");
        }
        for path in [
            "", "a", "*", "//", "//a", "/a//b", "/a//", "/.", "/..", "/a/.", "/a/..", "/a/./b", "/a/../b", "/%2e",
            "/%2E%2e/", "/a%2fb", "/a%2Fb", "/a%5cb", "/a\\b", "/a%00", "/a%0ab", "/a%7f", "/a%", "/a%2", "/a%zz",
            "/%61", "/%7e", "/%2D", "/a b", "/a\tb", "/a#b", "/a?b", "/%ff", "/%C3", "/%C3%28", "/a+b",
        ] {
            assert!(!is_canonical(path, false), "{path:?} is not canonical");
        }
        assert!(is_canonical("/a+b", true));
    }
}
