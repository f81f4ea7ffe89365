//! Keys that are in a mapping twice. The YAML reader stops at the first; a check has to name them all, and what else is
//! wrong, so each is set apart in the text and the text read again.

use saphyr::ScanError;

/// Begins the name of a key that was set apart: of the private-use characters, so that nobody writes one.
const APART: char = '\u{e000}';

/// The text with the key that the error speaks of set apart, on the same line; `None` where the error is another.
pub fn set_apart(text: &str, error: &ScanError) -> Option<String> {
    if error.info() != "duplicated key in mapping" {
        return None;
    }
    let (start, _) = text.char_indices().nth(error.marker().index())?;
    let (before, rest) = text.split_at_checked(start)?;
    let length = match rest.chars().next()? {
        quote @ ('"' | '\'') => rest.get(1..)?.find(quote)? + 2,
        _ => rest.find(|c: char| c == ':' || c.is_whitespace())?,
    };
    let (key, after) = rest.split_at_checked(length)?;
    let name = key.trim_matches(['"', '\'']);
    // Numbered: a key may be there three times.
    let number = text.matches(APART).count();
    let is_plain = !name.is_empty() && !name.contains(['"', '\\', '\n', APART]);
    is_plain.then(|| format!("{before}\"{APART}{number} {name}\"{after}"))
}

/// The name of a key that was set apart.
pub fn name(key: &str) -> Option<&str> {
    let (_, name) = key.strip_prefix(APART)?.split_once(' ')?;
    Some(name)
}
