//! What the pool remembers, in the shape in which `users.json` holds it. Times are seconds since 1970.

use super::passwords::PasswordHash;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How long a retired refresh token still works, so that two tabs that refresh at once both succeed.
pub(super) const ROTATION_GRACE_SECONDS: u64 = 60;
/// How long a used code or a retired refresh token is remembered, to tell its reuse from nonsense.
const REUSE_MEMORY_SECONDS: u64 = 24 * 3600;

/// The whole pool. Users and groups are keyed by name, the rest by the SHA-256 digest of the secret.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Directory {
    pub(super) version: u32,
    /// By lower-cased name: user names differ in more than case.
    pub(super) users: BTreeMap<String, User>,
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) refresh_tokens: BTreeMap<String, RefreshToken>,
    pub(super) sessions: BTreeMap<String, Session>,
    pub(super) codes: BTreeMap<String, AuthorizationCode>,
    pub(super) challenges: BTreeMap<String, Challenge>,
}

/// One person.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct User {
    /// As it was written when the user was made.
    pub(super) username: String,
    pub(super) sub: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) password: PasswordHash,
    pub(super) status: UserStatus,
    pub(super) groups: BTreeSet<String>,
    pub(super) created_at: u64,
    pub(super) modified_at: u64,
}

/// Whether the password is the user's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum UserStatus {
    /// It is.
    Confirmed,
    /// An administrator chose it; it is good for choosing another one and for nothing else.
    ForceChangePassword,
}

/// A group of users.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) description: Option<String>,
    pub(super) precedence: Option<u64>,
    pub(super) created_at: u64,
}

/// A refresh token. All tokens that come of one sign-in share its `origin_jti`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RefreshToken {
    pub(super) username: String,
    pub(super) client_id: String,
    pub(super) scope: String,
    pub(super) auth_time: u64,
    pub(super) origin_jti: String,
    pub(super) expires_at: u64,
    /// When it was first exchanged for a new one, if it was.
    pub(super) rotated_at: Option<u64>,
}

/// A browser that is signed in to the hosted pages.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) username: String,
    pub(super) auth_time: u64,
    pub(super) expires_at: u64,
}

/// An authorization code and everything it is bound to.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct AuthorizationCode {
    pub(super) username: String,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: String,
    pub(super) auth_time: u64,
    /// Of the sign-in that the code will lead to.
    pub(super) origin_jti: String,
    pub(super) expires_at: u64,
    pub(super) used: bool,
}

/// A sign-in that waits for a new password.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Challenge {
    pub(super) username: String,
    pub(super) client_id: String,
    pub(super) expires_at: u64,
}

impl Directory {
    /// The user of that name.
    pub(super) fn user(&self, username: &str) -> Option<&User> {
        self.users.get(&username.to_lowercase())
    }

    /// The user of that name, to be changed.
    pub(super) fn user_mut(&mut self, username: &str) -> Option<&mut User> {
        self.users.get_mut(&username.to_lowercase())
    }

    /// Forgets every refresh token of one sign-in.
    pub(super) fn revoke_sign_in(&mut self, origin_jti: &str) {
        self.refresh_tokens.retain(|_, token| token.origin_jti != origin_jti);
    }

    /// Forgets what can no longer matter at `now`.
    pub(super) fn prune(&mut self, now: u64) {
        self.refresh_tokens.retain(|_, token| {
            let retired = token.rotated_at.is_some_and(|at| at + REUSE_MEMORY_SECONDS <= now);
            token.expires_at > now && !retired
        });
        self.sessions.retain(|_, session| session.expires_at > now);
        self.codes.retain(|_, code| code.expires_at + REUSE_MEMORY_SECONDS > now);
        self.challenges.retain(|_, challenge| challenge.expires_at > now);
    }
}
