//! Making users, knowing them by their password, and changing it.

use super::directory::{Challenge, Directory, User, UserStatus};
use super::passwords::{PasswordHash, check_policy};
use super::secrets::{digest, random_id, random_token};
use super::{Client, Identity, IdentityError};
use std::collections::{BTreeMap, BTreeSet};

const MAX_NAME_CHARS: usize = 128;
const CHALLENGE_SECONDS: u64 = 180;
/// The attributes of a pool without custom ones, less `sub`, which nobody sets.
const ATTRIBUTES: [&str; 19] = [
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
];

/// A user to be made.
pub(super) struct NewUser<'a> {
    pub(super) username: &'a str,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) password: &'a str,
    pub(super) status: UserStatus,
}

/// Why a user could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum UserError {
    #[error("User account already exists.")]
    Exists,
    #[error("User does not exist.")]
    NotFound,
    #[error("username must be 1 to 128 characters without spaces or control characters")]
    Name,
    #[error("{0}")]
    Password(&'static str),
    #[error("Attributes did not conform to the schema: {0} is not an attribute that can be set")]
    Attribute(String),
    #[error(transparent)]
    Internal(#[from] IdentityError),
}

/// Why a new password was not taken in answer to a challenge.
pub(super) enum ChallengeError {
    /// The challenge is unknown, past, or someone else's.
    Invalid,
    Password(&'static str),
    Internal(IdentityError),
}

impl Identity {
    /// The user of that name.
    pub(super) fn user(&self, username: &str) -> Option<User> {
        self.store.read(|directory| directory.user(username).cloned())
    }

    /// The user of that name if the password is theirs. An unknown name takes as long as a wrong password.
    pub(super) fn authenticate(&self, username: &str, password: &str) -> Option<User> {
        let user = self.user(username);
        let hash = user.as_ref().map_or_else(PasswordHash::decoy, |user| user.password.clone());
        user.filter(|_| hash.verify(password))
    }

    /// Makes a user with a new `sub`.
    pub(super) fn create_user(&self, new: NewUser<'_>) -> Result<User, UserError> {
        let NewUser { username, attributes, password, status } = new;
        check_name(username)?;
        check_attributes(&attributes)?;
        check_policy(password).map_err(UserError::Password)?;
        // Hashing is slow, so look first; what decides is the look inside the change.
        if self.user(username).is_some() {
            return Err(UserError::Exists);
        }
        let now = self.now();
        let user = User {
            username: username.to_owned(),
            sub: random_id(),
            attributes,
            password: PasswordHash::new(password)?,
            status,
            groups: BTreeSet::new(),
            created_at: now,
            modified_at: now,
        };
        self.store.change(now, |directory| {
            if directory.user(username).is_some() {
                return Err(UserError::Exists);
            }
            directory.users.insert(username.to_lowercase(), user.clone());
            Ok(user)
        })?
    }

    /// Gives a user another password.
    pub(super) fn set_password(&self, username: &str, password: &str, status: UserStatus) -> Result<(), UserError> {
        check_policy(password).map_err(UserError::Password)?;
        let (now, hash) = (self.now(), PasswordHash::new(password)?);
        self.store.change(now, |directory| {
            let user = directory.user_mut(username).ok_or(UserError::NotFound)?;
            (user.password, user.status, user.modified_at) = (hash, status, now);
            Ok(())
        })?
    }

    /// Notes that `user` has shown a temporary password; the secret returned is good for one new password.
    pub(super) fn challenge(&self, user: &User, client: &Client) -> Result<String, IdentityError> {
        let (now, secret) = (self.now(), random_token()?);
        let challenge = Challenge {
            username: user.username.clone(),
            client_id: client.id.clone(),
            expires_at: now + CHALLENGE_SECONDS,
        };
        self.store.change(now, |directory| directory.challenges.insert(digest(&secret), challenge))?;
        Ok(secret)
    }

    /// Takes the new password of the user who was challenged. A password that the policy refuses leaves the challenge
    /// open.
    pub(super) fn answer_challenge(
        &self,
        secret: &str,
        client: &Client,
        username: Option<&str>,
        password: &str,
    ) -> Result<User, ChallengeError> {
        let (now, key) = (self.now(), digest(secret));
        let open = |directory: &Directory| {
            let challenge = directory.challenges.get(&key)?;
            let user = directory.user(&challenge.username)?;
            let same_name = |name: &str| name.to_lowercase() == user.username.to_lowercase() || name == user.sub;
            let named = username.is_none_or(same_name);
            let live = challenge.expires_at > now && challenge.client_id == client.id;
            (named && live).then(|| user.clone())
        };
        self.store.read(open).ok_or(ChallengeError::Invalid)?;
        check_policy(password).map_err(ChallengeError::Password)?;
        let hash = PasswordHash::new(password).map_err(ChallengeError::Internal)?;
        let outcome = self.store.change(now, |directory| {
            let user = open(directory)?;
            directory.challenges.remove(&key);
            let user = directory.user_mut(&user.username)?;
            (user.password, user.status, user.modified_at) = (hash, UserStatus::Confirmed, now);
            Some(user.clone())
        });
        outcome.map_err(ChallengeError::Internal)?.ok_or(ChallengeError::Invalid)
    }
}

fn check_name(username: &str) -> Result<(), UserError> {
    let length = username.chars().count();
    let printable = !username.chars().any(|c| c.is_whitespace() || c.is_control());
    if printable && (1..=MAX_NAME_CHARS).contains(&length) { Ok(()) } else { Err(UserError::Name) }
}

fn check_attributes(attributes: &BTreeMap<String, String>) -> Result<(), UserError> {
    match attributes.keys().find(|name| !ATTRIBUTES.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(UserError::Attribute(name.clone())),
    }
}
