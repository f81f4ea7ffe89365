//! Renewal: an expired access token and a refresh token become a new session, without the person noticing.
//!
//! A navigation goes through `GET /_auth/refresh?to=…` once; scripts call `POST /_auth/refresh`. The expired token is
//! demanded beside the refresh token, since a sibling subdomain could plant the latter's `__Secure-` cookie and so sign a
//! person in as somebody else; the new token must be the same person's.

use serde_json::json;

use super::session::{REFRESH_COOKIE, without};
use super::start::LONGEST_RETURN;
use super::token_request::{Purpose, TokenRequest, Unusable};
use super::{KeysWanted, done, failure, return_target, same_site};
use crate::answer::answer;
use crate::decide::{Context, Step};
use crate::event::Response;
use crate::memory::{Memory, Unproven};
use crate::policy::AUTH_PREFIX;
use crate::reason::Reason;
use crate::token::ACCESS_COOKIE;
use crate::{path, query, refusal};

/// A renewal under way.
#[derive(Debug)]
pub struct Renewal {
    subject: String,
    way: Way,
}

/// Who asks, and what a failure looks like then.
#[derive(Debug)]
enum Way {
    /// A navigation: on to the wanted page, or through sign-in to it.
    Navigation { to: String, sign_in: Box<Response> },
    /// A script: statuses.
    Script,
}

impl Way {
    fn of(context: &Context<'_, '_>) -> Self {
        if context.request.method == "POST" {
            return Self::Script;
        }
        let to = query::single(&context.request.querystring, "to").filter(|to| is_path_here(to));
        let to = to.unwrap_or_else(|| "/".to_owned());
        let sign_in = refusal::to_sign_in(context, &to).unwrap_or_else(|| answer(302).with("Location", "/"));
        Self::Navigation { to, sign_in: Box::new(sign_in) }
    }

    /// The session is good.
    fn go_on(self) -> Response {
        match self {
            Self::Navigation { to, .. } => answer(302).with("Location", to).with("Referrer-Policy", "no-referrer"),
            Self::Script => answer(204),
        }
    }

    /// There is no session to go on with.
    fn sign_in_again(self, reason: Reason) -> Response {
        match self {
            Self::Navigation { sign_in, .. } => *sign_in,
            Self::Script => refused(401, reason),
        }
    }
}

/// Answers `GET` and `POST /_auth/refresh`.
pub fn refresh(context: &Context<'_, '_>, memory: &mut Memory) -> Result<(Step<'static>, Reason), KeysWanted> {
    let way = Way::of(context);
    if matches!(way, Way::Script)
        && let Err(reason) = same_site(context, false)
    {
        return Ok(done(refused(403, reason), reason));
    }
    let (config, now) = (context.config, context.moment.now);
    let expired = match context.cookies.single(ACCESS_COOKIE) {
        Err(reason) => Err(Unproven::Refused(reason)),
        Ok(None) => Err(Reason::NoToken.into()),
        Ok(Some(token)) => match memory.session(token, config, now) {
            // Another tab was quicker.
            Ok(_) => return Ok(done(way.go_on(), Reason::StillValid)),
            Err(Unproven::Refused(Reason::TokenExpired)) => memory.expired(token, config, now),
            Err(other) => Err(other),
        },
    };
    let expired = match expired {
        Ok(expired) => expired,
        Err(Unproven::KeysWanted(issuer)) => return Err(KeysWanted(issuer)),
        Err(Unproven::Refused(reason)) => return Ok(done(way.sign_in_again(reason), reason)),
    };
    let token = context.cookies.single(REFRESH_COOKIE).ok().flatten().filter(|token| !token.is_empty());
    let (Some(endpoints), Some(token)) = (config.sign_in.as_ref(), token) else {
        return Ok(done(way.sign_in_again(Reason::TokenExpired), Reason::TokenExpired));
    };
    let parameters = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let renewal = Renewal { subject: expired.subject().to_owned(), way };
    let request = TokenRequest::new(endpoints, &parameters, Purpose::Renewal(renewal));
    Ok((Step::AskTokens(Box::new(request)), Reason::TokenExpired))
}

impl Renewal {
    /// Whose session it is.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Ends with the new session's cookies, or without.
    pub(super) fn end(self, cookies: Result<Vec<String>, Unusable>) -> (Step<'static>, Reason) {
        match cookies {
            Ok(cookies) => {
                let renewed = cookies.into_iter().fold(self.way.go_on(), |a, cookie| a.with("Set-Cookie", cookie));
                done(renewed, Reason::Renewed)
            }
            // The refresh token may still be good: nothing is thrown away.
            Err(Unusable::NoAnswer) => match self.way {
                Way::Navigation { .. } => {
                    let advice = "The sign-in service does not answer. Wait a moment and load this page again.";
                    failure(503, Reason::ProviderUnavailable, advice)
                }
                Way::Script => done(refused(503, Reason::ProviderUnavailable), Reason::ProviderUnavailable),
            },
            // Cookies go, so that the next page asks to sign in instead of trying this again.
            Err(Unusable::Refused | Unusable::Untrusted | Unusable::TooLarge) => {
                let again = self.way.sign_in_again(Reason::RenewalFailed);
                done(without(again), Reason::RenewalFailed)
            }
        }
    }
}

/// Where a navigation whose token has expired goes: here, with the way back.
pub fn redirect(context: &Context<'_, '_>) -> Response {
    let to = return_target(context.request, &context.config.policy);
    answer(302)
        .with("Location", format!("{AUTH_PREFIX}refresh?{}", query::join(&[("to", &to)])))
        .with("Referrer-Policy", "no-referrer")
}

/// A path on this host with its query, and not one of sign-in's own, which could lead in a circle.
pub fn is_path_here(to: &str) -> bool {
    let path = to.split('?').next().unwrap_or_default();
    let is_path = path::is_canonical(path, true) && !path.starts_with(AUTH_PREFIX);
    is_path && to.len() <= LONGEST_RETURN && to.bytes().all(|b| b.is_ascii_graphic())
}

fn refused(status: u16, reason: Reason) -> Response {
    let body = json!({"status": status, "reason": reason.as_str(), "message": reason.message()});
    let refused = answer(status).body("application/json", body.to_string());
    let refused = refused.with("X-Stagedoor-Reason", reason.as_str());
    if status == 503 { refused.with("Retry-After", "10") } else { refused }
}
