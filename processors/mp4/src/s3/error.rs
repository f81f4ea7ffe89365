//! What can go wrong with objects.

use std::io;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

use super::ObjectUri;
use crate::SourceChanged;
use crate::faststart::TooLarge;

/// Why a film in S3, or on its way there or from there, was not moved.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The film cannot be read, or the local file not written; [`crate::Error::Changed`] where the source is another one by now.
    #[error(transparent)]
    Film(#[from] crate::Error),
    /// S3 refused something, or could not be reached.
    #[error(transparent)]
    Object(ObjectError),
    /// The new film would be larger than the largest object.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The upload failed, and its parts are still there.
    #[error(
        "{failure}; the unfinished upload {upload} could not be aborted ({abort}): abort it, or let a lifecycle rule of the \
         bucket do so"
    )]
    NotAborted {
        /// Why the upload failed.
        failure: Box<Error>,
        /// Its number in S3.
        upload: String,
        /// Why it could not be aborted.
        abort: Box<ObjectError>,
    },
}

/// A request about an object failed.
#[derive(Debug, thiserror::Error)]
#[error("{action} {uri}: {problem}")]
pub struct ObjectError {
    /// What was tried, by its name in S3's interface, such as `GetObject`.
    pub action: &'static str,
    /// The object.
    pub uri: ObjectUri,
    /// What was wrong.
    pub problem: ObjectProblem,
}

/// Why a request about an object failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectProblem {
    /// There is no such object, bucket or upload.
    #[error("it is not there ({0})")]
    Missing(String),
    /// The credentials do not allow it.
    #[error("access was refused ({0}); see that the credentials are right and allow this")]
    Denied(String),
    /// It is not the version that was opened.
    #[error("it is no longer the one that was opened")]
    Changed,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl From<ObjectError> for Error {
    fn from(error: ObjectError) -> Self {
        match error.problem {
            ObjectProblem::Changed => Self::Film(crate::Error::Changed),
            _ => Self::Object(error),
        }
    }
}

impl From<ObjectError> for io::Error {
    fn from(error: ObjectError) -> Self {
        match error.problem {
            ObjectProblem::Changed => Self::other(SourceChanged),
            _ => Self::other(error),
        }
    }
}

/// A request that failed after all of the client's attempts.
pub(super) fn failed<E>(action: &'static str, uri: &ObjectUri, error: &SdkError<E, HttpResponse>) -> ObjectError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let problem = match error {
        SdkError::ServiceError(refused) => {
            let (status, code) = (refused.raw().status().as_u16(), refused.err().code());
            let message = refused.err().message().unwrap_or("no reason given");
            let said = format!("{}: {message}", code.map_or_else(|| format!("HTTP status {status}"), str::to_owned));
            match (status, code) {
                (412, _) | (_, Some("PreconditionFailed" | "ConditionalRequestConflict")) => ObjectProblem::Changed,
                (404, _) => ObjectProblem::Missing(said),
                (401 | 403, _) => ObjectProblem::Denied(said),
                _ => ObjectProblem::Other(said),
            }
        }
        other => ObjectProblem::Other(DisplayErrorContext(other).to_string()),
    };
    ObjectError { action, uri: uri.clone(), problem }
}
