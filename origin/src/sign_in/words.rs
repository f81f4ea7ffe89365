//! What people are told. Nothing here says whether there is a user of that name.

use http::StatusCode;

use crate::identity::PoolError;

pub const TOO_MANY: &str = "Too many tries. Wait a little, then try again.";
pub const UNAVAILABLE: &str = "The sign-in service does not answer. Wait a moment and try again.";
pub const OVER: &str = "That took too long, or was begun in another browser. Please start again.";
pub const WRONG_CODE: &str = "That code is not right. Check it and try again.";
pub const CODE_EXPIRED: &str = "That code is not good any more. Ask for a new one.";

/// A sentence, and the status that goes with it.
pub type Advice = (StatusCode, String);

/// Why a name and a password led nowhere.
pub fn of_password(error: &PoolError) -> Advice {
    let text = match error {
        PoolError::Locked => return (StatusCode::TOO_MANY_REQUESTS, TOO_MANY.to_owned()),
        PoolError::Unavailable => return (StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE.to_owned()),
        PoolError::TemporaryExpired => {
            "This temporary password has expired. Ask an administrator for a new invitation."
        }
        PoolError::ResetRequired => "Your password has to be chosen anew: use “Forgotten your password?” below.",
        PoolError::SessionOver => OVER,
        _ => "Address and password do not match, or this account may not sign in.",
    };
    (StatusCode::UNAUTHORIZED, text.to_owned())
}

/// Why a code, or a password that came with one, was not taken.
pub fn of_code(error: &PoolError) -> Advice {
    let text = match error {
        PoolError::Locked => return (StatusCode::TOO_MANY_REQUESTS, TOO_MANY.to_owned()),
        PoolError::Unavailable => return (StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE.to_owned()),
        PoolError::Password(rule) => return of_rule(rule),
        PoolError::CodeExpired => CODE_EXPIRED,
        _ => WRONG_CODE,
    };
    (StatusCode::UNPROCESSABLE_ENTITY, text.to_owned())
}

/// Why a new password was not taken.
pub fn of_rule(rule: &str) -> Advice {
    let rule = rule.trim_end_matches('.');
    (StatusCode::UNPROCESSABLE_ENTITY, format!("This password cannot be taken: {}.", lower_first(rule)))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
