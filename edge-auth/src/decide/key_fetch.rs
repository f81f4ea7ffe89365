//! A decision that waits for an issuer's keys.

use super::{Moment, Step, Verdict, decide_exchange};
use crate::ProviderAnswer;
use crate::auth::TokenRequest;
use crate::config::EdgeConfig;
use crate::event::Exchange;
use crate::memory::Memory;
use crate::reason::Reason;

/// A key set to be fetched: a GET that follows no redirect, takes [`crate::config::KeyRefresh::timeout_ms`] and 64 KB at most.
#[derive(Debug)]
pub struct KeyFetch<'e> {
    /// Where from.
    pub url: String,
    issuer: usize,
    resume: Resume<'e>,
}

/// What goes on once the keys are here.
#[derive(Debug)]
pub(crate) enum Resume<'e> {
    /// The decision, from its start.
    Exchange(Box<Exchange<'e>>),
    /// Judging what the token endpoint answered.
    Tokens(Box<TokenRequest>, ProviderAnswer),
}

impl<'e> KeyFetch<'e> {
    pub(crate) fn begin(
        issuer: usize,
        resume: Resume<'e>,
        config: &EdgeConfig,
        memory: &mut Memory,
        now: u64,
    ) -> Verdict<'e> {
        memory.fetch_begins(issuer, now);
        let url = config.issuers.get(issuer).and_then(|i| i.jwks_uri.clone()).unwrap_or_default();
        let step = Step::FetchKeys(Box::new(Self { url, issuer, resume }));
        Verdict { step, reason: Reason::KeysUnavailable, route: None, subject: None, checks: Vec::new() }
    }

    /// Takes what the endpoint answered (`None`: nothing in time), and goes on with the decision. The next step asks for
    /// the same issuer's keys no more.
    pub fn finish(
        self,
        answer: ProviderAnswer,
        config: &EdgeConfig,
        memory: &mut Memory,
        moment: &Moment,
    ) -> Verdict<'e> {
        memory.fetched(self.issuer, answer, moment.now);
        match self.resume {
            Resume::Exchange(exchange) => decide_exchange(*exchange, config, memory, moment),
            Resume::Tokens(request, answer) => request.finish(answer, config, memory, moment.now),
        }
    }
}
