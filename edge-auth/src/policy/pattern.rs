use super::problem::Problem;

/// A route's path: CloudFront's pattern language (`*` any run of bytes, `?` exactly one, case-sensitive) plus
/// `{name}`, one whole, non-empty segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    source: String,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(u8),
    AnyRun,
    AnyOne,
    Segment(String),
}

/// The raw (still percent-encoded) text of each `{name}`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Captures<'p>(Vec<(&'p str, &'p str)>);

impl<'p> Captures<'p> {
    /// The raw text that `{name}` matched.
    pub fn raw(&self, name: &str) -> Option<&'p str> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)
    }
}

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
        if source.len() > 255 {
            problem(format!("the path has {} bytes; CloudFront takes at most 255", source.len()));
        }
        if let Some(c) = source.chars().find(|c| !c.is_ascii_graphic() || matches!(c, '\\' | '#' | '"' | '<' | '>')) {
            problem(format!("the path holds {c:?}, which no canonical path has; write it percent-encoded"));
        }
        let mut tokens = Vec::new();
        let mut rest = source;
        while let Some(c) = rest.chars().next() {
            let (token, length) = match c {
                '*' => (Token::AnyRun, 1),
                '?' => (Token::AnyOne, 1),
                '{' => match segment(rest, &tokens, &mut problem) {
                    Some((name, length)) => (Token::Segment(name), length),
                    None => break,
                },
                '}' => {
                    problem("the path has a } without {".to_owned());
                    break;
                }
                _ => {
                    tokens.extend(c.to_string().bytes().map(Token::Literal));
                    rest = rest.get(c.len_utf8()..).unwrap_or_default();
                    continue;
                }
            };
            tokens.push(token);
            rest = rest.get(length..).unwrap_or_default();
        }
        if problems.is_empty() { Ok(Self { source: source.to_owned(), tokens }) } else { Err(problems) }
    }

    /// The pattern as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What CloudFront is given: `*` in the place of each `{name}`.
    pub fn behaviour(&self) -> String {
        self.tokens
            .iter()
            .map(|token| match token {
                Token::Literal(b) => char::from(*b),
                Token::AnyRun | Token::Segment(_) => '*',
                Token::AnyOne => '?',
            })
            .collect()
    }

    /// The `{name}`s, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().filter_map(|t| if let Token::Segment(name) = t { Some(name.as_str()) } else { None })
    }

    /// Whether CloudFront would pick this behaviour for the path: `{name}` counts as `*`.
    pub fn matches_behaviour(&self, path: &str) -> bool {
        walk(&self.tokens, path.as_bytes(), |token| matches!(token, Token::AnyRun | Token::Segment(_)))
    }

    /// Whether the path matches exactly, and what each `{name}` is then.
    pub fn captures<'p>(&'p self, path: &'p str) -> Option<Captures<'p>> {
        if !walk(&self.tokens, path.as_bytes(), |token| matches!(token, Token::AnyRun)) {
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
}

/// Reads `{name}` at the start of `rest`; its name and its length with braces.
fn segment(rest: &str, before: &[Token], problem: &mut impl FnMut(String)) -> Option<(String, usize)> {
    let Some((inside, after)) = rest.get(1..).and_then(|r| r.split_once('}')) else {
        problem("the path has a { without }".to_owned());
        return None;
    };
    if inside.is_empty() || !inside.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        problem(format!("{{{inside}}} is no name; use letters, digits and _"));
    }
    if before.contains(&Token::AnyRun) {
        problem(format!("{{{inside}}} stands behind a *: which segment it means would be ambiguous"));
    }
    if before.iter().any(|t| matches!(t, Token::Segment(n) if n == inside)) {
        problem(format!("{{{inside}}} is in the path twice"));
    }
    if before.last() != Some(&Token::Literal(b'/')) || !(after.is_empty() || after.starts_with('/')) {
        problem(format!("{{{inside}}} must be a whole segment: /{{{inside}}}/ or /{{{inside}}} at the end"));
    }
    Some((inside.to_owned(), inside.len() + 2))
}

/// Matches from the left and, on a mismatch, lets the latest run take one byte more. Linear in path × pattern.
fn walk(tokens: &[Token], path: &[u8], is_run: impl Fn(&Token) -> bool) -> bool {
    let (mut t, mut p) = (0, 0);
    let mut latest_run: Option<(usize, usize)> = None;
    loop {
        let step = match (tokens.get(t), path.get(p)) {
            (None, None) => return true,
            (Some(token), _) if is_run(token) => {
                latest_run = Some((t, p));
                t += 1;
                continue;
            }
            (Some(Token::Literal(l)), Some(b)) if l == b => Some(1),
            (Some(Token::AnyOne), Some(_)) => Some(1),
            (Some(Token::Segment(_)), Some(_)) => {
                let length = path.iter().skip(p).take_while(|b| **b != b'/').count();
                (length > 0).then_some(length)
            }
            _ => None,
        };
        match (step, latest_run) {
            (Some(length), _) => (t, p) = (t + 1, p + length),
            (None, Some((run, from))) if from < path.len() => {
                latest_run = Some((run, from + 1));
                (t, p) = (run + 1, from + 1);
            }
            (None, _) => return false,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
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
        assert_eq!(pattern.behaviour(), "/play/*/*/*");
    }

    #[test]
    fn refuses_what_would_be_ambiguous_or_impossible() {
        for (source, says) in [
            ("health", "must begin with /"),
            ("/a b", "percent-encoded"),
            ("/*/{id}", "behind a *"),
            ("/{a}/{a}", "twice"),
            ("/x{a}", "whole segment"),
            ("/{a}x", "whole segment"),
            ("/{a", "without }"),
            ("/a}", "without {"),
            ("/{}", "no name"),
        ] {
            let problems = Pattern::parse(source, "/routes/0/path").expect_err(source);
            assert!(problems.iter().any(|p| p.message.contains(says)), "{source}: {problems:?}");
        }
        assert!(Pattern::parse(&format!("/{}", "a".repeat(255)), "").is_err());
    }
}
