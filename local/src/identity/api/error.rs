//! The API's errors by Cognito's names.

use crate::identity::IdentityError;
use crate::identity::challenges::ChallengeError;
use crate::identity::grants::RefreshError;
use crate::identity::sign_in::SignInError;
use crate::identity::users::UserError;
use crate::identity::verification::CodeError;
use serde_json::{Value, json};

/// Why a call was refused. No message holds a value of the request, except the names of pools, clients and groups.
pub(super) enum ApiError {
    NotAuthorized(&'static str),
    UserNotFound,
    UsernameExists,
    UnsupportedUserState(&'static str),
    InvalidPassword(&'static str),
    InvalidParameter(String),
    ResourceNotFound(String),
    GroupExists,
    RefreshTokenReuse,
    UserNotConfirmed,
    CodeMismatch(&'static str),
    ExpiredCode,
    LimitExceeded,
    EnableSoftwareToken,
    UnsupportedTokenType,
    Serialization,
    UnknownOperation,
    Internal(IdentityError),
}

impl ApiError {
    /// Cognito's name of the exception.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::NotAuthorized(_) => "NotAuthorizedException",
            Self::UserNotFound => "UserNotFoundException",
            Self::UsernameExists => "UsernameExistsException",
            Self::UnsupportedUserState(_) => "UnsupportedUserStateException",
            Self::InvalidPassword(_) => "InvalidPasswordException",
            Self::InvalidParameter(_) => "InvalidParameterException",
            Self::ResourceNotFound(_) => "ResourceNotFoundException",
            Self::GroupExists => "GroupExistsException",
            Self::RefreshTokenReuse => "RefreshTokenReuseException",
            Self::UserNotConfirmed => "UserNotConfirmedException",
            Self::CodeMismatch(_) => "CodeMismatchException",
            Self::ExpiredCode => "ExpiredCodeException",
            Self::LimitExceeded => "LimitExceededException",
            Self::EnableSoftwareToken => "EnableSoftwareTokenMFAException",
            Self::UnsupportedTokenType => "UnsupportedTokenTypeException",
            Self::Serialization => "SerializationException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::Internal(_) => "InternalErrorException",
        }
    }

    /// `{"__type": NAME, "message": TEXT}`.
    pub(super) fn body(&self) -> Value {
        json!({ "__type": self.name(), "message": self.message() })
    }

    fn message(&self) -> &str {
        match self {
            Self::NotAuthorized(text)
            | Self::InvalidPassword(text)
            | Self::UnsupportedUserState(text)
            | Self::CodeMismatch(text) => text,
            Self::InvalidParameter(text) | Self::ResourceNotFound(text) => text,
            Self::UserNotFound => "User does not exist.",
            Self::UsernameExists => "User account already exists",
            Self::GroupExists => "A group with the name already exists.",
            Self::RefreshTokenReuse => "Refresh token has been invalidated by rotation.",
            Self::UserNotConfirmed => "User is not confirmed.",
            Self::ExpiredCode => "Invalid code provided, please request a code again.",
            Self::LimitExceeded => "Attempt limit exceeded, please try after some time.",
            Self::EnableSoftwareToken => "Code mismatch",
            Self::UnsupportedTokenType => "Only refresh tokens can be revoked.",
            Self::Serialization => "The body must be a JSON object.",
            Self::UnknownOperation => "X-Amz-Target names no operation of this stand-in.",
            Self::Internal(_) => "Internal error.",
        }
    }
}

impl From<IdentityError> for ApiError {
    fn from(error: IdentityError) -> Self {
        Self::Internal(error)
    }
}

impl From<UserError> for ApiError {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Exists => Self::UsernameExists,
            UserError::NotFound => Self::UserNotFound,
            UserError::Password(reason) => Self::InvalidPassword(reason),
            UserError::Name | UserError::Attribute(_) => Self::InvalidParameter(error.to_string()),
            UserError::Internal(error) => Self::Internal(error),
        }
    }
}

impl From<RefreshError> for ApiError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Invalid => Self::NotAuthorized("Invalid Refresh Token"),
            RefreshError::Reused => Self::RefreshTokenReuse,
            RefreshError::Internal(error) => Self::Internal(error),
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::WrongPassword => Self::NotAuthorized("Incorrect username or password."),
            SignInError::Locked => Self::NotAuthorized("Password attempts exceeded"),
            SignInError::Disabled => Self::NotAuthorized("User is disabled."),
            SignInError::Unconfirmed => Self::UserNotConfirmed,
            SignInError::Expired => {
                Self::NotAuthorized("Temporary password has expired and must be reset by an administrator.")
            }
            SignInError::Internal(error) => Self::Internal(error),
        }
    }
}

impl From<ChallengeError> for ApiError {
    fn from(error: ChallengeError) -> Self {
        match error {
            ChallengeError::Invalid => Self::NotAuthorized("Invalid session for the user."),
            ChallengeError::WrongCode => Self::CodeMismatch("Invalid code received for user"),
            ChallengeError::Password(reason) => Self::InvalidPassword(reason),
            ChallengeError::Internal(error) => Self::Internal(error),
        }
    }
}

impl From<CodeError> for ApiError {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::Expired => Self::ExpiredCode,
            CodeError::Mismatch => Self::CodeMismatch("Invalid verification code provided, please try again."),
            CodeError::Limit => Self::LimitExceeded,
            CodeError::NoAddress => {
                Self::InvalidParameter("The user has no such e-mail address or phone number.".to_owned())
            }
            CodeError::Password(reason) => Self::InvalidPassword(reason),
            CodeError::Internal(error) => Self::Internal(error),
        }
    }
}
