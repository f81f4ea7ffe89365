//! Replacing the key of passes without refusing a pass that holds.
//!
//! A key goes next → current → previous → gone, one step a call. It is in the store before anybody mints with it, and stays there
//! until no pass of it can hold any more.

use std::fmt;

use super::secret::{Next, is_kid};
use super::{LATEST, RingKey, Secret};

/// How many keys there may be: the store's item is small, and more would mean that rotation never comes to rest.
pub const MOST_KEYS: usize = 3;
/// How long every edge of the world has to have read a new item of the store, seconds; in practice it is a few.
pub const SETTLE: u64 = 60;
/// How long all minters have to take a new current key, seconds.
pub const SWITCH_OVER: u64 = 24 * 3600;

/// What one call did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// What is true from now on.
    pub secret: Secret,
    /// The step.
    pub step: Step,
    /// Previous keys whose time was over.
    pub dropped: Vec<String>,
}

/// One step of a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// This key is accepted from now on; nobody mints with it yet.
    Add {
        /// Its name.
        kid: String,
    },
    /// The next key is the current one from now on.
    Promote {
        /// Its name.
        kid: String,
        /// The name of the one before.
        previous: String,
        /// How long that one counts, Unix seconds.
        until: u64,
    },
}

/// Why a call did nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RotateError {
    /// The next key may not have reached every edge yet; from this moment on it has, Unix seconds.
    TooSoon {
        /// When to call again.
        from: u64,
    },
    /// There are [`MOST_KEYS`] already; from this moment on there is one less, Unix seconds.
    TooMany {
        /// When to call again.
        from: u64,
    },
    /// The fresh key is none, or has the name of another.
    Fresh,
    /// The times are too large.
    Time,
}

impl fmt::Display for RotateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooSoon { from } => {
                write!(
                    f,
                    "the next key was added less than {SETTLE} s ago and may not be known everywhere yet; rotate again from {from} on"
                )
            }
            Self::TooMany { from } => write!(
                f,
                "there are {MOST_KEYS} keys already, and each may have passes that hold; the oldest can be dropped from {from} on"
            ),
            Self::Fresh => f.write_str("the fresh key has a name that is taken, or is none"),
            Self::Time => write!(f, "the moment or the longest time of a pass is beyond {LATEST}"),
        }
    }
}

impl std::error::Error for RotateError {}

impl Secret {
    /// Moves one step on at `now` (Unix seconds): drops what is over, and then makes the next key current, or, where there is none,
    /// makes `fresh` the next one. `longest_ttl`: the longest that any pass was or will be made for, seconds.
    ///
    /// # Errors
    /// See [`RotateError`]; then nothing has changed.
    pub fn rotate(&self, now: u64, fresh: RingKey, longest_ttl: u64) -> Result<Rotation, RotateError> {
        let mut secret = self.clone();
        let is_over = |key: &RingKey| key.until.is_some_and(|until| until < now);
        let dropped = secret.previous.iter().filter(|key| is_over(key)).map(|key| key.kid.clone()).collect();
        secret.previous.retain(|key| !is_over(key));
        let step = match secret.next.take() {
            Some(next) => secret.promote(next, now, longest_ttl)?,
            None => secret.add(fresh, now)?,
        };
        Ok(Rotation { secret, step, dropped })
    }

    /// The same with the next key given to the store at `now`: what is true where the store turns out to lack it.
    #[must_use]
    pub fn published_again(&self, now: u64) -> Self {
        let next = self.next.clone().map(|next| Next { since: now, ..next });
        Self { next, ..self.clone() }
    }

    fn promote(&mut self, next: Next, now: u64, longest_ttl: u64) -> Result<Step, RotateError> {
        let from = next.since.saturating_add(SETTLE);
        if now < from {
            return Err(RotateError::TooSoon { from });
        }
        // A minter that hears of it last makes its last pass of the old key then, and that pass ends so much later.
        let until = now.checked_add(longest_ttl).and_then(|time| time.checked_add(SWITCH_OVER));
        let until = until.filter(|until| *until <= LATEST).ok_or(RotateError::Time)?;
        let before = std::mem::replace(&mut self.current, RingKey { until: None, ..next.key });
        let previous = before.kid.clone();
        self.previous.insert(0, RingKey { until: Some(until), ..before });
        Ok(Step::Promote { kid: self.current.kid.clone(), previous, until })
    }

    fn add(&mut self, fresh: RingKey, now: u64) -> Result<Step, RotateError> {
        if 1 + self.previous.len() >= MOST_KEYS {
            let first_over = self.previous.iter().filter_map(|key| key.until).min().unwrap_or_default();
            return Err(RotateError::TooMany { from: first_over.saturating_add(1) });
        }
        if now > LATEST {
            return Err(RotateError::Time);
        }
        let taken = self.keys().any(|(key, _)| key.kid == fresh.kid || key.secret == fresh.secret);
        if taken || !is_kid(&fresh.kid) || !fresh.is_sound() {
            return Err(RotateError::Fresh);
        }
        let kid = fresh.kid.clone();
        self.next = Some(Next { key: RingKey { until: None, ..fresh }, since: now });
        Ok(Step::Add { kid })
    }
}
