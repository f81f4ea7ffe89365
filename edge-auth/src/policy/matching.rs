//! Which paths a pattern speaks of: exactly, and as CloudFront sees it.

use super::Pattern;
use super::pattern::Token;

/// The raw (still percent-encoded) text of each `{name}`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Captures<'p>(Vec<(&'p str, &'p str)>);

impl<'p> Captures<'p> {
    /// The raw text that `{name}` matched.
    pub fn raw(&self, name: &str) -> Option<&'p str> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)
    }

    /// Each name with its raw text, in the path's order.
    pub fn iter(&self) -> impl Iterator<Item = (&'p str, &'p str)> {
        self.0.iter().copied()
    }
}

impl Pattern {
    /// Whether CloudFront would pick this behaviour for the path: `{name}` counts as `*`.
    pub fn matches_behaviour(&self, path: &str) -> bool {
        self.walks(path, |token| matches!(token, Token::AnyRun | Token::Segment(_)))
    }

    /// Whether the path matches exactly, and what each `{name}` is then.
    pub fn captures<'p>(&'p self, path: &'p str) -> Option<Captures<'p>> {
        if !self.walks(path, |token| matches!(token, Token::AnyRun)) {
            return None;
        }
        // No `*` stands before a `{name}` (parse refuses it), so each capture's place is fixed from the left.
        let mut found = Captures::default();
        let mut rest = path;
        for token in &self.tokens {
            let length = match token {
                Token::AnyRun => break,
                Token::Literal(_) | Token::AnyOne => 1,
                Token::Segment(name) => {
                    let segment = rest.split('/').next().unwrap_or_default();
                    found.0.push((name, segment));
                    segment.len()
                }
            };
            rest = rest.get(length..)?;
        }
        Some(found)
    }

    /// Whether every path that CloudFront would take for `other` is one that it would take for this pattern. Sound, and
    /// complete but for patterns such as `/?*` and `/*x` that cover one another by counting characters.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let (wide, narrow) = (symbols(&self.tokens), symbols(&other.tokens));
        let step = |symbol: &Symbol, at: usize| match (symbol, narrow.get(at)?) {
            (Symbol::Byte(byte), Symbol::Byte(other)) => (byte == other).then_some(1),
            (Symbol::One, Symbol::Byte(_) | Symbol::One) => Some(1),
            _ => None,
        };
        walk(&wide, narrow.len(), |symbol| *symbol == Symbol::Run, step)
    }

    fn walks(&self, path: &str, is_run: impl Fn(&Token) -> bool) -> bool {
        let path = path.as_bytes();
        let step = |token: &Token, at: usize| match token {
            Token::Literal(byte) => (path.get(at) == Some(byte)).then_some(1),
            Token::AnyOne => path.get(at).map(|_| 1),
            Token::Segment(_) => {
                let length = path.iter().skip(at).take_while(|b| **b != b'/').count();
                (length > 0).then_some(length)
            }
            Token::AnyRun => None,
        };
        walk(&self.tokens, path.len(), is_run, step)
    }
}

/// What a pattern is to CloudFront.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Symbol {
    Byte(u8),
    One,
    Run,
}

/// Neighbouring wildcards in one order: `*?*` takes the same as `?*`.
fn symbols(tokens: &[Token]) -> Vec<Symbol> {
    let mut symbols = Vec::with_capacity(tokens.len());
    let mut run = false;
    for token in tokens {
        match token {
            Token::Literal(byte) => {
                symbols.extend(run.then_some(Symbol::Run));
                run = false;
                symbols.push(Symbol::Byte(*byte));
            }
            Token::AnyOne => symbols.push(Symbol::One),
            Token::AnyRun | Token::Segment(_) => run = true,
        }
    }
    symbols.extend(run.then_some(Symbol::Run));
    symbols
}

/// Matches `length` places from the left and, on a mismatch, lets the latest run take one place more. `step` says how
/// many places a token other than a run takes at a place, if it can stand there. Linear in tokens × length.
fn walk<T>(
    tokens: &[T],
    length: usize,
    is_run: impl Fn(&T) -> bool,
    step: impl Fn(&T, usize) -> Option<usize>,
) -> bool {
    let (mut t, mut p) = (0, 0);
    let mut latest_run: Option<(usize, usize)> = None;
    loop {
        let taken = match tokens.get(t) {
            None if p == length => return true,
            Some(token) if is_run(token) => {
                latest_run = Some((t, p));
                t += 1;
                continue;
            }
            Some(token) => step(token, p),
            None => None,
        };
        match (taken, latest_run) {
            (Some(places), _) => (t, p) = (t + 1, p + places),
            (None, Some((run, from))) if from < length => {
                latest_run = Some((run, from + 1));
                (t, p) = (run + 1, from + 1);
            }
            (None, _) => return false,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pattern(source: &str) -> Pattern {
        Pattern::parse(source, "").unwrap()
    }

    #[test]
    fn exact_matching_and_cloudfronts_choice_differ_only_in_segments() {
        for (source, path, exact, behaviour) in [
            ("/health", "/health", true, true),
            ("/health", "/Health", false, false),
            ("/health", "/health/", false, false),
            ("/static/*", "/static/", true, true),
            ("/static/*", "/static/a/b.css", true, true),
            ("/static/*", "/static", false, false),
            ("/a?c", "/abc", true, true),
            ("/a?c", "/ac", false, false),
            ("/*", "/", true, true),
            ("/*.mp4", "/x/y.mp4.mp4", true, true),
            ("/*a*b", "/xaxxaxb", true, true),
            ("/*a*b", "/xaxxaxc", false, false),
            ("/media/{owner}/*", "/media/me/x", true, true),
            ("/media/{owner}/*", "/media/me", false, false),
            ("/media/{owner}/*", "/media//x", false, true),
            ("/x/{id}/y", "/x/a/y", true, true),
            ("/x/{id}/y", "/x/a/b/y", false, true),
            ("/x/{id}", "/x/", false, true),
        ] {
            let pattern = pattern(source);
            assert_eq!(pattern.captures(path).is_some(), exact, "{source} captures {path}");
            assert_eq!(pattern.matches_behaviour(path), behaviour, "{source} behaviour {path}");
        }
    }

    #[test]
    fn captures_are_whole_raw_segments() {
        let pattern = pattern("/play/{owner}/{id}/*");
        let captures = pattern.captures("/play/a%20b/c/d/e").unwrap();
        assert_eq!(captures.raw("owner"), Some("a%20b"));
        assert_eq!(captures.raw("id"), Some("c"));
        assert_eq!(captures.raw("rest"), None);
        assert_eq!(captures.iter().collect::<Vec<_>>(), [("owner", "a%20b"), ("id", "c")]);
        assert_eq!(pattern.behaviour(), "/play/*/*/*");
    }

    #[test]
    fn one_pattern_covers_another_where_nothing_is_left_for_it() {
        for (wide, narrow, covers) in [
            ("/*", "/a", true),
            ("/*", "/{x}/y", true),
            ("/a/*", "/a/{x}/b", true),
            ("/a/{x}", "/a/b/c", true),
            ("/a/{x}/b", "/a/*", false),
            ("/a/b", "/a/b", true),
            ("/a/b", "/a/B", false),
            ("/a?", "/ab", true),
            // A `?` takes a character, not a wildcard.
            ("/a?", "/a*", false),
            ("/a*", "/a?", true),
            ("/a??", "/a?b", true),
            ("/a*?", "/a?*", true),
            ("/a?*", "/a*", false),
            ("/*.mp4", "/media/*.mp4", true),
            ("/*.mp4", "/media/*", false),
            ("/*a*b", "/xay*b", true),
        ] {
            assert_eq!(pattern(wide).covers(&pattern(narrow)), covers, "{wide} covers {narrow}");
        }
    }
}
