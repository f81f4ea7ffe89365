//! Tokens that were verified a moment ago: a film's player asks many times with the same one.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::{IssuerKeys, Known};

/// At most so many are kept. With tokens of a kilobyte and their claims that is below 2 MB of a function's 128.
const MOST: usize = 256;

/// Sessions by a digest of their whole token (the map's own, `SipHash` under a random key, a tenth of the time of SHA-256),
/// and compared with all of it: whoever holds another token, were it by one bit, finds nothing.
#[derive(Debug, Default)]
pub struct VerifiedTokens {
    entries: HashMap<Arc<str>, Entry>,
    /// In order of arrival; the oldest gives way.
    order: VecDeque<Arc<str>>,
}

#[derive(Debug)]
struct Entry {
    known: Known,
    issuer: usize,
    generation: u32,
    verified_at: u64,
}

impl VerifiedTokens {
    /// The session, unless its time or its issuer's key set has ended since, or the clock went back.
    pub fn find(&self, token: &str, issuers: &[IssuerKeys], now: u64, leeway: u64) -> Option<Known> {
        let entry = self.entries.get(token)?;
        let same_keys = issuers.get(entry.issuer)?.generation() == entry.generation;
        let in_time = entry.verified_at <= now && now < entry.known.session.expires_at().saturating_add(leeway);
        (same_keys && in_time).then(|| entry.known.clone())
    }

    pub fn insert(&mut self, token: &str, known: &Known, issuer: usize, issuers: &[IssuerKeys], now: u64) {
        let Some(generation) = issuers.get(issuer).map(IssuerKeys::generation) else { return };
        let entry = Entry { known: known.clone(), issuer, generation, verified_at: now };
        let token: Arc<str> = Arc::from(token);
        if self.entries.insert(Arc::clone(&token), entry).is_none() {
            self.order.push_back(token);
        }
        while self.order.len() > MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.entries.remove(&oldest);
            }
        }
    }

    pub fn remove(&mut self, token: &str) {
        if self.entries.remove(token).is_some() {
            self.order.retain(|other| **other != *token);
        }
    }
}
