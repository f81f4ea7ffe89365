//! The language of a track.

use crate::boxes::BoxRef;
use crate::error::Error;

/// The first of Macintosh's language codes, 0 to 33, as ISO 639-2; Apple, "`QuickTime` File Format", "Language code values".
const MACINTOSH: [&str; 34] = [
    "eng", "fra", "deu", "ita", "nld", "swe", "spa", "dan", "por", "nor", "heb", "jpn", "ara", "fin", "ell", "isl",
    "mlt", "tur", "hrv", "zho", "urd", "hin", "tha", "kor", "lit", "pol", "hun", "est", "lav", "sme", "fao", "fas",
    "rus", "zho",
];

/// The longest tag that is taken over from a file; RFC 5646 section 4.4.1 asks for room for 35 characters.
const TAG_BYTES: usize = 35;

/// Of `mdhd`: three letters of five bits each, or below 0x400 a code of Macintosh. `None`: undetermined.
pub(super) fn packed(code: u16) -> Option<String> {
    if code < 0x400 {
        return MACINTOSH.get(usize::from(code)).map(|&language| language.into());
    }
    let letters = [code >> 10 & 0x1F, code >> 5 & 0x1F, code & 0x1F];
    let letters: Option<String> = letters
        .into_iter()
        .map(|letter| u8::try_from(letter).ok().filter(|l| (1..=26).contains(l)).map(|l| char::from(l + 0x60)))
        .collect();
    letters.filter(|language| language != "und")
}

/// `elng`: a BCP 47 tag.
pub(super) fn extended(mdia: BoxRef<'_>) -> Result<Option<String>, Error> {
    let Some(elng) = mdia.child(b"elng")? else { return Ok(None) };
    let text = elng.content.get(4..).unwrap_or_default();
    let text = text.split(|b| *b == 0).next().unwrap_or_default();
    let is_tag = (1..=TAG_BYTES).contains(&text.len()) && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    Ok(is_tag.then(|| String::from_utf8_lossy(text).into_owned()).filter(|tag| tag != "und"))
}

#[cfg(test)]
mod tests {
    use super::packed;

    #[test]
    fn codes() {
        assert_eq!(packed(0x55C4), None); // und
        assert_eq!(packed(0x15C7).as_deref(), Some("eng"));
        assert_eq!(packed(0x10B5).as_deref(), Some("deu"));
        assert_eq!(packed(0).as_deref(), Some("eng"));
        assert_eq!(packed(11).as_deref(), Some("jpn"));
        assert_eq!(packed(0x7FFF), None);
        assert_eq!(packed(200), None);
    }
}
