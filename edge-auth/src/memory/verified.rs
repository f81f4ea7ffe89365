//! Tokens that were verified a moment ago: a film's player asks many times with the same one.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher as _;

use foldhash::quality::RandomState;

use super::{IssuerKeys, Known};

/// At most so many are kept. With tokens of a kilobyte and their claims they stay in a processor's own cache: more of them make every token
/// that is new a twentieth slower.
const MOST: usize = 64;

/// Sessions by a digest of their whole token, and compared with all of it: whoever holds another token, were it by one bit,
/// finds nothing. The digest need not be cryptographic: only tokens that verified get in, and two of one digest only
/// push each other out.
#[derive(Debug, Default)]
pub struct VerifiedTokens {
    digest: RandomState,
    entries: HashMap<u64, Entry, RandomState>,
    /// In order of arrival; the oldest gives way.
    order: VecDeque<u64>,
}

#[derive(Debug)]
struct Entry {
    known: Known,
    issuer: usize,
    generation: u32,
    verified_at: u64,
}

impl VerifiedTokens {
    /// What it is kept by.
    pub fn digest(&self, token: &str) -> u64 {
        self.digest.hash_one(token)
    }

    /// The session, unless its time or its issuer's key set has ended since, or the clock went back.
    pub fn find(&self, digest: u64, token: &str, issuers: &[IssuerKeys], now: u64, leeway: u64) -> Option<Known> {
        let entry = self.entries.get(&digest)?;
        let same_token = entry.known.session.token() == token;
        let same_keys = issuers.get(entry.issuer)?.generation() == entry.generation;
        let in_time = entry.verified_at <= now && now < entry.known.session.expires_at().saturating_add(leeway);
        (same_token && same_keys && in_time).then(|| entry.known.clone())
    }

    pub fn insert(&mut self, digest: u64, known: &Known, issuer: usize, issuers: &[IssuerKeys], now: u64) {
        let Some(generation) = issuers.get(issuer).map(IssuerKeys::generation) else { return };
        let entry = Entry { known: known.clone(), issuer, generation, verified_at: now };
        if self.entries.insert(digest, entry).is_none() {
            self.order.push_back(digest);
        }
        while self.order.len() > MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.entries.remove(&oldest);
            }
        }
    }

    pub fn remove(&mut self, token: &str) {
        let digest = self.digest(token);
        if self.entries.remove(&digest).is_some() {
            self.order.retain(|other| *other != digest);
        }
    }
}
