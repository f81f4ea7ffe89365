//! What is forwarded: the request as received, less everything that is the authorizer's own business.

use crate::cookies;
use crate::event::{Header, Request};
use crate::policy::{Action, Origin, Policy, Route, TokenSource};
use crate::query;
use crate::token::{VerifiedSession, bearer};

/// Headers of this prefix are ours: a client's are dropped, also where it wrote `_` for `-`, which some servers fold.
const OWN_PREFIX: &str = "x-stagedoor-";

/// Takes tokens, own cookies and spoofed own headers out, whatever the verdict was.
pub fn strip(request: &mut Request, policy: &Policy) {
    if !request.querystring.is_empty() {
        request.querystring = query::without(&request.querystring, &policy.tokens.query_parameter);
    }
    cookies::strip_own(&mut request.headers);
    request.headers.retain(|name, _| !is_own(name));
    if policy.tokens.from.contains(&TokenSource::Bearer)
        && let Some(lines) = request.headers.get_mut("authorization")
    {
        lines.retain(|line| bearer(&line.value).is_none());
        if lines.is_empty() {
            request.headers.remove("authorization");
        }
    }
}

/// Adds what the app is told: the verified token, to be verified again, and the host that the viewer asked for.
pub fn inform(request: &mut Request, route: &Route, session: Option<&VerifiedSession>) {
    if !matches!(route.action, Action::Origin { origin: Origin::App, .. }) {
        return;
    }
    let host = request.single_header("host").map(str::to_owned);
    let mut set = |key: &str, value: &str| {
        request.headers.insert(key.to_ascii_lowercase(), vec![Header::new(key, value)]);
    };
    if let Some(session) = session {
        set("X-Stagedoor-Token", session.token());
    }
    if let Some(host) = host {
        set("X-Stagedoor-Host", &host);
    }
}

fn is_own(name: &str) -> bool {
    let folded = name.bytes().map(|b| if b == b'_' { b'-' } else { b.to_ascii_lowercase() });
    name.len() >= OWN_PREFIX.len() && folded.zip(OWN_PREFIX.bytes()).all(|(a, b)| a == b)
}
