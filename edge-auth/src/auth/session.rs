//! The cookies of a session: set by the edge where sign-in is hosted, by the app where it has pages of its own, and renewed and
//! ended by the edge in both cases.

use super::ProviderAnswer;
use crate::event::Response;
use crate::policy::TokenUse;
use crate::reason::Reason;
use crate::token::ACCESS_COOKIE;
use crate::verifier::Verifier;

/// Holds the refresh token; goes to `/_auth` only. `__Secure-`, since `__Host-` demands `Path=/`.
pub(super) const REFRESH_COOKIE: &str = "__Secure-sd-refresh";
/// The cookies outlive the token, so that an expired one is seen: Cognito's default life of a refresh token, 30 days.
const SESSION_SECONDS: u64 = 30 * 86_400;
/// Browsers cap a cookie near this, name and attributes included.
const LONGEST_COOKIE: usize = 4096;

/// The tokens of a person who has just signed in.
#[derive(Clone, Copy)]
pub struct NewTokens<'a> {
    /// The access token.
    pub access: &'a str,
    /// The ID token.
    pub id: Option<&'a str>,
    /// The refresh token.
    pub refresh: Option<&'a str>,
}

/// Why tokens did not become a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSession {
    /// The token that would be the cookie is not one that the policy accepts.
    Untrusted(Reason),
    /// It is too long for a cookie; most likely its person is in too many groups.
    TooLarge,
}

impl Verifier {
    /// The `Set-Cookie` lines of a session that the app begins, at `now` in Unix seconds. The token that becomes the cookie goes
    /// through the ordinary judgement first; `fetch` is as in [`Self::verify`].
    ///
    /// # Errors
    /// [`NoSession`].
    pub async fn session_cookies<F>(
        &self,
        tokens: &NewTokens<'_>,
        now: u64,
        fetch: impl FnOnce(String) -> F,
    ) -> Result<Vec<String>, NoSession>
    where
        F: Future<Output = ProviderAnswer>,
    {
        let kept = match (self.config().policy.tokens.token_use, tokens.id) {
            (TokenUse::Id, Some(id)) => id,
            (TokenUse::Id, None) => return Err(NoSession::Untrusted(Reason::TokenUseWrong)),
            (TokenUse::Access | TokenUse::Either, _) => tokens.access,
        };
        self.verify(kept, now, fetch).await.map_err(NoSession::Untrusted)?;
        lines(kept, tokens.refresh).ok_or(NoSession::TooLarge)
    }
}

/// The lines that set both; `None` where a browser would not keep one.
pub(super) fn lines(kept: &str, refresh: Option<&str>) -> Option<Vec<String>> {
    let mut cookies = vec![cookie(ACCESS_COOKIE, kept, "/", SESSION_SECONDS)];
    let refresh = refresh.filter(|t| t.bytes().all(|b| b.is_ascii_graphic() && b != b';'));
    cookies.extend(refresh.map(|token| cookie(REFRESH_COOKIE, token, "/_auth", SESSION_SECONDS)));
    cookies.iter().all(|cookie| cookie.len() <= LONGEST_COOKIE).then_some(cookies)
}

/// Lines that end every cookie of a session.
pub(super) fn without(response: Response) -> Response {
    response
        .with("Set-Cookie", cookie(ACCESS_COOKIE, "", "/", 0))
        .with("Set-Cookie", cookie(REFRESH_COOKIE, "", "/_auth", 0))
}

/// A `Set-Cookie` line for `max_age` seconds; 0 ends the cookie.
pub(super) fn cookie(name: &str, value: &str, path: &str, max_age: u64) -> String {
    format!("{name}={value}; Path={path}; Max-Age={max_age}; HttpOnly; Secure; SameSite=Lax")
}
