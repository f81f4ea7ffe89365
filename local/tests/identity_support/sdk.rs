//! The real SDK against the pool.

use super::Pool;
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};

pub fn sdk(pool: &Pool) -> Client {
    local::identity::client(&pool.url)
}

/// Cognito's name and message of a refusal.
pub fn refusal<T, E>(outcome: Result<T, SdkError<E>>) -> (String, String)
where
    SdkError<E>: ProvideErrorMetadata,
{
    let Err(error) = outcome else { panic!("was not refused") };
    (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
}
