//! Where a request may carry a token, and taking it out again.

use std::borrow::Cow;

use super::Issuer;
use crate::cookies::Cookies;
use crate::event::Request;
use crate::policy::{Policy, TokenSource, TokenUse};
use crate::query;
use crate::reason::Reason;

/// A string that may be a token.
#[derive(Debug)]
pub struct Candidate<'r> {
    /// The string.
    pub token: Cow<'r, str>,
    /// Where it was found.
    pub source: TokenSource,
}

/// What was found, in the order in which it is judged.
#[derive(Debug, Default)]
pub struct Candidates<'r> {
    /// At most four.
    pub found: Vec<Candidate<'r>>,
    /// Two cookies of one name disagreed, and nothing stood before them.
    pub ambiguous_first: bool,
}

/// Each candidate may cost a signature check; nobody honest sends more than two or three.
const MOST_CANDIDATES: usize = 4;

/// Our own session cookie.
pub const ACCESS_COOKIE: &str = "__Host-sd-access";
/// Amplify's cookies begin with this.
pub const AMPLIFY_PREFIX: &str = "CognitoIdentityServiceProvider.";

/// Finds the candidates in the order of the policy's `tokens.from`.
pub fn candidates<'r>(
    request: &'r Request<'_>,
    cookies: &Cookies<'r>,
    policy: &Policy,
    issuers: &[Issuer],
) -> Candidates<'r> {
    let mut all = Candidates::default();
    for source in &policy.tokens.from {
        let mut take = |found: Result<Option<Cow<'r, str>>, Reason>| match found {
            Ok(Some(token)) => all.found.push(Candidate { token, source: *source }),
            Ok(None) => {}
            Err(_) => all.ambiguous_first |= all.found.is_empty(),
        };
        match source {
            TokenSource::Cookie => {
                take(cookies.single(ACCESS_COOKIE).map(|token| token.map(Cow::Borrowed)));
                if policy.amplify_cookies {
                    for client in issuers.iter().flat_map(|issuer| &issuer.clients) {
                        // Those of the user whom Amplify counts as signed in.
                        let user = cookies.single_of(&[AMPLIFY_PREFIX, client, ".LastAuthUser"]);
                        let Ok(Some(user)) = user else { continue };
                        for kind in amplify_kinds(policy.tokens.token_use) {
                            let found = cookies.single_of(&[AMPLIFY_PREFIX, client, ".", user, kind]);
                            take(found.map(|token| token.map(Cow::Borrowed)));
                        }
                    }
                }
            }
            TokenSource::Bearer => {
                for value in request.headers.values("authorization") {
                    take(Ok(bearer(value).map(Cow::Borrowed)));
                }
            }
            TokenSource::Query => {
                for value in query::values(&request.querystring, &policy.tokens.query_parameter) {
                    take(Ok(Some(Cow::Owned(value))));
                }
            }
        }
    }
    all.found.truncate(MOST_CANDIDATES);
    all
}

/// The token of an `Authorization: Bearer` value (RFC 6750 §2.1; the scheme is case-insensitive, RFC 9110 §11.1).
pub fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// How Amplify's cookies with a token of that use end.
fn amplify_kinds(wanted: TokenUse) -> &'static [&'static str] {
    match wanted {
        TokenUse::Access => &[".accessToken"],
        TokenUse::Id => &[".idToken"],
        TokenUse::Either => &[".accessToken", ".idToken"],
    }
}
