//! Paths and patterns.

use edge_auth::path::{decode, is_canonical};
use edge_auth::policy::{Behaviour, Pattern};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::site::SITE;

/// Escapes whatever may be escaped.
const EVERYTHING: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
/// Longer ones cost the slow matcher more than they show.
const LONGEST: usize = 300;

/// The last line of the input is a path, what stands before it a pattern.
pub fn path(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (source, path) = text.rsplit_once('\n').unwrap_or(("/*", text));
    let with_plus = is_canonical(path, true);
    assert_eq!(is_canonical(path, false), with_plus && !path.contains('+'), "{path:?}");
    let pattern = Pattern::parse(source, "/at");
    if with_plus {
        check_canonical(path);
        for pattern in pattern.iter().filter(|pattern| has_one_spelling(pattern.source())) {
            check_spellings(pattern, path, &spelt_out(path));
        }
    }
    for pattern in pattern.iter().chain(SITE.policy.routes.iter().map(|route| &route.path)) {
        check_match(pattern, path);
    }
    match pattern {
        Ok(pattern) => check_pattern(&pattern, source),
        Err(problems) => assert!(!problems.is_empty() && problems.iter().all(|p| p.at == "/at"), "{problems:?}"),
    }
}

fn check_canonical(path: &str) {
    assert_eq!(normalised(path), uppercased(path), "{path} has a normal form of its own");
    let decoded = decode(path).expect("a canonical path decodes");
    assert!(!decoded.chars().any(|c| c.is_ascii_control() || c == '\\'), "{path} hides {decoded:?}");
    // Splitting and decoding may come in either order, as they do with different readers.
    let segments: Vec<_> = path.split('/').map(|segment| decode(segment).expect("a decoded segment")).collect();
    assert!(decoded.split('/').eq(segments.iter().map(AsRef::as_ref)), "{path} has other segments decoded");
    assert!(!segments.iter().any(|s| s == "." || s == ".."), "{path} climbs");

    let spelt_out = spelt_out(path);
    assert!(is_canonical(&spelt_out, false), "{spelt_out} for {path}");
    assert_eq!(decode(&spelt_out), Some(decoded), "{spelt_out} for {path}");
    for route in &SITE.policy.routes {
        check_spellings(&route.path, path, &spelt_out);
    }
    let place = |behaviour: Behaviour<'_>| match behaviour {
        Behaviour::Auth => Some(usize::MAX),
        Behaviour::Route(index, _) => Some(index),
        Behaviour::None => None,
    };
    assert_eq!(place(SITE.policy.behaviour(path)), place(SITE.policy.behaviour(&spelt_out)), "{path} and {spelt_out}");
}

/// The same path as a client writes it that escapes whatever it may: to S3 it is the same object.
fn spelt_out(path: &str) -> String {
    percent_encode(decode(path).expect("a canonical path decodes").as_bytes(), EVERYTHING).to_string()
}

/// Whether a pattern cannot tell the spellings of a path apart: unreserved characters have one, and `*` stands at the end alone.
fn has_one_spelling(source: &str) -> bool {
    let source = source.strip_suffix('*').unwrap_or(source);
    source.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/{}".contains(&b))
}

/// A pattern rules both spellings alike, and finds the same behind each `{name}`.
fn check_spellings(pattern: &Pattern, path: &str, spelt_out: &str) {
    assert_eq!(
        pattern.matches_behaviour(path),
        pattern.matches_behaviour(spelt_out),
        "{} on {path} and {spelt_out}",
        pattern.source()
    );
    let (here, there) = (pattern.captures(path), pattern.captures(spelt_out));
    assert_eq!(here.is_some(), there.is_some(), "{} on {path} and {spelt_out}", pattern.source());
    let (Some(here), Some(there)) = (here, there) else { return };
    for name in pattern.names() {
        assert_eq!(here.raw(name).and_then(decode), there.raw(name).and_then(decode), "{{{name}}} of {path}");
    }
}

fn check_match(pattern: &Pattern, path: &str) {
    let captures = pattern.captures(path);
    let behaviour = pattern.matches_behaviour(path);
    assert!(behaviour || captures.is_none(), "{} takes {path:?}, CloudFront does not", pattern.source());
    if let Some(captures) = &captures {
        for name in pattern.names() {
            let raw = captures.raw(name).expect("every name is captured");
            assert!(!raw.is_empty() && !raw.contains('/'), "{{{name}}} of {} is {raw:?}", pattern.source());
        }
        if !pattern.source().contains(['*', '?']) {
            let put_back = pattern
                .names()
                .fold(pattern.source().to_owned(), |s, n| s.replace(&format!("{{{n}}}"), captures.raw(n).unwrap()));
            // A capture may itself look like a `{name}`, where canonical paths have one at all.
            assert!(put_back == path || path.contains('{'), "{} of {path:?}: {put_back:?}", pattern.source());
        }
    }
    if path.len() <= LONGEST && path.is_ascii() {
        let tokens = tokens(pattern.source());
        assert_eq!(captures.is_some(), holds(&tokens, path.as_bytes(), true), "{} on {path:?}", pattern.source());
        assert_eq!(behaviour, holds(&tokens, path.as_bytes(), false), "{} on {path:?}", pattern.source());
    }
}

fn check_pattern(pattern: &Pattern, source: &str) {
    assert_eq!(pattern.source(), source);
    assert!(source.starts_with('/') && source.bytes().all(|b| b.is_ascii_graphic()), "{source:?}");
    // What CloudFront is given is a pattern as well, of the same reach.
    let behaviour = pattern.behaviour();
    assert!(behaviour.len() <= 255, "{behaviour} is more than CloudFront takes");
    let plain = Pattern::parse(&behaviour, "").expect("CloudFront's pattern");
    assert_eq!((plain.behaviour(), plain.names().count()), (behaviour, 0));
    assert!(plain.matches_behaviour(&plain.behaviour()), "{source} does not match itself");
}

/// RFC 3986 §6.2.2 with `//` folded, as CloudFront is said to do before it picks a behaviour.
fn normalised(path: &str) -> String {
    let mut unescaped = String::new();
    let mut rest = path;
    while let Some(c) = rest.chars().next() {
        let escape = rest.get(1..3).filter(|_| c == '%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escape {
            Some(b) if b.is_ascii_alphanumeric() || b"-._~".contains(&b) => unescaped.push(char::from(b)),
            Some(b) => unescaped.extend([format!("%{b:02X}")]),
            None => unescaped.push(c),
        }
        rest = &rest[if escape.is_some() { 3 } else { c.len_utf8() }..];
    }
    // §5.2.4: dot segments.
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = unescaped.split('/').skip(1).collect();
    for (at, segment) in segments.iter().enumerate() {
        let last = at + 1 == segments.len();
        match *segment {
            ".." => drop(kept.pop()),
            "." => {}
            "" if !last => {}
            other => kept.push(other),
        }
        if last && (*segment == "." || *segment == "..") {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

/// The path with the digits of its escapes in upper case: both spellings are let through, and decode alike.
fn uppercased(path: &str) -> String {
    let mut left = 0;
    let each = path.chars().map(|c| {
        left = if c == '%' { 2 } else { i32::max(left - 1, -1) };
        if left >= 0 && c != '%' { c.to_ascii_uppercase() } else { c }
    });
    each.collect()
}

enum Token {
    Byte(u8),
    One,
    Run,
    Segment,
}

fn tokens(source: &str) -> Vec<Token> {
    let mut all = Vec::new();
    let mut bytes = source.bytes();
    while let Some(b) = bytes.next() {
        all.push(match b {
            b'*' => Token::Run,
            b'?' => Token::One,
            b'{' => {
                bytes.by_ref().take_while(|b| *b != b'}').for_each(drop);
                Token::Segment
            }
            other => Token::Byte(other),
        });
    }
    all
}

/// Slow and plain: which places in the path can be reached with each token.
fn holds(tokens: &[Token], path: &[u8], exact: bool) -> bool {
    let mut here = vec![false; path.len() + 1];
    here[0] = true;
    for token in tokens {
        let mut next = vec![false; path.len() + 1];
        for at in (0..=path.len()).filter(|at| here[*at]) {
            match token {
                Token::Byte(b) if path.get(at) == Some(b) => next[at + 1] = true,
                Token::One if at < path.len() => next[at + 1] = true,
                Token::Segment if exact => {
                    let end = path.iter().skip(at).position(|b| *b == b'/').map_or(path.len(), |length| at + length);
                    next[end] |= end > at;
                }
                Token::Run | Token::Segment => {
                    next[at..].fill(true);
                    break;
                }
                _ => {}
            }
        }
        here = next;
    }
    here[path.len()]
}
