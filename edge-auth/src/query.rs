//! Query strings, read and rewritten without touching what is not ours.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All values of a parameter, decoded as forms are (`+` is a space).
pub fn values<'q>(query: &'q str, name: &'q str) -> impl Iterator<Item = String> + 'q {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(move |(n, _)| decode(n) == name).map(|(_, value)| decode(value).into_owned())
}

/// The value of a parameter that must stand alone; `None` where it is missing or there more than once.
pub fn single(query: &str, name: &str) -> Option<String> {
    let mut all = values(query, name);
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// The query without any parameter of that name, however it is spelt; every other byte stays.
pub fn without(query: &str, name: &str) -> String {
    let ours = |pair: &&str| decode(pair.split('=').next().unwrap_or_default()) != name;
    query.split('&').filter(ours).collect::<Vec<_>>().join("&")
}

/// Percent-encodes a value so that it is one in any query or form body.
pub fn encode(value: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(value, KEPT).to_string()
}

/// `name=value&…` of pairs.
pub fn join(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(n, v)| format!("{n}={}", encode(v))).collect::<Vec<_>>().join("&")
}

fn decode(text: &str) -> Cow<'_, str> {
    let spaced: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    match percent_decode_str(&spaced).decode_utf8_lossy() {
        Cow::Borrowed(_) => spaced,
        Cow::Owned(decoded) => decoded.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_out_ours_and_leaves_every_other_byte() {
        for (query, rest) in [
            ("token=a", ""),
            ("token", ""),
            ("a=1&token=x&b=%2B+c&&d", "a=1&b=%2B+c&&d"),
            ("%74oken=x&t%6Fken=y", ""),
            ("Token=x", "Token=x"),
            ("x=token=1&tokens=2", "x=token=1&tokens=2"),
            ("", ""),
        ] {
            assert_eq!(without(query, "token"), rest, "{query}");
        }
        assert_eq!(values("token=a+b&x&%74oken=%2B", "token").collect::<Vec<_>>(), ["a b", "+"]);
        assert_eq!(single("a=1&b=2", "a").as_deref(), Some("1"));
        assert_eq!(single("a=1&a=1", "a"), None);
    }
}
