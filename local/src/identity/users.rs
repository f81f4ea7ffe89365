//! Making users and changing what is known of them.

use super::directory::{Factors, User, UserStatus};
use super::passwords::{KeptPassword, TEMPORARY_SECONDS, check_policy};
use super::secrets::random_id;
use super::{Identity, IdentityError};
use std::collections::{BTreeMap, BTreeSet};

const MAX_NAME_CHARS: usize = 128;
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

impl Identity {
    /// The user of that name or `sub`.
    pub(super) fn user(&self, username: &str) -> Option<User> {
        self.store.read(|directory| directory.user(username).cloned())
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
        let (now, sub) = (self.now(), random_id());
        let (password, srp) = KeptPassword::new(&sub, password)?.into_parts();
        let temporary = status == UserStatus::ForceChangePassword;
        let user = User {
            username: username.to_owned(),
            sub,
            attributes,
            password,
            srp: Some(srp),
            password_expires_at: temporary.then_some(now + TEMPORARY_SECONDS),
            status,
            enabled: true,
            factors: Factors::default(),
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
        let sub = self.user(username).ok_or(UserError::NotFound)?.sub;
        let (now, kept) = (self.now(), KeptPassword::new(&sub, password)?);
        self.store.change(now, |directory| {
            let user = directory.user_mut(username).filter(|user| user.sub == sub).ok_or(UserError::NotFound)?;
            user.take_password(kept, status, now);
            Ok(())
        })?
    }

    /// Changes a user; what it was like afterwards.
    pub(super) fn change_user(&self, username: &str, alter: impl FnOnce(&mut User)) -> Result<User, UserError> {
        let now = self.now();
        self.store.change(now, |directory| {
            let user = directory.user_mut(username).ok_or(UserError::NotFound)?;
            alter(user);
            user.modified_at = now;
            Ok(user.clone())
        })?
    }
}

fn check_name(username: &str) -> Result<(), UserError> {
    let length = username.chars().count();
    let printable = !username.chars().any(|c| c.is_whitespace() || c.is_control());
    if printable && (1..=MAX_NAME_CHARS).contains(&length) { Ok(()) } else { Err(UserError::Name) }
}

pub(super) fn check_attributes(attributes: &BTreeMap<String, String>) -> Result<(), UserError> {
    match attributes.keys().find(|name| !ATTRIBUTES.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(UserError::Attribute(name.clone())),
    }
}
