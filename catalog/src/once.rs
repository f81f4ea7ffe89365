//! Idempotency: a request that is sent twice is carried out once, and answered the same.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::limits::{self, at_most};
use crate::{CatalogError, UnixMillis};

/// How long an answer is kept: 24 hours, in milliseconds.
pub const REMEMBERED_MS: UnixMillis = 24 * 3_600_000;

/// How long a request counts as under way: longer than any answer takes, so that a process that died does not bar its
/// key for a day. Milliseconds.
pub const UNDER_WAY_MS: UnixMillis = 60_000;

/// A stored answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, as text, at most [`limits::ANSWER`] bytes.
    pub body: String,
}

impl Answer {
    /// # Errors
    /// [`CatalogError::Invalid`] for a body that is too long.
    pub fn check(&self) -> Result<(), CatalogError> {
        at_most("body", self.body.len(), limits::ANSWER, "bytes")
    }
}

/// A key that clients choose is not empty and not long.
pub(crate) fn check_key(key: &str) -> Result<(), CatalogError> {
    limits::present("idempotency_key", key)?;
    at_most("idempotency_key", key.chars().count(), limits::IDEMPOTENCY_KEY, "characters")
}

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once {
    /// It is new: this call is the one that is to carry it out.
    Begun,
    /// Another call is at it.
    UnderWay,
    /// It was carried out, with this answer.
    Answered(Answer),
}

/// Requests that are carried out once. Keys are a person's own: two people may use the same.
#[async_trait]
pub trait OnceStore: Send + Sync {
    /// Begins a request, or says what is known of it.
    async fn begin_once(&self, person: &str, key: &str, now: UnixMillis) -> Result<Once, CatalogError>;

    /// Keeps the answer of a request that this caller began at `begun` (the `now` that it gave). `false`: it took so long
    /// that another has begun since.
    async fn answer_once(
        &self,
        person: &str,
        key: &str,
        begun: UnixMillis,
        answer: &Answer,
    ) -> Result<bool, CatalogError>;

    /// Lets a request be begun anew, since this caller, who began it at `begun`, could not carry it out. `false`: it was
    /// answered, or is another's by now.
    async fn abandon_once(&self, person: &str, key: &str, begun: UnixMillis) -> Result<bool, CatalogError>;

    /// Removes what is older than its time; how much that was. A store that does this by itself says 0.
    async fn sweep_once(&self, now: UnixMillis) -> Result<u64, CatalogError>;
}
