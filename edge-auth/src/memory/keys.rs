//! When an issuer's keys are fetched, and what a fetch changes.

use serde_json::Value;

use crate::ProviderAnswer;
use crate::config::KeyRefresh;
use crate::token::{Issuer, KeySet};

/// The longest answer of a key endpoint that is read: sixteen RSA keys with certificates have a third of it.
pub const LONGEST_KEY_SET: usize = 64 * 1024;

/// The keys of one issuer, as last fetched.
#[derive(Debug)]
pub(crate) struct IssuerKeys {
    set: KeySet,
    /// Unix seconds. Where the deployment does not say, they count as fetched when they are first used.
    fetched_at: Option<u64>,
    attempted_at: Option<u64>,
    generation: u32,
}

impl IssuerKeys {
    pub fn baked(issuer: &Issuer) -> Self {
        Self { set: issuer.keys.clone(), fetched_at: issuer.fetched_at, attempted_at: None, generation: 0 }
    }

    pub fn set(&self) -> &KeySet {
        &self.set
    }

    /// Another number after each change of the set: what was verified under the one before is verified again.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Whether the set is older than it may be.
    pub fn is_stale(&mut self, refresh: &KeyRefresh, now: u64) -> bool {
        now.saturating_sub(*self.fetched_at.get_or_insert(now)) > refresh.max_age_seconds
    }

    /// Whether the last attempt, however it ended, is long enough ago. That it may still be under way is covered: a
    /// fetch's time-out is shorter than this pause, so there is never more than one.
    pub fn may_fetch(&self, refresh: &KeyRefresh, now: u64) -> bool {
        self.attempted_at.is_none_or(|at| now.abs_diff(at) >= refresh.retry_seconds)
    }

    pub fn fetch_begins(&mut self, now: u64) {
        self.attempted_at = Some(now);
    }

    /// A set without one usable key counts as a failure, which keeps the old one; a newer set drops what it lacks.
    pub fn fetched(&mut self, answer: ProviderAnswer, now: u64) {
        let Some((200, body)) = answer else { return };
        if body.len() > LONGEST_KEY_SET {
            return;
        }
        let Ok(jwks) = serde_json::from_slice::<Value>(&body) else { return };
        let Some(set) = KeySet::from_jwks(&jwks).filter(|set| !set.is_empty()) else { return };
        self.fetched_at = Some(now);
        if set != self.set {
            self.set = set;
            self.generation = self.generation.wrapping_add(1);
        }
    }
}
