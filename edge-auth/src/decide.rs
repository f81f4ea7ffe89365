//! The decision: (request, configuration, moment) → what to do.

use serde::Serialize;

use crate::auth::{self, CodeExchange, Revocation};
use crate::config::EdgeConfig;
use crate::cookies::Cookies;
use crate::event::{Event, Exchange, Outcome, Request, Response};
use crate::policy::{AUTH_PREFIX, Action, Allow, Behaviour, Gate, Mode, Origin, Route, TokenSource};
use crate::reason::Reason;
use crate::token::{VerifiedSession, candidates};
use crate::{forward, path, refusal, rule};

/// When a decision is made, and the randomness that it may use. Same moment, same request: same answer.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Unix seconds.
    pub now: u64,
    /// Fresh random bytes; only the start of a sign-in uses them.
    pub entropy: [u8; 96],
}

/// What the adapter has to do now.
#[derive(Debug)]
pub enum Step {
    /// Return this.
    Done(Outcome),
    /// Exchange a code at the identity provider, then [`CodeExchange::finish`].
    Exchange(Box<CodeExchange>),
    /// Revoke a refresh token at the identity provider (a failure changes nothing), then return [`Revocation::then`].
    Revoke(Box<Revocation>),
}

/// One check that was made, for `--explain`. Never holds a value of a token or cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub check: &'static str,
    /// `ok`, or the reason why not.
    pub outcome: &'static str,
}

/// A decision and how it came about.
#[derive(Debug)]
pub struct Verdict {
    /// What to do.
    pub step: Step,
    /// Why.
    pub reason: Reason,
    /// The path pattern of the route that decided.
    pub route: Option<String>,
    /// Every check in order.
    pub checks: Vec<Check>,
}

/// What a decision is made of.
pub struct Context<'r, 'c> {
    pub request: &'r Request,
    pub request_id: &'r str,
    pub config: &'c EdgeConfig,
    pub moment: &'r Moment,
    pub cookies: Cookies<'r>,
}

/// Decides over an event given as bytes: what a Lambda is handed.
pub fn decide_bytes(event: &[u8], config: &EdgeConfig, moment: &Moment) -> Verdict {
    match serde_json::from_slice::<Event>(event) {
        Ok(event) if event.records.len() == 1 => decide(event, config, moment),
        _ => event_malformed(),
    }
}

fn event_malformed() -> Verdict {
    let reason = Reason::EventMalformed;
    let body = serde_json::json!({"status": 400, "reason": reason.as_str(), "message": reason.message()});
    let answer = crate::answer::answer(400).body("application/json", body.to_string());
    let checks = vec![Check { check: "event", outcome: reason.as_str() }];
    Verdict { step: Step::Done(Outcome::Respond(answer)), reason, route: None, checks }
}

/// Decides over one event, which must hold one record.
pub fn decide(event: Event, config: &EdgeConfig, moment: &Moment) -> Verdict {
    let Some(record) = event.records.into_iter().next() else { return event_malformed() };
    let Exchange { config: about, request, .. } = record.cf;
    let request_id = about.and_then(|c| c.request_id).unwrap_or_default();
    let mut checks = Vec::with_capacity(8);
    let cookies = Cookies::of(&request.headers);
    let context = Context { request: &request, request_id: &request_id, config, moment, cookies };
    let (route, ruling) = match weigh(&context, &mut checks) {
        (route, Ruling::Refuse(reason)) if config.policy.mode == Mode::Enforce => {
            (route, Ruling::Respond(reason, refusal::refuse(&context, reason, route)))
        }
        other => other,
    };
    let pattern = route.map(|r| r.path.source().to_owned());
    let (step, reason) = match ruling {
        Ruling::SignIn(step, reason) => {
            return Verdict { step, reason, route: Some(format!("{AUTH_PREFIX}*")), checks };
        }
        Ruling::Respond(reason, response) => (Outcome::Respond(response), reason),
        // Mode `log`: refused in the log alone.
        Ruling::Refuse(reason) => (Outcome::Forward(forwarded(request, config, route, None)), reason),
        Ruling::Forward(reason, session) => {
            (Outcome::Forward(forwarded(request, config, route, session.as_ref())), reason)
        }
    };
    Verdict { step: Step::Done(step), reason, route: pattern, checks }
}

/// The route that decides, where there is one, and what it comes to.
fn weigh<'c>(context: &Context<'_, 'c>, checks: &mut Vec<Check>) -> (Option<&'c Route>, Ruling) {
    match find_route(context, checks) {
        Ok(Found::Auth) => {
            let (step, reason) = auth::handle(context);
            checks.push(Check { check: "sign_in", outcome: reason.as_str() });
            (None, Ruling::SignIn(step, reason))
        }
        Ok(Found::Route(route)) | Err((_, Some(route))) if context.config.policy.mode == Mode::Off => {
            (Some(route), Ruling::Forward(Reason::Off, None))
        }
        Ok(Found::Route(route)) => (Some(route), rule_on(context, route, checks).unwrap_or_else(Ruling::Refuse)),
        Err((reason, route)) => (route, Ruling::Refuse(reason)),
    }
}

fn forwarded(
    mut request: Request,
    config: &EdgeConfig,
    route: Option<&Route>,
    session: Option<&VerifiedSession>,
) -> Request {
    forward::strip(&mut request, &config.policy);
    if let Some(route) = route {
        forward::inform(&mut request, route, session);
    }
    request
}

enum Ruling {
    SignIn(Step, Reason),
    Forward(Reason, Option<VerifiedSession>),
    Respond(Reason, Response),
    Refuse(Reason),
}

enum Found<'a> {
    Auth,
    Route(&'a Route),
}

/// The route that decides. CloudFront has picked the behaviour already, with `*` for each `{name}`; where the exact
/// pattern does not hold, no later route may step in, since the request would go to the earlier one's origin.
fn find_route<'c>(
    context: &Context<'_, 'c>,
    checks: &mut Vec<Check>,
) -> Result<Found<'c>, (Reason, Option<&'c Route>)> {
    let uri = &context.request.uri;
    let canonical = |plus| if path::is_canonical(uri, plus) { Ok(()) } else { Err(Reason::PathNotCanonical) };
    note(checks, "path", canonical(true)).map_err(|reason| (reason, None))?;
    let route = match context.config.policy.behaviour(uri) {
        Behaviour::Auth => return Ok(Found::Auth),
        Behaviour::Route(_, route) => Some(route),
        Behaviour::None => None,
    };
    let exact = route.filter(|r| r.path.captures(uri).is_some()).ok_or(Reason::NoRoute);
    let exact = note(checks, "route", exact).map_err(|reason| (reason, route))?;
    if !matches!(exact.action, Action::Origin { origin: Origin::App, .. }) {
        // S3 reads a raw `+` as a space: two readings.
        note(checks, "path", canonical(false)).map_err(|reason| (reason, Some(exact)))?;
    }
    Ok(Found::Route(exact))
}

fn rule_on(context: &Context<'_, '_>, route: &Route, checks: &mut Vec<Check>) -> Result<Ruling, Reason> {
    let request = context.request;
    let is_preflight = request.method == "OPTIONS"
        && request.headers.contains_key("origin")
        && request.headers.contains_key("access-control-request-method");
    if is_preflight {
        return note(checks, "cors", refusal::preflight(context)).map(|r| Ruling::Respond(Reason::Preflight, r));
    }
    let method = if route.methods.allow(&request.method) { Ok(()) } else { Err(Reason::MethodNotAllowed) };
    note(checks, "method", method)?;
    if route.allow == Allow::Anyone {
        return Ok(Ruling::Forward(Reason::Anyone, None));
    }
    if route.allow == Allow::Pass || route.gate == Gate::Function {
        return note(checks, "pass", Err(Reason::PassMalformed));
    }
    let (session, source) = note(checks, "token", session(context))?;
    let captures = route.path.captures(&request.uri).unwrap_or_default();
    note(checks, "rule", rule::check(&route.allow, &session, &captures))?;
    if source == TokenSource::Cookie && !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
        note(checks, "same_site", auth::same_site(context, true))?;
    }
    if matches!(route.action, Action::Pass { .. }) {
        // Without a pass key there is nothing to answer with, and no origin to go to.
        return note(checks, "pass", Err(Reason::KeysUnavailable));
    }
    Ok(Ruling::Forward(Reason::Permitted, Some(session)))
}

/// The first candidate that verifies, or the reason against the first one found.
fn session(context: &Context<'_, '_>) -> Result<(VerifiedSession, TokenSource), Reason> {
    let issuers = &context.config.issuers;
    let clients: Vec<&str> = issuers.iter().flat_map(|i| &i.clients).map(String::as_str).collect();
    let candidates = candidates(context.request, &context.cookies, &context.config.policy, &clients);
    let mut first = candidates.ambiguous_first.then_some(Reason::AmbiguousCookie);
    for candidate in &candidates.found {
        match context.config.verify(&candidate.token, context.moment.now) {
            Ok(session) => return Ok((session, candidate.source)),
            Err(reason) => first = first.or(Some(reason)),
        }
    }
    Err(first.unwrap_or(Reason::NoToken))
}

/// Notes a check's outcome on its way through.
fn note<T>(checks: &mut Vec<Check>, check: &'static str, result: Result<T, Reason>) -> Result<T, Reason> {
    let outcome = result.as_ref().map_or_else(|reason| reason.as_str(), |_| "ok");
    checks.push(Check { check, outcome });
    result
}
