//! The decision: (request, configuration, memory, moment) → what to do.

mod answering;
mod exchange;
mod key_fetch;
mod weigh;

use std::sync::Arc;

use serde::Serialize;

use crate::auth::{Revocation, TokenRequest};
use crate::config::EdgeConfig;
use crate::cookies::Cookies;
use crate::event::{Event, Exchange, Outcome, Request};
use crate::log;
use crate::memory::Memory;
use crate::reason::Reason;

pub use key_fetch::KeyFetch;
pub(crate) use key_fetch::Resume;

/// When a decision is made, and the randomness that it may use. Same moment, same request, same memory: same answer.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Unix seconds.
    pub now: u64,
    /// Fresh random bytes; the start of a sign-in and the making of a pass use them.
    pub entropy: [u8; 96],
}

/// What the adapter has to do now.
#[derive(Debug)]
pub enum Step<'e> {
    /// Return this.
    Done(Outcome<'e>),
    /// Fetch an issuer's keys, then [`KeyFetch::finish`].
    FetchKeys(Box<KeyFetch<'e>>),
    /// Ask the identity provider's token endpoint, then [`TokenRequest::finish`].
    AskTokens(Box<TokenRequest>),
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
pub struct Verdict<'e> {
    /// What to do.
    pub step: Step<'e>,
    /// Why.
    pub reason: Reason,
    /// The path pattern of the route that decided.
    pub route: Option<Arc<str>>,
    /// A keyed digest of whose session it is; see [`EdgeConfig`].
    pub subject: Option<Arc<str>>,
    /// Every check in order.
    pub checks: Vec<Check>,
}

/// What a decision is made of.
pub(crate) struct Context<'r, 'c> {
    pub request: &'r Request<'r>,
    pub request_id: &'r str,
    pub config: &'c EdgeConfig,
    pub moment: &'r Moment,
    pub cookies: Cookies<'r>,
}

/// Decides over an event given as bytes: what a Lambda is handed.
pub fn decide_bytes<'e>(event: &'e [u8], config: &EdgeConfig, memory: &mut Memory, moment: &Moment) -> Verdict<'e> {
    match Event::read(event) {
        Some(event) => decide(event, config, memory, moment),
        None => Verdict::event_malformed(),
    }
}

/// Decides over one event, which must hold one record.
pub fn decide<'e>(event: Event<'e>, config: &EdgeConfig, memory: &mut Memory, moment: &Moment) -> Verdict<'e> {
    match event.records.into_iter().next() {
        Some(record) => decide_exchange(record.cf, config, memory, moment),
        None => Verdict::event_malformed(),
    }
}

fn decide_exchange<'e>(
    exchange: Exchange<'e>,
    config: &EdgeConfig,
    memory: &mut Memory,
    moment: &Moment,
) -> Verdict<'e> {
    let mut trace = Trace { checks: Vec::with_capacity(8), subject: None };
    let request_id = log::id_of(&exchange);
    let cookies = Cookies::of(&exchange.request.headers);
    let context = Context { request: &exchange.request, request_id, config, moment, cookies };
    let (route, ruling) = weigh::weigh(&context, memory, &mut trace);
    let ruling = answering::carry_out(&context, route, ruling);
    answering::verdict(exchange, config, memory, moment, route, ruling, trace)
}

/// What is noted on the way to a ruling.
struct Trace {
    checks: Vec<Check>,
    subject: Option<Arc<str>>,
}

impl Trace {
    /// Notes a check's outcome on its way through.
    fn note<T>(&mut self, check: &'static str, result: Result<T, Reason>) -> Result<T, Reason> {
        self.add(check, result.as_ref().map_or_else(|reason| reason.as_str(), |_| "ok"));
        result
    }

    fn add(&mut self, check: &'static str, outcome: &'static str) {
        self.checks.push(Check { check, outcome });
    }
}

impl<'e> Verdict<'e> {
    /// The verdict over what is no event of one record.
    pub fn event_malformed() -> Self {
        answering::event_malformed()
    }

    /// A verdict of sign-in's own.
    pub(crate) fn of_sign_in(step: Step<'e>, reason: Reason, check: &'static str) -> Self {
        let checks = vec![Check { check, outcome: reason.as_str() }];
        let route = Some(format!("{}*", crate::policy::AUTH_PREFIX).into());
        Self { step, reason, route, subject: None, checks }
    }
}
