//! The CloudFront Function for routes with `gate: function`, made from a policy.
//!
//! [`emit`] fills the policy into `viewer-request.js` and makes the text small: CloudFront takes 10,240 bytes. The lines that are read in
//! a review are those of the source; its tests run what is emitted.

mod constants;
mod minify;

use std::fmt;

use edge_auth::policy::Policy;

/// CloudFront takes 10,240 bytes of code; the rest is for what it may come to count.
pub const MOST_BYTES: usize = 10_000;

const SOURCE: &str = include_str!("../viewer-request.js");
/// CloudFront wants this line as it is, and first.
const IMPORT: &str = "import cf from 'cloudfront';\n";

/// Why there is no function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmitError {
    /// The policy makes it too large; this many bytes.
    TooLarge(usize),
    /// The source is not what this program expects: a mistake of ours.
    Source(String),
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(bytes) => write!(
                f,
                "the function would have {bytes} bytes, and CloudFront takes {MOST_BYTES} at most; join routes that have gate: \
                 function, or list fewer origins under cors.allow_origins"
            ),
            Self::Source(problem) => write!(f, "viewer-request.js: {problem}; this is a mistake in Stagedoor"),
        }
    }
}

impl std::error::Error for EmitError {}

/// The function's text for a policy.
///
/// # Errors
/// See [`EmitError`].
pub fn emit(policy: &Policy) -> Result<String, EmitError> {
    let source = |problem: &str| EmitError::Source(problem.to_owned());
    let mut body = SOURCE.strip_prefix(IMPORT).ok_or_else(|| source("its first line is not the import"))?.to_owned();
    for (name, value) in constants::all(policy) {
        let beginning = format!("const {name} = ");
        body = replace(&body, &beginning, &value.to_string()).ok_or_else(|| source(&format!("no line of {name}")))?;
    }
    let text = format!("{IMPORT}{}\n", minify::minified(&body).map_err(EmitError::Source)?);
    if text.len() > MOST_BYTES { Err(EmitError::TooLarge(text.len())) } else { Ok(text) }
}

/// The text with the one line that begins so set to this value.
fn replace(text: &str, beginning: &str, value: &str) -> Option<String> {
    let (before, rest) = text.split_once(&format!("\n{beginning}"))?;
    let (_, after) = rest.split_once(";\n")?;
    Some(format!("{before}\n{beginning}{value};\n{after}"))
}

#[cfg(test)]
mod tests {
    use edge_auth::policy::Policy;
    use serde_json::json;

    use super::*;

    fn policy(routes: usize) -> Policy {
        let route = |n: usize| {
            let path = if n == 0 { "/p/*".to_owned() } else { format!("/p/*/{}/{n}/*", "long".repeat(20)) };
            json!({"path": path, "allow": "pass", "gate": "function", "origin": "media", "cache": "media"})
        };
        let routes: Vec<_> = (0..routes).rev().map(route).collect();
        Policy::from_json(&json!({"version": 1, "routes": routes})).unwrap()
    }

    #[test]
    fn it_is_small_and_begins_with_the_import() {
        let text = emit(&policy(1)).unwrap();
        assert!(text.starts_with("import cf from 'cloudfront';\n"), "{text}");
        assert!(text.contains("async function handler("), "{text}");
        assert!(text.len() <= 8000, "{} bytes", text.len());
    }

    #[test]
    fn what_cloudfront_would_not_take_is_an_error_that_says_what_to_do() {
        let error = emit(&policy(40)).unwrap_err();
        assert!(matches!(error, EmitError::TooLarge(_)));
        assert!(error.to_string().contains("join routes"), "{error}");
    }

    #[test]
    fn no_syntax_that_cloudfront_lacks_and_no_await_among_arguments() {
        let text = emit(&policy(1)).unwrap();
        for strange in ["?.", "??", "...", "class ", "&&=", "||=", "catch{", "**", "export"] {
            assert!(!text.contains(strange), "{strange} in {text}");
        }
        // An await stands at the beginning of a statement, as what is assigned, or as a condition.
        for (at, _) in text.match_indices("await ") {
            let before = text.get(..at).unwrap();
            let fine = before.ends_with([';', '{', '}', '=']) || before.ends_with("if(");
            assert!(fine, "await after {before}");
        }
    }
}
