//! What the pool refuses, by what can be done about it.

use std::fmt::Debug;

use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};

/// Why the pool did not do it. Nothing here holds a password, a code or a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PoolError {
    /// Name and password do not go together, or the pool will not say more.
    Denied,
    /// Too many tries, too many messages.
    Locked,
    /// A temporary password that was not used in time.
    TemporaryExpired,
    /// The address was never confirmed.
    NotConfirmed,
    /// An administrator demands that the password be chosen anew.
    ResetRequired,
    /// The sign-in under way is over, or another one's.
    SessionOver,
    /// The code is not the one that was sent or shown.
    WrongCode,
    /// There is no such code any more.
    CodeExpired,
    /// The pool's rules refuse the password; its words, which speak of the rules alone.
    Password(String),
    /// There is a user, or a group, of that name.
    Exists,
    /// There is none.
    NotFound,
    /// The user is not in a state in which this makes sense.
    WrongState,
    /// A value that the pool does not take.
    Invalid,
    /// The pool does not answer, or not as it should.
    Unavailable,
}

impl PoolError {
    /// An error of the SDK. What cannot be acted on is logged here, once.
    pub(super) fn of<E>(error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Debug,
    {
        let SdkError::ServiceError(refusal) = error else {
            let kind = match error {
                SdkError::TimeoutError(_) => "no answer in time",
                SdkError::DispatchFailure(_) => "not reached",
                SdkError::ResponseError(_) => "an answer that cannot be read",
                _ => "a request that cannot be made",
            };
            tracing::error!(kind, "the user pool failed");
            return Self::Unavailable;
        };
        let refusal = refusal.into_err();
        let (name, message) = (refusal.code().unwrap_or_default(), refusal.message().unwrap_or_default());
        Self::named(name, message).unwrap_or_else(|| {
            tracing::error!(name, "the user pool refused what it should not");
            Self::Unavailable
        })
    }

    /// By Cognito's name of the exception, and where one name stands for several things by its words.
    fn named(name: &str, message: &str) -> Option<Self> {
        Some(match name {
            "NotAuthorizedException" if message.starts_with("Password attempts exceeded") => Self::Locked,
            "NotAuthorizedException" if message.starts_with("Temporary password has expired") => Self::TemporaryExpired,
            "NotAuthorizedException" if message.starts_with("Invalid session") => Self::SessionOver,
            "NotAuthorizedException" | "UserNotFoundException" if message.contains("session") => Self::SessionOver,
            "NotAuthorizedException" | "PasswordHistoryPolicyViolationException" => Self::Denied,
            "UserNotFoundException" | "ResourceNotFoundException" => Self::NotFound,
            "UserNotConfirmedException" => Self::NotConfirmed,
            "PasswordResetRequiredException" => Self::ResetRequired,
            "CodeMismatchException" | "EnableSoftwareTokenMFAException" => Self::WrongCode,
            "ExpiredCodeException" => Self::CodeExpired,
            "InvalidPasswordException" => {
                Self::Password(message.trim_start_matches("Password did not conform with policy: ").to_owned())
            }
            "UsernameExistsException" | "AliasExistsException" | "GroupExistsException" => Self::Exists,
            "UnsupportedUserStateException" => Self::WrongState,
            "InvalidParameterException" | "CodeDeliveryFailureException" => Self::Invalid,
            "LimitExceededException" | "TooManyRequestsException" | "TooManyFailedAttemptsException" => Self::Locked,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::PoolError;

    #[test]
    fn one_name_stands_for_several_things() {
        let of = |message: &str| PoolError::named("NotAuthorizedException", message);
        assert_eq!(of("Incorrect username or password."), Some(PoolError::Denied));
        assert_eq!(of("User is disabled."), Some(PoolError::Denied), "nobody is told that there is such a user");
        assert_eq!(of("Password attempts exceeded"), Some(PoolError::Locked));
        assert_eq!(of("Invalid session for the user, session is expired."), Some(PoolError::SessionOver));
        assert_eq!(PoolError::named("InternalErrorException", "x"), None);
    }
}
