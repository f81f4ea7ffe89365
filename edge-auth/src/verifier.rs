//! Judging tokens away from the edge: where there is no route to decide about, only a token to be shown to be good.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ProviderAnswer;
use crate::config::EdgeConfig;
use crate::memory::{Memory, Unproven};
use crate::reason::Reason;
use crate::token::VerifiedSession;

/// Judges tokens as the policy says, by the issuers' keys as last fetched: a key set that is too old or lacks a key is
/// fetched again, as rarely as at the edge. It does no I/O itself.
#[derive(Debug)]
pub struct Verifier {
    config: Arc<EdgeConfig>,
    memory: Mutex<Memory>,
}

impl Verifier {
    /// One that knows the keys that are baked in, and nothing else.
    pub fn new(config: Arc<EdgeConfig>) -> Self {
        let memory = Mutex::new(Memory::new(&config));
        Self { config, memory }
    }

    /// What it judges by.
    pub fn config(&self) -> &EdgeConfig {
        &self.config
    }

    /// Judges a token at `now`, Unix seconds. `fetch` is called at most once, with the address of a key set: a GET that
    /// follows no redirect, takes [`crate::config::KeyRefresh::timeout_ms`] and 64 KB at most.
    ///
    /// # Errors
    /// The first check that fails.
    pub async fn verify<F>(
        &self,
        token: &str,
        now: u64,
        fetch: impl FnOnce(String) -> F,
    ) -> Result<VerifiedSession, Reason>
    where
        F: Future<Output = ProviderAnswer>,
    {
        let issuer = match self.memory().session(token, &self.config, now) {
            Ok(known) => return Ok(known.session),
            Err(Unproven::Refused(reason)) => return Err(reason),
            Err(Unproven::KeysWanted(issuer)) => issuer,
        };
        self.memory().fetch_begins(issuer, now);
        let url = self.config.issuers.get(issuer).and_then(|issuer| issuer.jwks_uri.clone()).unwrap_or_default();
        let answer = fetch(url).await;
        let mut memory = self.memory();
        memory.fetched(issuer, answer, now);
        memory.session(token, &self.config, now).map(|known| known.session).map_err(|unproven| match unproven {
            Unproven::Refused(reason) => reason,
            // Only where the clock was set forward meanwhile: nobody fetches twice for one token.
            Unproven::KeysWanted(_) => Reason::KeysUnavailable,
        })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
