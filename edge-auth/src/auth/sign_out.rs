//! Signing out: cookies cleared, refresh token revoked, the provider's own session ended.

use super::session::{REFRESH_COOKIE, without};
use super::token_request::basic;
use super::{done, failure, same_site, site};
use crate::answer::{answer, page};
use crate::decide::{Context, Step};
use crate::event::Response;
use crate::memory::Memory;
use crate::policy::SignInMode;
use crate::query;
use crate::reason::Reason;
use crate::token::ACCESS_COOKIE;

/// A refresh token that waits to be revoked: a form POST that the adapter makes, within 1.5 s.
#[derive(Debug)]
pub struct Revocation {
    /// Where to.
    pub url: String,
    /// `application/x-www-form-urlencoded`. Holds the token: never to be logged.
    pub form: String,
    /// The `Authorization` header, for a client with a secret. Never to be logged.
    pub authorization: Option<String>,
    /// The answer to the viewer, however the revocation ends.
    pub then: Response,
}

/// What a GET shows: signing out takes a click, so that no image or link can do it.
pub fn button() -> Response {
    let content = "<form method=\"post\" action=\"/_auth/sign-out\"><button>Sign out</button></form>";
    page(200, "Sign out?", content, "https: http:")
}

/// Where the provider comes back to.
pub fn signed_out() -> Response {
    page(200, "You are signed out", "<p><a href=\"/\">Sign in again</a></p>", "")
}

pub fn sign_out(context: &Context<'_, '_>, memory: &mut Memory) -> (Step<'static>, Reason) {
    if let Err(reason) = same_site(context, false) {
        return failure(403, reason, "Signing out was asked for by another site. Use the button on this one.");
    }
    // This instance takes the token no more; the others do until it expires.
    if let Ok(Some(token)) = context.cookies.single(ACCESS_COOKIE)
        && let Ok(known) = memory.session(token, context.config, context.moment.now)
    {
        memory.sign_out(&known.session);
    }
    let endpoints = context.config.sign_in.as_ref();
    // Who signed in on the app's own pages has no session at the provider's.
    let hosted = context.config.policy.sign_in.mode != SignInMode::Page;
    let end_session = endpoints.filter(|_| hosted).and_then(|e| {
        let signed_out = format!("{}/_auth/signed-out", site(context)?);
        let parameters = query::join(&[("client_id", &e.client_id), ("logout_uri", &signed_out)]);
        Some(format!("{}?{parameters}", e.end_session.as_ref()?))
    });
    let location = end_session.unwrap_or_else(|| "/_auth/signed-out".to_owned());
    let answer = without(answer(303).with("Location", location).with("Clear-Site-Data", "\"cache\""));
    let token = context.cookies.single(REFRESH_COOKIE).ok().flatten().filter(|t| !t.is_empty());
    let revoke = endpoints.and_then(|e| Some((e, e.revoke.as_ref()?))).zip(token);
    match revoke {
        None => done(answer, Reason::SignedOut),
        Some(((endpoints, url), token)) => {
            let revocation = Revocation {
                url: url.clone(),
                form: query::join(&[("token", token), ("client_id", &endpoints.client_id)]),
                authorization: basic(endpoints),
                then: answer,
            };
            (Step::Revoke(Box::new(revocation)), Reason::SignedOut)
        }
    }
}
