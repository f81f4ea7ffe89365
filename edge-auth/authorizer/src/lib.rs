//! A Lambda authorizer of an API Gateway HTTP API (payload format 2.0, simple responses), for those who put an API of their
//! own behind the same user pool. Tokens are judged by edge-auth's verifier and nothing else.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>

use std::collections::HashMap;

use edge_auth::token::VerifiedSession;
use edge_auth::{ProviderAnswer, Reason, Verifier};
use serde::{Deserialize, Serialize};

/// The session's cookie, as sign-in sets it.
const COOKIE: &str = "__Host-sd-access";

/// What API Gateway asks: the parts that say who somebody is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Question {
    /// Names in lower case; several values of one name are joined by commas.
    pub headers: HashMap<String, String>,
    /// `NAME=VALUE` each.
    pub cookies: Vec<String>,
}

/// A simple response.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Whether the request goes on.
    pub is_authorized: bool,
    /// For the integration and the log; strings, as API Gateway hands them on.
    pub context: Context,
}

/// What the integration is told. `sub` is there exactly where the request goes on.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Context {
    /// Who asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// What the user pool calls them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Their groups as a JSON array.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<String>,
    /// Why not: a stable name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// Judges a request at `now`, Unix seconds. `x-stagedoor-token`, which the edge sets, counts first, then a Bearer
/// header, then the cookie; a header that holds a bad token is not
/// made good by a cookie beside it. `fetch` gets an issuer's key set, as [`Verifier::verify`] asks for it.
pub async fn judge<F>(question: &Question, verifier: &Verifier, now: u64, fetch: impl FnOnce(String) -> F) -> Verdict
where
    F: Future<Output = ProviderAnswer>,
{
    let session = match token(question) {
        Ok(token) => verifier.verify(token, now, fetch).await,
        Err(reason) => Err(reason),
    };
    match session.and_then(|session| context(&session)) {
        Ok(context) => Verdict { is_authorized: true, context },
        Err(reason) => {
            let context = Context { reason: Some(reason.as_str()), ..Context::default() };
            Verdict { is_authorized: false, context }
        }
    }
}

fn token(question: &Question) -> Result<&str, Reason> {
    // Behind the edge, which has taken the token out of wherever the client put it. It is verified here as any other.
    if let Some(token) = question.headers.get("x-stagedoor-token") {
        return Ok(token.trim());
    }
    if let Some(header) = question.headers.get("authorization") {
        let (scheme, token) = header.split_once(' ').ok_or(Reason::TokenMalformed)?;
        return if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(Reason::NoToken) };
    }
    let named = |cookie: &'_ String| cookie.split_once('=').is_some_and(|(name, _)| name.trim() == COOKIE);
    let mut values = question.cookies.iter().filter(|cookie| named(cookie)).filter_map(|cookie| cookie.split_once('='));
    let (_, first) = values.next().ok_or(Reason::NoToken)?;
    // One of two that differ was planted, and nobody can say which.
    if values.all(|(_, value)| value == first) { Ok(first.trim()) } else { Err(Reason::AmbiguousCookie) }
}

fn context(session: &VerifiedSession) -> Result<Context, Reason> {
    let sub = session.subject().ok_or(Reason::ClaimMalformed)?;
    let groups = serde_json::to_string(&session.groups()).map_err(|_| Reason::ClaimMalformed)?;
    Ok(Context {
        sub: Some(sub.to_owned()),
        username: session.username().map(str::to_owned),
        groups: Some(groups),
        reason: None,
    })
}
