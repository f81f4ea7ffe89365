//! How guessing is slowed: by name, whether or not there is such a user, and in memory alone.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many failures lock nobody out yet.
const FREE: u32 = 4;
const LONGEST_LOCK_SECONDS: u64 = 900;
/// After so long without an attempt all is forgotten.
const MEMORY_SECONDS: u64 = 900;
/// So many messages with a code an hour go to one person for one purpose.
const MESSAGES_AN_HOUR: usize = 5;
const MOST_NAMES: usize = 10_000;

/// Failed sign-ins, as Cognito counts them: the fifth locks for a second, and each one more for twice as long.
#[derive(Default)]
pub(super) struct Attempts(Mutex<HashMap<String, Failures>>);

#[derive(Clone, Copy, Default)]
struct Failures {
    count: u32,
    locked_until: u64,
    last: u64,
}

/// The name is locked out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Locked;

impl Attempts {
    /// Begins an attempt. It counts as failed until [`Self::forgive`] or [`Self::succeeded`] is called, so that many at the same
    /// time are counted too.
    pub(super) fn begin(&self, username: &str, now: u64) -> Result<(), Locked> {
        let mut all = self.lock();
        if all.len() >= MOST_NAMES {
            all.retain(|_, failures| !failures.is_past(now));
        }
        let failures = all.entry(username.to_lowercase()).or_default();
        if failures.is_past(now) {
            *failures = Failures::default();
        }
        if now < failures.locked_until {
            return Err(Locked);
        }
        failures.last = now;
        failures.count = failures.count.saturating_add(1);
        if let Some(doublings) = failures.count.checked_sub(FREE + 1) {
            let seconds = 1_u64.checked_shl(doublings).unwrap_or(LONGEST_LOCK_SECONDS).min(LONGEST_LOCK_SECONDS);
            failures.locked_until = now + seconds;
        }
        Ok(())
    }

    /// The password of the attempt was right, though the sign-in has not ended: this one counts no more, others still do.
    pub(super) fn forgive(&self, username: &str) {
        if let Some(failures) = self.lock().get_mut(&username.to_lowercase()) {
            failures.count = failures.count.saturating_sub(1);
            failures.locked_until = 0;
        }
    }

    /// The sign-in has ended well: all is forgotten.
    pub(super) fn succeeded(&self, username: &str) {
        self.lock().remove(&username.to_lowercase());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failures {
    fn is_past(&self, now: u64) -> bool {
        self.last.max(self.locked_until) + MEMORY_SECONDS <= now
    }
}

/// Messages sent to people in the last hour.
#[derive(Default)]
pub(super) struct MessageQuota(Mutex<HashMap<String, Vec<u64>>>);

impl MessageQuota {
    /// Takes one for `key` (purpose and name); `false` where the hour's are used up.
    pub(super) fn take(&self, key: &str, now: u64) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_NAMES {
            all.retain(|_, sent| sent.last().is_some_and(|at| at + 3600 > now));
        }
        let sent = all.entry(key.to_lowercase()).or_default();
        sent.retain(|at| at + 3600 > now);
        let free = sent.len() < MESSAGES_AN_HOUR;
        if free {
            sent.push(now);
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_failure_locks_and_each_one_more_for_twice_as_long() {
        let attempts = Attempts::default();
        for _ in 0..5 {
            assert_eq!(attempts.begin("Ada", 100), Ok(()));
        }
        assert_eq!((attempts.begin("ada", 100), attempts.begin("bob", 100)), (Err(Locked), Ok(())));
        let mut now = 101;
        for seconds in [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            assert_eq!(attempts.begin("ada", now), Ok(()), "{seconds}");
            assert_eq!(attempts.begin("ada", now + seconds - 1), Err(Locked), "{seconds}");
            now += seconds;
        }
        assert_eq!(attempts.begin("ada", now + 900), Ok(()));
        assert_eq!(attempts.begin("ada", now + 900), Ok(()), "a quarter of an hour of peace forgets");
    }

    #[test]
    fn success_forgets_and_a_right_password_does_not_count() {
        let attempts = Attempts::default();
        for _ in 0..4 {
            assert_eq!(attempts.begin("ada", 1), Ok(()));
        }
        for _ in 0..20 {
            assert_eq!(attempts.begin("ada", 1), Ok(()));
            attempts.forgive("ada");
        }
        attempts.succeeded("ada");
        for _ in 0..5 {
            assert_eq!(attempts.begin("ada", 1), Ok(()));
        }
        assert_eq!(attempts.begin("ada", 1), Err(Locked));
    }

    #[test]
    fn messages_are_counted_by_the_hour() {
        let quota = MessageQuota::default();
        assert!((0..5).all(|at| quota.take("reset:ada", at)));
        assert!(!quota.take("reset:ADA", 3599) && quota.take("reset:bob", 3599) && quota.take("reset:ada", 3600));
    }
}
