//! What a policy makes of a request, and why: the decision laid open for a person who writes a policy.

mod ending;
mod parts;

use std::collections::BTreeMap;

use serde::Serialize;

use super::normal::normalised;
use super::{AUTH_PREFIX, Action, Allow, Behaviour, Captures, Gate, Mode, Origin, Policy, Route, TokenSource};
use crate::path;
use crate::reason::Reason;
use crate::token::Claims;

pub use ending::{Body, Ending, SignInPlace};
pub use parts::{Outcome, RulePart};

/// A request to explain.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// The raw path, without a query.
    pub path: &'q str,
    /// In upper case.
    pub method: &'q str,
    /// The claims of a token that is taken as valid; `None` for a stranger.
    pub claims: Option<&'q Claims>,
}

/// What becomes of a request, step by step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// How the path is read.
    pub path: PathReading,
    /// The behaviour that CloudFront picks before any function runs; `None` for its default one, which is no route's.
    pub behaviour: Option<String>,
    /// The route of that behaviour.
    pub route: Option<RouteReading>,
    /// Whether there is a token of the right kind; `None` where none is asked for.
    pub token: Option<RulePart>,
    /// The route's rule with all its parts; `None` where it is not come to.
    pub rule: Option<RulePart>,
    /// Whether the request gets through.
    pub allowed: bool,
    /// Why.
    pub reason: Reason,
    /// What a browser's navigation gets; `None` for a method that no navigation has.
    pub page: Option<Ending>,
    /// What a script or any other program gets.
    pub script: Ending,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// How a path is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PathReading {
    /// As it was sent.
    pub received: String,
    /// As CloudFront reads it to pick a behaviour.
    pub normalised: String,
    /// Whether every later reader understands it alike; any other path is refused.
    pub canonical: bool,
}

/// The route that decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteReading {
    /// Its place in `routes`, from 0.
    pub index: usize,
    /// Its path as written.
    pub path: String,
    /// Which function checks it.
    pub gate: Gate,
    /// Whether the path matches with each `{name}` as one segment. Where it does not, no later route steps in.
    pub exact: bool,
    /// What each `{name}` is, percent-decoded.
    pub segments: BTreeMap<String, String>,
}

/// How a request is judged, before it is said what that looks like.
struct Judgement {
    reason: Reason,
    token: Option<RulePart>,
    rule: Option<RulePart>,
}

impl Judgement {
    fn early(reason: Reason) -> Self {
        Self { reason, token: None, rule: None }
    }
}

impl Policy {
    /// Explains what becomes of a request under this policy. A function of its arguments; whether the token behind the
    /// claims is genuine and current is not asked.
    pub fn explain(&self, question: Question<'_>) -> Explanation {
        let normal = normalised(question.path);
        let behaviour = self.behaviour(&normal);
        let (index, route) = match behaviour {
            Behaviour::Route(index, route) => (index, Some(route)),
            Behaviour::Auth | Behaviour::None => (0, None),
        };
        // The app reads a raw `+` as itself, S3 as a space.
        let plus = route.is_none_or(|r| matches!(r.action, Action::Origin { origin: Origin::App, .. }));
        let canonical = path::is_canonical(question.path, plus);
        let captures = route.and_then(|r| r.path.captures(question.path));
        let judgement = match behaviour {
            // CloudFront itself refuses a method before it asks the function.
            Behaviour::Route(_, r) if !r.methods.allow(question.method) => Judgement::early(Reason::MethodNotAllowed),
            _ if !path::is_canonical(question.path, true) => Judgement::early(Reason::PathNotCanonical),
            Behaviour::Auth => Judgement::early(Reason::SignIn),
            Behaviour::None => Judgement::early(Reason::NoRoute),
            Behaviour::Route(_, r) if self.mode == Mode::Off => match r.action {
                Action::Pass { .. } => Judgement::early(Reason::NoRoute),
                Action::Origin { .. } => Judgement::early(Reason::Off),
            },
            Behaviour::Route(_, r) => match &captures {
                None => Judgement::early(Reason::NoRoute),
                Some(_) if !canonical => Judgement::early(Reason::PathNotCanonical),
                Some(captures) => self.judge(r, captures, question.claims),
            },
        };
        let Judgement { reason, token, rule } = judgement;
        let (page, script) = ending::endings(self, route, question, reason);
        let mut notes = notes(self, route, question, reason);
        if self.mode == Mode::Log && ending::is_refusal(reason) && script.is_allowed() {
            notes.push(format!("mode is log: {reason} goes into the log, and the request goes on"));
        }
        if !canonical && normal != question.path {
            notes.push(format!("CloudFront picks the behaviour of {normal} and sends {} on", question.path));
        }
        Explanation {
            path: PathReading { received: question.path.to_owned(), normalised: normal, canonical },
            behaviour: match behaviour {
                Behaviour::Auth => Some(format!("{AUTH_PREFIX}*")),
                Behaviour::Route(_, route) => Some(route.path.behaviour()),
                Behaviour::None => None,
            },
            route: route.map(|route| RouteReading {
                index,
                path: route.path.source().to_owned(),
                gate: route.gate,
                exact: captures.is_some(),
                segments: captures.as_ref().map(segments).unwrap_or_default(),
            }),
            token,
            rule,
            allowed: script.is_allowed(),
            reason,
            page,
            script,
            notes,
        }
    }

    /// The same steps in the same order as the decision's.
    fn judge(&self, route: &Route, captures: &Captures<'_>, claims: Option<&Claims>) -> Judgement {
        let rule = Some(parts::rule(&route.allow, claims, captures));
        if route.allow == Allow::Anyone {
            return Judgement { reason: Reason::Anyone, token: None, rule };
        }
        if route.allow == Allow::Pass || route.gate == Gate::Function {
            return Judgement { reason: Reason::PassMalformed, token: None, rule };
        }
        let (token, refused) = parts::token(self.tokens.token_use, claims);
        let outcome = rule.as_ref().map(|rule| rule.outcome);
        let reason = refused.unwrap_or(match outcome {
            Some(Outcome::Holds) if matches!(route.action, Action::Pass { .. }) => Reason::PassMade,
            Some(Outcome::Holds) => Reason::Permitted,
            Some(Outcome::ClaimMalformed) => Reason::ClaimMalformed,
            _ => Reason::NotPermitted,
        });
        Judgement { reason, token: Some(token), rule }
    }
}

fn segments(captures: &Captures<'_>) -> BTreeMap<String, String> {
    let decoded = |raw: &str| path::decode(raw).map_or_else(|| raw.to_owned(), std::borrow::Cow::into_owned);
    captures.iter().map(|(name, raw)| (name.to_owned(), decoded(raw))).collect()
}

fn notes(policy: &Policy, route: Option<&Route>, question: Question<'_>, reason: Reason) -> Vec<String> {
    let mut notes = Vec::new();
    if policy.mode == Mode::Off {
        notes.push("mode is off: nothing is decided".to_owned());
    }
    match reason {
        Reason::PassMalformed => notes.push("a valid playback pass in the path opens it; no claim does".to_owned()),
        Reason::Permitted
            if !matches!(question.method, "GET" | "HEAD" | "OPTIONS")
                && policy.tokens.from.contains(&TokenSource::Cookie) =>
        {
            notes.push("where a cookie brings the token, another site's page is refused with cross_site".to_owned());
        }
        _ => {}
    }
    if !question.path.is_ascii() {
        notes.push("a browser sends what is not ASCII percent-encoded; ask with that spelling".to_owned());
    }
    if route.is_some_and(|r| r.gate == Gate::Function && r.path.names().next().is_some()) {
        notes.push("the function takes {name} as *: it knows no segments".to_owned());
    }
    notes
}
