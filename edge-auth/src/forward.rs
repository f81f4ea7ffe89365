//! What is forwarded: the request as received, less everything that is the authorizer's own business.

use crate::cookies;
use crate::event::Request;
use crate::policy::{Action, Origin, Policy, Route, TokenSource};
use crate::query;
use crate::token::{VerifiedSession, bearer};

/// Headers of this prefix are ours: a client's are dropped, also where it wrote `_` for `-`, which some servers fold.
const OWN_PREFIX: &str = "x-stagedoor-";

/// Takes tokens, own cookies and spoofed own headers out, whatever the verdict was.
pub fn strip(request: &mut Request<'_>, policy: &Policy) {
    if !request.querystring.is_empty() {
        request.querystring = query::without(&request.querystring, &policy.tokens.query_parameter).into();
    }
    cookies::strip_own(&mut request.headers);
    let takes_bearer = policy.tokens.from.contains(&TokenSource::Bearer);
    request.headers.retain(|name, value| {
        let is_token = takes_bearer && name == "authorization" && bearer(value).is_some();
        !is_own(name) && !is_token
    });
}

/// Adds what the app is told: the verified token, to be verified again, and the host that the viewer asked for.
pub fn inform(request: &mut Request<'_>, route: &Route, session: Option<&VerifiedSession>) {
    if !matches!(route.action, Action::Origin { origin: Origin::App, .. }) {
        return;
    }
    let host = request.single_header("host").map(str::to_owned);
    if let Some(session) = session {
        request.headers.set("X-Stagedoor-Token", session.token().to_owned());
    }
    if let Some(host) = host {
        request.headers.set("X-Stagedoor-Host", host);
    }
}

fn is_own(name: &str) -> bool {
    let folded = name.bytes().map(|b| if b == b'_' { b'-' } else { b.to_ascii_lowercase() });
    name.len() >= OWN_PREFIX.len() && folded.zip(OWN_PREFIX.bytes()).all(|(a, b)| a == b)
}
