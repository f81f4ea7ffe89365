//! Which route decides, and what it comes to.

use super::{Context, Step, Trace, exchange};
use crate::event::Response;
use crate::memory::{Known, Memory, Unproven};
use crate::policy::{Action, Allow, Behaviour, Captures, Gate, Mode, Origin, Route, TokenSource};
use crate::reason::Reason;
use crate::token::candidates;
use crate::{auth, path, refusal, rule};

/// What a request comes to.
pub enum Ruling {
    SignIn(Step<'static>, Reason),
    Forward(Reason, Option<Known>),
    Respond(Reason, Response),
    Refuse(Reason),
    /// Nobody can say before the keys of the issuer at this place are here.
    KeysWanted(usize),
}

enum Found<'c, 'r> {
    Auth,
    /// With the text of each `{name}`.
    Route(&'c Route, Captures<'r>),
}

/// The route that decides, where there is one, and what it comes to.
pub fn weigh<'c>(context: &Context<'_, 'c>, memory: &mut Memory, trace: &mut Trace) -> (Option<&'c Route>, Ruling) {
    match find_route(context, trace) {
        Ok(Found::Auth) => {
            let ruling = match auth::handle(context, memory) {
                Ok((step, reason)) => {
                    trace.add("sign_in", reason.as_str());
                    Ruling::SignIn(step, reason)
                }
                Err(auth::KeysWanted(issuer)) => Ruling::KeysWanted(issuer),
            };
            (None, ruling)
        }
        Ok(Found::Route(route, _)) | Err((_, Some(route))) if context.config.policy.mode == Mode::Off => {
            // A pass is for somebody, and nobody is known here; and there is no origin to go on to.
            let is_pass = matches!(route.action, Action::Pass { .. });
            (Some(route), if is_pass { Ruling::Refuse(Reason::NoRoute) } else { Ruling::Forward(Reason::Off, None) })
        }
        Ok(Found::Route(route, captures)) => {
            let ruling = rule_on(context, memory, route, &captures, trace).unwrap_or_else(|unproven| match unproven {
                Unproven::Refused(reason) => Ruling::Refuse(reason),
                Unproven::KeysWanted(issuer) => Ruling::KeysWanted(issuer),
            });
            (Some(route), ruling)
        }
        Err((reason, route)) => (route, Ruling::Refuse(reason)),
    }
}

/// The route that decides. CloudFront has picked the behaviour already, with `*` for each `{name}`; where the exact
/// pattern does not hold, no later route may step in, since the request would go to the earlier one's origin.
fn find_route<'r, 'c: 'r>(
    context: &Context<'r, 'c>,
    trace: &mut Trace,
) -> Result<Found<'c, 'r>, (Reason, Option<&'c Route>)> {
    let uri: &'r str = &context.request.uri;
    let canonical = |is_canonical| if is_canonical { Ok(()) } else { Err(Reason::PathNotCanonical) };
    trace.note("path", canonical(path::is_canonical(uri, true))).map_err(|reason| (reason, None))?;
    let route = match context.config.policy.behaviour(uri) {
        Behaviour::Auth => return Ok(Found::Auth),
        Behaviour::Route(_, route) => Some(route),
        Behaviour::None => None,
    };
    let exact = route.and_then(|r| Some((r, r.path.captures(uri)?))).ok_or(Reason::NoRoute);
    let (exact, captures) = trace.note("route", exact).map_err(|reason| (reason, route))?;
    if !matches!(exact.action, Action::Origin { origin: Origin::App, .. }) {
        // S3 reads a raw `+` as a space: two readings.
        trace.note("path", canonical(!uri.contains('+'))).map_err(|reason| (reason, Some(exact)))?;
    }
    Ok(Found::Route(exact, captures))
}

fn rule_on(
    context: &Context<'_, '_>,
    memory: &mut Memory,
    route: &Route,
    captures: &Captures<'_>,
    trace: &mut Trace,
) -> Result<Ruling, Unproven> {
    let request = context.request;
    let is_preflight = request.method == "OPTIONS"
        && request.headers.contains("origin")
        && request.headers.contains("access-control-request-method");
    if is_preflight {
        let preflight = trace.note("cors", refusal::preflight(context))?;
        return Ok(Ruling::Respond(Reason::Preflight, preflight));
    }
    let method = if route.methods.allow(&request.method) { Ok(()) } else { Err(Reason::MethodNotAllowed) };
    trace.note("method", method)?;
    if route.allow == Allow::Anyone {
        return Ok(Ruling::Forward(Reason::Anyone, None));
    }
    if route.allow == Allow::Pass || route.gate == Gate::Function {
        return Ok(trace.note("pass", Err(Reason::PassMalformed))?);
    }
    let found = session(context, memory);
    trace.add("token", found.as_ref().map_or_else(Unproven::as_str, |_| "ok"));
    let (known, source) = found?;
    trace.subject.clone_from(&known.subject);
    trace.note("rule", rule::check(&route.allow, known.session.claims(), captures))?;
    if source == TokenSource::Cookie && !matches!(&*request.method, "GET" | "HEAD" | "OPTIONS") {
        trace.note("same_site", auth::same_site(context, true))?;
    }
    if matches!(route.action, Action::Pass { .. }) {
        let redirect = trace.note("pass", exchange::pass(context, route, captures, &known))?;
        return Ok(Ruling::Respond(Reason::PassMade, redirect));
    }
    Ok(Ruling::Forward(Reason::Permitted, Some(known)))
}

/// The first candidate that verifies, or the reason against the first one found.
fn session(context: &Context<'_, '_>, memory: &mut Memory) -> Result<(Known, TokenSource), Unproven> {
    let config = context.config;
    let candidates = candidates(context.request, &context.cookies, &config.policy, &config.issuers);
    let mut first = candidates.ambiguous_first.then_some(Reason::AmbiguousCookie);
    let mut keys_wanted = None;
    for candidate in &candidates.found {
        match memory.session(&candidate.token, config, context.moment.now) {
            Ok(known) => return Ok((known, candidate.source)),
            Err(Unproven::Refused(reason)) => first = first.or(Some(reason)),
            Err(wanted) => keys_wanted = keys_wanted.or(Some(wanted)),
        }
    }
    Err(keys_wanted.unwrap_or(Unproven::Refused(first.unwrap_or(Reason::NoToken))))
}
