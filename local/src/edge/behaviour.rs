//! The path that `CloudFront` matches behaviours on. What it forwards is the raw one.

/// The path normalised by RFC 3986, section 6.2.2: escapes of unreserved characters decoded, other escapes in upper
/// case, dot segments resolved; `//` folded too. `path` begins with `/`, and so does the answer.
pub(super) fn normalise(path: &str) -> String {
    let path = decode_unreserved(path);
    let mut segments: Vec<&str> = Vec::new();
    let mut ends_in_slash = true;
    for segment in path.split('/') {
        ends_in_slash = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    let mut normalised = String::with_capacity(path.len() + 1);
    for segment in &segments {
        normalised.push('/');
        normalised.push_str(segment);
    }
    if ends_in_slash {
        normalised.push('/');
    }
    normalised
}

fn decode_unreserved(path: &str) -> String {
    let mut decoded = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        decoded.push_str(before);
        rest = after;
        let Some((hex, byte)) = escape(after) else {
            decoded.push('%');
            continue;
        };
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            decoded.push(char::from(byte));
        } else {
            decoded.push('%');
            decoded.push_str(&hex.to_ascii_uppercase());
        }
        rest = after.get(2..).unwrap_or_default();
    }
    decoded.push_str(rest);
    decoded
}

fn escape(after_percent: &str) -> Option<(&str, u8)> {
    let hex = after_percent.get(..2).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some((hex, u8::from_str_radix(hex, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn normalises_as_rfc_3986_says() {
        for (raw, normalised) in [
            ("/", "/"),
            ("/a/b", "/a/b"),
            ("/a/b/", "/a/b/"),
            ("//a///b//", "/a/b/"),
            ("/a/./b/.", "/a/b/"),
            ("/a/../b", "/b"),
            ("/a/b/..", "/a/"),
            ("/../../a", "/a"),
            ("/static/%2e%2E/media/x", "/media/x"),
            ("/%61%2d%7E", "/a-~"),
            ("/a%2fb", "/a%2Fb"),
            ("/a%25%32%65", "/a%252e"),
            ("/a%", "/a%"),
            ("/a%zz%4", "/a%zz%4"),
            ("/a%+1", "/a%+1"),
            ("/a..b/...", "/a..b/..."),
            ("/a\\..\\b", "/a\\..\\b"),
        ] {
            assert_eq!(normalise(raw), normalised, "{raw}");
        }
    }
}
