//! A route's path as written, and what may be written there.

use std::sync::Arc;

use super::problem::Problem;
use crate::path;

/// A route's path: CloudFront's pattern language (`*` any run of bytes, `?` exactly one, case-sensitive) plus
/// `{name}`, one whole, non-empty segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    source: Arc<str>,
    pub(super) tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Literal(u8),
    AnyRun,
    AnyOne,
    Segment(String),
}

/// What CloudFront takes in a pattern beside letters, digits and its two wildcards. It takes `"` too, which no browser
/// sends unescaped. There is no `%`: an escape has two spellings, `%c3` and `%C3`, and a pattern would see one.
const ALLOWED: &str = "_-./$~'@:+&";

/// CloudFront's limit on a pattern.
const LONGEST: usize = 255;

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// All that is wrong with it; `at` is where it stands in the policy.
    pub fn parse(source: &str, at: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut problem = |message: String| problems.push(Problem { at: at.to_owned(), message });
        if !source.starts_with('/') {
            problem(format!("the path {source:?} must begin with /"));
        }
        let tokens = tokens(source, &mut problem);
        let pattern = Self { source: source.into(), tokens: tokens.unwrap_or_default() };
        let length = pattern.behaviour().len();
        if length > LONGEST {
            problem(format!("the path has {length} bytes; CloudFront takes at most {LONGEST}"));
        }
        if problems.is_empty() && !path::is_canonical(&pattern.example(), true) {
            let message = "an empty, . or .. segment, which no canonical path has: it would never match; leave it out";
            problems.push(Problem { at: at.to_owned(), message: format!("the path {source:?} holds {message}") });
        }
        if problems.is_empty() { Ok(pattern) } else { Err(problems) }
    }

    /// The pattern as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The same, to be kept.
    pub fn shared_source(&self) -> Arc<str> {
        Arc::clone(&self.source)
    }

    /// What CloudFront is given: `*` in the place of each `{name}`.
    pub fn behaviour(&self) -> String {
        self.text("*", "?")
    }

    /// A path that it matches.
    pub fn example(&self) -> String {
        self.text("x", "x")
    }

    fn text(&self, run: &str, one: &str) -> String {
        let mut text = String::with_capacity(self.tokens.len());
        for token in &self.tokens {
            match token {
                Token::Literal(byte) => text.push(char::from(*byte)),
                Token::AnyRun | Token::Segment(_) => text.push_str(run),
                Token::AnyOne => text.push_str(one),
            }
        }
        text
    }

    /// The `{name}`s, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().filter_map(|t| if let Token::Segment(name) = t { Some(name.as_str()) } else { None })
    }
}

/// `None` where it cannot be read to its end.
fn tokens(source: &str, problem: &mut impl FnMut(String)) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut strangers = Vec::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match c {
            '*' => tokens.push(Token::AnyRun),
            '?' => tokens.push(Token::AnyOne),
            '{' => {
                let (name, braced) = segment(rest, &tokens, problem)?;
                tokens.push(Token::Segment(name));
                length = braced;
            }
            '}' => {
                problem("the path has a } without {".to_owned());
                return None;
            }
            _ => {
                if !(c.is_ascii_alphanumeric() || ALLOWED.contains(c) || strangers.contains(&c)) {
                    strangers.push(c);
                }
                tokens.extend(c.to_string().bytes().map(Token::Literal));
            }
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    for stranger in strangers {
        problem(format!(
            "the path holds {stranger:?}; CloudFront's patterns take letters, digits and {ALLOWED} only; \
             put *, ? or {{name}} in its place"
        ));
    }
    Some(tokens)
}

/// Reads `{name}` at the start of `rest`; its name and its length with braces.
fn segment(rest: &str, before: &[Token], problem: &mut impl FnMut(String)) -> Option<(String, usize)> {
    let Some((inside, after)) = rest.get(1..).and_then(|r| r.split_once('}')) else {
        problem("the path has a { without }".to_owned());
        return None;
    };
    if !is_name(inside) {
        problem(format!("{{{inside}}} is no name; use letters, digits and _"));
    }
    if before.contains(&Token::AnyRun) {
        problem(format!("{{{inside}}} stands behind a *: which segment it means would be ambiguous"));
    }
    if before.iter().any(|t| matches!(t, Token::Segment(n) if n == inside)) {
        problem(format!("{{{inside}}} is in the path twice; give each segment a name of its own"));
    }
    if before.last() != Some(&Token::Literal(b'/')) || !(after.is_empty() || after.starts_with('/')) {
        problem(format!("{{{inside}}} must be a whole segment: /{{{inside}}}/ or /{{{inside}}} at the end"));
    }
    Some((inside.to_owned(), inside.len() + 2))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_would_be_ambiguous_or_impossible() {
        for (source, says) in [
            ("health", "must begin with /"),
            ("/a b", "holds ' '"),
            ("/caf\u{e9}", "holds '\u{e9}'"),
            ("/caf%C3%A9", "holds '%'"),
            ("/a\\b", "holds '\\\\'"),
            ("/*/{id}", "behind a *"),
            ("/{a}/{a}", "twice"),
            ("/x{a}", "whole segment"),
            ("/{a}x", "whole segment"),
            ("/{a", "without }"),
            ("/a}", "without {"),
            ("/{}", "no name"),
            ("/a//b", "never match"),
            ("/a/../b", "never match"),
            ("/a/.", "never match"),
        ] {
            let problems = Pattern::parse(source, "/routes/0/path").expect_err(source);
            assert!(matches!(problems.as_slice(), [one] if one.message.contains(says)), "{source}: {problems:?}");
        }
    }

    #[test]
    fn the_length_that_counts_is_the_one_that_cloudfront_sees() {
        assert!(Pattern::parse(&format!("/{}", "a".repeat(254)), "").is_ok());
        assert!(Pattern::parse(&format!("/{}", "a".repeat(255)), "").is_err());
        assert!(Pattern::parse(&format!("/{{{}}}", "a".repeat(300)), "").is_ok());
    }

    #[test]
    fn every_character_that_is_taken_is_canonical_in_a_path() {
        for c in ALLOWED.chars().filter(|c| !"./".contains(*c)) {
            assert!(path::is_canonical(&format!("/{c}"), true), "{c}");
        }
    }
}
