//! The two kinds of functions at viewer-request: Lambda@Edge as the edge knows it, and the CloudFront Function.

mod answer;
mod engine;
mod event;
mod failure;
mod hashes;
mod host;

use bytes::Bytes;
use futures::future::BoxFuture;

use crate::runtime::{Function, InvokeError};

pub use answer::{FunctionAnswer, FunctionOutcome};
pub use engine::CloudFrontFunction;
pub(super) use event::{event, pairs};
pub use failure::FunctionFailure;
pub use host::{KeyValues, StoreFailure};

/// A function at viewer-request: takes an event, gives a request to forward or an answer, both JSON.
pub trait ViewerRequest: Send + Sync + 'static {
    /// Handles one event. The edge puts its own time limit around it.
    fn handle(&self, event: Bytes) -> BoxFuture<'_, Result<Bytes, FunctionError>>;
}

/// Why a function gave nothing that could be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// It took longer than it may.
    #[error("the function timed out")]
    Timeout,
    /// It crashed, reported an error, or could not be started.
    #[error("the function failed")]
    Failed,
    /// Its answer is too large even to be read.
    #[error("the function's answer is too large")]
    TooLarge,
}

impl ViewerRequest for Function {
    fn handle(&self, event: Bytes) -> BoxFuture<'_, Result<Bytes, FunctionError>> {
        Box::pin(async move {
            self.invoke(event).await.map_err(|error| match error {
                InvokeError::Timeout => FunctionError::Timeout,
                InvokeError::TooLarge => FunctionError::TooLarge,
                _ => FunctionError::Failed,
            })
        })
    }
}
