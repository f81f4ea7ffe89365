//! Codes of six digits that are sent to people: to confirm an address, to choose a forgotten password anew, to sign in.

use super::directory::{User, UserStatus};
use super::mailbox::{Medium, Message};
use super::passwords::{KeptPassword, check_policy};
use super::secrets::{digest, random_bytes, same};
use super::{Identity, IdentityError};
use serde::{Deserialize, Serialize};

/// So many wrong tries use a code up.
const MOST_FAILURES: u8 = 5;
const RESET_SECONDS: u64 = 3600;
const CONFIRM_SECONDS: u64 = 24 * 3600;

/// A code that waits to be shown.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PendingCode {
    pub(super) username: String,
    code: String,
    /// The attribute that the code proves, and what it was when the code was sent.
    attribute: String,
    address: String,
    pub(super) expires_at: u64,
    failures: u8,
}

/// What a code is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose<'a> {
    /// To choose a forgotten password anew.
    Reset,
    /// To confirm a sign-up.
    SignUp,
    /// To show that an address is one's own: `email` or `phone_number`.
    Attribute(&'a str),
}

/// Where a code went, as it may be shown.
#[derive(Clone, Debug)]
pub(super) struct CodeDelivery {
    pub(super) attribute: String,
    pub(super) medium: Medium,
    /// `a***@e***` or `+*******1234`.
    pub(super) destination: String,
}

/// Why a code was not sent or not taken.
pub(super) enum CodeError {
    /// There is none, or it is past.
    Expired,
    Mismatch,
    /// Too many messages, or too many tries.
    Limit,
    /// The user has no such address.
    NoAddress,
    /// The policy refuses the password that came with the code.
    Password(&'static str),
    Internal(IdentityError),
}

impl From<IdentityError> for CodeError {
    fn from(error: IdentityError) -> Self {
        Self::Internal(error)
    }
}

impl Purpose<'_> {
    fn key(self, username: &str) -> String {
        let name = username.to_lowercase();
        match self {
            Self::Reset => format!("reset:{name}"),
            Self::SignUp => format!("sign-up:{name}"),
            Self::Attribute(attribute) => format!("{attribute}:{name}"),
        }
    }

    fn seconds(self) -> u64 {
        if self == Self::Reset { RESET_SECONDS } else { CONFIRM_SECONDS }
    }

    fn subject(self) -> &'static str {
        match self {
            Self::Reset => "Choose a new password",
            Self::SignUp => "Confirm your account",
            Self::Attribute(_) => "Confirm your address",
        }
    }

    /// Where the code goes: attribute and address.
    fn address(self, user: &User) -> Option<(&str, &str)> {
        let of = |attribute: &'static str| Some((attribute, user.attribute(attribute)?));
        let verified = |name: &str| user.attribute(name) == Some("true");
        match self {
            // A password goes to nobody whose address was never proven.
            Self::Reset => of("email")
                .filter(|_| verified("email_verified"))
                .or_else(|| of("phone_number").filter(|_| verified("phone_number_verified"))),
            Self::SignUp => of("email").or_else(|| of("phone_number")),
            Self::Attribute("phone_number") => of("phone_number"),
            Self::Attribute(_) => of("email"),
        }
    }
}

impl CodeDelivery {
    fn new(attribute: &str, address: &str) -> Self {
        let medium = if attribute == "phone_number" { Medium::Sms } else { Medium::Email };
        let first = |text: &str| text.chars().take(1).collect::<String>();
        let destination = match (medium, address.rsplit_once('@')) {
            (Medium::Email, Some((name, host))) => format!("{}***@{}***", first(name), first(host)),
            (Medium::Email, None) => format!("{}***", first(address)),
            (Medium::Sms, _) => {
                let shown = address.chars().count().saturating_sub(4);
                format!("+*******{}", address.chars().skip(shown).collect::<String>())
            }
        };
        Self { attribute: attribute.to_owned(), medium, destination }
    }

    /// What is said to somebody who is no user, or has no address: it looks like the truth about another one.
    pub(super) fn simulated(name: &str) -> Self {
        Self::new("email", if name.contains('@') { name } else { "someone@example.com" })
    }
}

/// Six random digits.
pub(super) fn random_code() -> Result<String, IdentityError> {
    let number = u64::from_be_bytes(random_bytes::<8>()?) % 1_000_000;
    Ok(format!("{number:06}"))
}

impl Identity {
    /// Sends a code; a new one makes the old one worthless.
    pub(super) fn send_code(&self, user: &User, purpose: Purpose<'_>) -> Result<CodeDelivery, CodeError> {
        let (attribute, address) = purpose.address(user).ok_or(CodeError::NoAddress)?;
        let (now, key, code) = (self.now(), purpose.key(&user.username), random_code()?);
        if !self.messages.take(&key, now) {
            return Err(CodeError::Limit);
        }
        let pending = PendingCode {
            username: user.username.clone(),
            code: digest(&code),
            attribute: attribute.to_owned(),
            address: address.to_owned(),
            expires_at: now + purpose.seconds(),
            failures: 0,
        };
        let delivery = CodeDelivery::new(attribute, address);
        let text = format!("Your code is {code}.");
        self.store.change(now, |directory| directory.verifications.insert(key, pending))?;
        let message = Message { to: address, medium: delivery.medium, subject: purpose.subject(), text: &text };
        self.mailbox.put(&message, Some(&code), now)?;
        Ok(delivery)
    }

    /// As [`Self::send_code`] for somebody who is no user: counted alike, and nothing sent.
    pub(super) fn pretend_to_send(&self, name: &str, purpose: Purpose<'_>) -> Result<CodeDelivery, CodeError> {
        let free = self.messages.take(&purpose.key(name), self.now());
        if free { Ok(CodeDelivery::simulated(name)) } else { Err(CodeError::Limit) }
    }

    /// Sends the code of a sign-in to the phone; where it went.
    pub(super) fn send_sign_in_code(&self, user: &User, code: &str) -> Result<Option<CodeDelivery>, IdentityError> {
        let Some(address) = user.attribute("phone_number") else { return Ok(None) };
        let delivery = CodeDelivery::new("phone_number", address);
        let text = format!("Your code to sign in is {code}.");
        let message = Message { to: address, medium: Medium::Sms, subject: "Sign in", text: &text };
        self.mailbox.put(&message, Some(code), self.now())?;
        Ok(Some(delivery))
    }

    /// Takes a code that a user shows, and changes the user by it: the address is proven, and `alter` does the rest.
    pub(super) fn take_code(
        &self,
        username: &str,
        purpose: Purpose<'_>,
        code: &str,
        alter: impl FnOnce(&mut User),
    ) -> Result<(), CodeError> {
        let now = self.now();
        self.store.change(now, |directory| {
            let user = directory.user(username).ok_or(CodeError::Expired)?;
            let (name, key) = (user.username.clone(), purpose.key(&user.username));
            let pending = directory.verifications.get_mut(&key).filter(|pending| pending.expires_at > now);
            let pending = pending.ok_or(CodeError::Expired)?;
            if pending.failures >= MOST_FAILURES {
                return Err(CodeError::Limit);
            }
            if !same(&pending.code, &digest(code.trim())) {
                pending.failures += 1;
                return Err(CodeError::Mismatch);
            }
            let (attribute, address) = (pending.attribute.clone(), pending.address.clone());
            directory.verifications.remove(&key);
            let user = directory.user_mut(&name).ok_or(CodeError::Expired)?;
            // The address may have been changed since the code was sent to the old one.
            if user.attribute(&attribute) != Some(address.as_str()) {
                return Err(CodeError::Expired);
            }
            user.attributes.insert(format!("{attribute}_verified"), "true".to_owned());
            user.modified_at = now;
            alter(user);
            Ok(())
        })?
    }

    /// Takes a code and the new password of somebody who has forgotten theirs.
    pub(super) fn reset_password(&self, username: &str, code: &str, password: &str) -> Result<(), CodeError> {
        check_policy(password).map_err(CodeError::Password)?;
        // Nobody's code is as wrong as somebody's, and takes as long.
        let user = self.user(username).filter(|user| user.enabled);
        let sub = user.as_ref().map_or("", |user| &user.sub);
        let (now, kept) = (self.now(), KeptPassword::new(sub, password)?);
        let Some(user) = user else { return Err(CodeError::Mismatch) };
        self.take_code(&user.username, Purpose::Reset, code, |user| {
            user.take_password(kept, UserStatus::Confirmed, now);
        })?;
        self.attempts.succeeded(&user.username);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_in_part() {
        let shown = |attribute, address| CodeDelivery::new(attribute, address).destination;
        assert_eq!(shown("email", "ada@example.com"), "a***@e***");
        assert_eq!(shown("email", "nonsense"), "n***");
        assert_eq!(shown("phone_number", "+491701234567"), "+*******4567");
        assert_eq!(CodeDelivery::simulated("eve@example.org").destination, "e***@e***");
    }
}
