//! The path that CloudFront picks a behaviour by. What it sends on is the raw one.

/// The path normalised by RFC 3986 §6.2.2: escapes of unreserved characters decoded, other escapes in upper case, dot
/// segments resolved; `//` folded too.
pub fn normalised(path: &str) -> String {
    let decoded = decode_unreserved(path);
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            name => segments.push(name),
        }
    }
    let is_directory = matches!(decoded.rsplit('/').next(), Some("" | "." | ".."));
    let end = if is_directory && !segments.is_empty() { "/" } else { "" };
    format!("/{}{end}", segments.join("/"))
}

fn decode_unreserved(path: &str) -> String {
    let mut decoded = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        decoded.push_str(before);
        let mut digits = after.chars().map(|c| c.to_digit(16));
        let escaped = match (digits.next(), digits.next()) {
            (Some(Some(high)), Some(Some(low))) => char::from_u32(high << 4 | low),
            _ => None,
        };
        match escaped {
            Some(c) if c.is_ascii_alphanumeric() || "-._~".contains(c) => decoded.push(c),
            Some(_) => decoded.extend(['%'].into_iter().chain(after.chars().take(2).map(|c| c.to_ascii_uppercase()))),
            None => decoded.push('%'),
        }
        rest = if escaped.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    use super::normalised;

    #[test]
    fn one_spelling_for_each_path() {
        for (raw, normal) in [
            ("/", "/"),
            ("", "/"),
            ("/a/b", "/a/b"),
            ("/a/b/", "/a/b/"),
            ("//a///b//", "/a/b/"),
            ("/a/./b/.", "/a/b/"),
            ("/a/../b", "/b"),
            ("/a/b/..", "/a/"),
            ("/../../a", "/a"),
            ("/..", "/"),
            ("/static/%2e%2E/media/x", "/media/x"),
            ("/%61%2d%7E", "/a-~"),
            ("/a%2fb", "/a%2Fb"),
            ("/%c3%a9", "/%C3%A9"),
            ("/a%25%32%65", "/a%252e"),
            ("/a%", "/a%"),
            ("/a%zz%4", "/a%zz%4"),
            ("/a%+1", "/a%+1"),
            ("/a..b/...", "/a..b/..."),
            ("/a\\..\\b", "/a\\..\\b"),
        ] {
            assert_eq!(normalised(raw), normal, "{raw}");
        }
    }
}
