//! What the pool remembers, in the shape in which `users.json` holds it. Times are seconds since 1970.

use super::passwords::PasswordHash;
use super::srp::Verifier;
use super::verification::PendingCode;
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
    /// Codes that were sent to people, by what they are for and whose they are.
    #[serde(default)]
    pub(super) verifications: BTreeMap<String, PendingCode>,
}

/// One person.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct User {
    /// As it was written when the user was made.
    pub(super) username: String,
    pub(super) sub: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) password: PasswordHash,
    /// `None` for a password that was set before SRP was here; the next time it is shown or set, it comes.
    #[serde(default)]
    pub(super) srp: Option<Verifier>,
    /// Until when a temporary password is good.
    #[serde(default)]
    pub(super) password_expires_at: Option<u64>,
    pub(super) status: UserStatus,
    #[serde(default = "enabled")]
    pub(super) enabled: bool,
    #[serde(default)]
    pub(super) factors: Factors,
    pub(super) groups: BTreeSet<String>,
    pub(super) created_at: u64,
    pub(super) modified_at: u64,
}

fn enabled() -> bool {
    true
}

impl User {
    /// An attribute that is there and not empty.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// What a user has beside the password, and wants to be asked for.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Factors {
    /// The key of the authenticator app, base32, once it was proven.
    pub(super) totp_key: Option<String>,
    /// A key that was handed out and not proven yet.
    pub(super) totp_offered: Option<String>,
    /// The last step of 30 seconds whose code was taken: no code is taken twice.
    #[serde(default)]
    pub(super) totp_last_step: u64,
    /// The user is asked for a code of the app.
    pub(super) totp_enabled: bool,
    /// The user is asked for a code that was sent to their phone.
    pub(super) sms_enabled: bool,
    /// Which is asked for where both could be.
    pub(super) preferred: Option<Factor>,
}

/// A second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Factor {
    #[serde(rename = "SMS_MFA")]
    Sms,
    #[serde(rename = "SOFTWARE_TOKEN_MFA")]
    Totp,
}

/// Whether the password is the user's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum UserStatus {
    /// It is.
    Confirmed,
    /// An administrator chose it; it is good for choosing another one and for nothing else.
    ForceChangePassword,
    /// It is, but the person who signed up has not confirmed their address yet.
    Unconfirmed,
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

/// A sign-in that waits for its next step.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Challenge {
    pub(super) username: String,
    pub(super) client_id: String,
    pub(super) expires_at: u64,
    #[serde(default)]
    pub(super) step: Step,
    /// Wrong codes so far.
    #[serde(default)]
    pub(super) failures: u8,
}

/// What a sign-in waits for.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) enum Step {
    /// A password of the user's own.
    #[default]
    NewPassword,
    /// The code that was sent to the phone; its digest.
    Sms { code: String },
    /// A code of the authenticator app.
    Totp,
    /// A choice between the two.
    Choice,
    /// An authenticator app to be set up: the key that was handed out, and whether a code of it was shown.
    SetUp { key: Option<String>, proven: bool },
}

impl Directory {
    /// The user of that name or `sub`.
    pub(super) fn user(&self, username: &str) -> Option<&User> {
        let by_name = self.users.get(&username.to_lowercase());
        by_name.or_else(|| self.users.values().find(|user| user.sub == username))
    }

    /// The user of that name or `sub`, to be changed.
    pub(super) fn user_mut(&mut self, username: &str) -> Option<&mut User> {
        let name = self.user(username)?.username.to_lowercase();
        self.users.get_mut(&name)
    }

    /// Forgets the user and everything that is theirs.
    pub(super) fn remove_user(&mut self, username: &str) -> Option<User> {
        let name = self.user(username)?.username.clone();
        self.refresh_tokens.retain(|_, token| token.username != name);
        self.sessions.retain(|_, session| session.username != name);
        self.codes.retain(|_, code| code.username != name);
        self.challenges.retain(|_, challenge| challenge.username != name);
        self.verifications.retain(|_, code| code.username != name);
        self.users.remove(&name.to_lowercase())
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
        self.verifications.retain(|_, code| code.expires_at > now);
    }
}
