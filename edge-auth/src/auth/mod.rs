//! Signing in and out at the edge: what lives under `/_auth/`.

mod callback;
mod refresh;
mod session;
mod sign_out;
mod start;
mod state;
mod token_request;

pub use refresh::{is_path_here, redirect as to_refresh};
pub use session::{NewTokens, NoSession};
pub use sign_out::Revocation;
pub use start::{return_target, start};
pub use token_request::{ProviderAnswer, TokenRequest};

use serde_json::json;

use crate::answer::{answer, page};
use crate::decide::{Context, Step};
use crate::event::{Outcome, Response};
use crate::memory::Memory;
use crate::reason::Reason;

/// One per attempt to sign in, with the attempt's id behind it.
const ATTEMPT_PREFIX: &str = "__Host-sd-try-";
/// How long an attempt may take, seconds.
const ATTEMPT_SECONDS: u64 = 600;
/// Nobody can answer before the keys of the issuer at this place are here.
pub struct KeysWanted(pub usize);

/// Answers a request under `/_auth/`.
pub fn handle(context: &Context<'_, '_>, memory: &mut Memory) -> Result<(Step<'static>, Reason), KeysWanted> {
    let request = context.request;
    let read = request.method == "GET" || request.method == "HEAD";
    let answered = match &*request.uri {
        "/_auth/refresh" if read || request.method == "POST" => return refresh::refresh(context, memory),
        "/_auth/callback" if read => callback::callback(context),
        "/_auth/sign-out" if read => done(sign_out::button(), Reason::SignIn),
        "/_auth/sign-out" if request.method == "POST" => sign_out::sign_out(context, memory),
        "/_auth/signed-out" if read => done(sign_out::signed_out(), Reason::SignedOut),
        _ => {
            let (status, reason) = match &*request.uri {
                "/_auth/callback" | "/_auth/refresh" | "/_auth/sign-out" | "/_auth/signed-out" => {
                    (405, Reason::MethodNotAllowed)
                }
                _ => (404, Reason::NoRoute),
            };
            let body = json!({"status": status, "reason": reason.as_str(), "message": reason.message(),
                              "request_id": context.request_id});
            done(answer(status).body("application/json", body.to_string()), reason)
        }
    };
    Ok(answered)
}

fn done(response: Response, reason: Reason) -> (Step<'static>, Reason) {
    (Step::Done(Outcome::Respond(response)), reason)
}

/// The page of a sign-in that did not work: says what to do, reflects nothing.
fn failure(status: u16, reason: Reason, advice: &str) -> (Step<'static>, Reason) {
    let text = format!("<p>{advice}</p><p><a href=\"/\">Start again</a></p><small>{reason}</small>");
    done(page(status, "Signing in did not work", &text, "").with("X-Stagedoor-Reason", reason.as_str()), reason)
}

/// Whether a write that a cookie authorises was sent by our own page (Fetch metadata; `Origin` where that is missing).
///
/// # Errors
/// [`Reason::CrossSite`].
pub fn same_site(context: &Context<'_, '_>, allowed_origins_too: bool) -> Result<(), Reason> {
    let request = context.request;
    let fetch_site = request.headers.contains("sec-fetch-site");
    let fetch_site = fetch_site.then(|| request.single_header("sec-fetch-site").unwrap_or_default());
    let allowed =
        |origin: &str| allowed_origins_too && context.config.policy.allow_origins.iter().any(|other| other == origin);
    let ours = is_own_page(fetch_site, request.single_header("origin"), |origin| {
        site(context).is_some_and(|own| own == origin) || allowed(origin)
    });
    if ours { Ok(()) } else { Err(Reason::CrossSite) }
}

/// Whether a page that may has sent a write: by `Sec-Fetch-Site`, or where that is missing by its `Origin`.
pub fn is_own_page(fetch_site: Option<&str>, origin: Option<&str>, may: impl FnOnce(&str) -> bool) -> bool {
    match fetch_site {
        Some(site) => site == "same-origin",
        None => origin.is_some_and(may),
    }
}

/// `https://HOST`, where the request names one host in a host's form.
fn site(context: &Context<'_, '_>) -> Option<String> {
    let host = context.request.single_header("host")?;
    let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b));
    is_host.then(|| format!("{}://{host}", context.config.scheme.as_str()))
}
