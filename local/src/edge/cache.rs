//! The edge's cache: whole objects in memory, the least recently used go first.
//!
//! What is kept comes from S3 alone and is keyed by path alone, so that nothing of one viewer can reach another.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use edge_auth::policy::Origin;

use super::object_response::Metadata;

/// What the cache has done and what it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheStatistics {
    /// Look-ups that found something fresh.
    pub hits: u64,
    /// Look-ups that did not.
    pub misses: u64,
    /// Objects held now.
    pub objects: usize,
    /// Bytes of bodies held now.
    pub bytes: usize,
}

/// A whole object.
#[derive(Debug, Clone)]
pub(super) struct Object {
    /// Everything about it that goes into headers.
    pub(super) metadata: Metadata,
    /// All of its bytes.
    pub(super) body: Bytes,
}

/// One origin's path, raw.
pub(super) type Key = (OriginKey, String);

/// [`Origin`] as part of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct OriginKey(u8);

impl From<Origin> for OriginKey {
    fn from(origin: Origin) -> Self {
        Self(match origin {
            Origin::App => 0,
            Origin::Site => 1,
            Origin::Media => 2,
        })
    }
}

/// Bounded by the bytes of the bodies.
pub(super) struct Cache {
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    slots: HashMap<Key, Slot>,
    /// Oldest use first.
    by_use: BTreeMap<u64, Key>,
    last_use: u64,
    bytes: usize,
    hits: u64,
    misses: u64,
}

struct Slot {
    object: Object,
    stored: Instant,
    lifetime: Duration,
    used: u64,
}

impl Cache {
    /// An empty cache for up to `capacity` bytes.
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, state: Mutex::default() }
    }

    /// The object, where it is there and fresh at `now`, and its age.
    pub(super) fn find(&self, key: &Key, now: Instant) -> Option<(Object, Duration)> {
        let mut state = self.state();
        let found = state.touch(key, now);
        if found.is_some() {
            state.hits += 1;
        } else {
            state.misses += 1;
        }
        found
    }

    /// Keeps an object for `lifetime` from `now` on, unless it alone is larger than the cache.
    pub(super) fn insert(&self, key: Key, object: Object, lifetime: Duration, now: Instant) {
        let mut state = self.state();
        state.remove(&key);
        if object.body.len() > self.capacity {
            return;
        }
        state.bytes += object.body.len();
        state.last_use += 1;
        let used = state.last_use;
        state.by_use.insert(used, key.clone());
        state.slots.insert(key, Slot { object, stored: now, lifetime, used });
        while state.bytes > self.capacity {
            let Some(oldest) = state.by_use.values().next().cloned() else { break };
            state.remove(&oldest);
        }
    }

    /// What it has done and what it holds.
    pub(super) fn statistics(&self) -> CacheStatistics {
        let state = self.state();
        CacheStatistics { hits: state.hits, misses: state.misses, objects: state.slots.len(), bytes: state.bytes }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn touch(&mut self, key: &Key, now: Instant) -> Option<(Object, Duration)> {
        let slot = self.slots.get_mut(key)?;
        let age = now.saturating_duration_since(slot.stored);
        if age >= slot.lifetime {
            self.remove(key);
            return None;
        }
        self.last_use += 1;
        self.by_use.remove(&slot.used);
        self.by_use.insert(self.last_use, key.clone());
        slot.used = self.last_use;
        Some((slot.object.clone(), age))
    }

    fn remove(&mut self, key: &Key) {
        if let Some(slot) = self.slots.remove(key) {
            self.by_use.remove(&slot.used);
            self.bytes -= slot.object.body.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn key(path: &str) -> Key {
        (Origin::Media.into(), path.to_owned())
    }

    fn object(bytes: usize) -> Object {
        Object { metadata: Metadata::default(), body: Bytes::from(vec![7; bytes]) }
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let (cache, now) = (Cache::new(100), Instant::now());
        cache.insert(key("/a"), object(40), DAY, now);
        cache.insert(key("/b"), object(40), DAY, now);
        assert!(cache.find(&key("/a"), now).is_some());
        cache.insert(key("/c"), object(40), DAY, now);
        assert!(cache.find(&key("/b"), now).is_none());
        assert!(cache.find(&key("/a"), now).is_some());
        assert_eq!(cache.statistics(), CacheStatistics { hits: 2, misses: 1, objects: 2, bytes: 80 });
    }

    #[test]
    fn what_is_stored_again_replaces_and_what_is_too_large_is_not_kept() {
        let (cache, now) = (Cache::new(100), Instant::now());
        cache.insert(key("/a"), object(40), DAY, now);
        cache.insert(key("/a"), object(60), DAY, now);
        assert_eq!(cache.statistics().bytes, 60);
        cache.insert(key("/a"), object(101), DAY, now);
        assert_eq!((cache.statistics().bytes, cache.statistics().objects), (0, 0));
    }

    #[test]
    fn entries_age_and_end() {
        let (cache, now) = (Cache::new(100), Instant::now());
        cache.insert(key("/a"), object(1), Duration::from_secs(10), now);
        let age = cache.find(&key("/a"), now + Duration::from_secs(9)).map(|(_, age)| age);
        assert_eq!(age, Some(Duration::from_secs(9)));
        assert!(cache.find(&key("/a"), now + Duration::from_secs(10)).is_none());
        assert_eq!(cache.statistics().objects, 0);
    }

    #[test]
    fn origins_do_not_share() {
        let (cache, now) = (Cache::new(100), Instant::now());
        cache.insert(key("/a"), object(1), DAY, now);
        assert!(cache.find(&(Origin::Site.into(), "/a".to_owned()), now).is_none());
    }
}
