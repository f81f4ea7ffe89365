//! Texts that people write, and ids that we make.

use ring::rand::{SecureRandom as _, SystemRandom};

use crate::Problem;

/// Any text that can stand on one line, without the space around it.
pub fn line<'t>(field: &'static str, text: &'t str) -> Result<&'t str, Problem> {
    let breaks_line = |c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}';
    let text = text.trim();
    if text.is_empty() {
        let detail = format!("{field} must hold at least one character that is not a space.");
        return Err(Problem::invalid(field, "empty", detail));
    }
    if text.contains(breaks_line) {
        let detail = format!("{field} must not hold control characters or line breaks.");
        return Err(Problem::invalid(field, "control_character", detail));
    }
    Ok(text)
}

/// A line of at most that many characters.
pub fn short_line<'t>(field: &'static str, text: &'t str, most: usize) -> Result<&'t str, Problem> {
    let text = line(field, text)?;
    if text.chars().count() > most {
        return Err(Problem::invalid(field, "too_long", format!("{field} must be at most {most} characters long.")));
    }
    Ok(text)
}

/// An id that nobody can guess: 128 bits in hexadecimal.
pub fn random_id() -> Result<String, Problem> {
    Ok(random::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Problem::internal(&"the system has no randomness"))?;
    Ok(bytes)
}
