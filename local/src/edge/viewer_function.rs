//! Asking the CloudFront Function of routes with `gate: function`.

use std::sync::Arc;

use edge_auth::event::Request;

use super::answer::Answer;
use super::errors::EdgeError;
use super::function::{self, CloudFrontFunction, FunctionFailure, KeyValues};
use super::function_answer;
use super::request_id::RequestId;

/// A function with what it stands on.
#[derive(Clone)]
pub struct ViewerFunction {
    /// What `stagedoor policy function` writes, loaded.
    pub function: CloudFrontFunction,
    /// Its `KeyValueStore`.
    pub store: Arc<dyn KeyValues>,
    /// The moment, Unix seconds.
    pub clock: fn() -> u64,
}

impl ViewerFunction {
    /// Runs it over one request, off the threads that serve connections, and checks what it says.
    pub(super) async fn ask(&self, id: &RequestId, request: &Request<'_>) -> Result<Answer, EdgeError> {
        let event = Arc::new(function::event(id, request));
        let (this, given) = (self.clone(), Arc::clone(&event));
        let run = move || this.function.handle(&given, (this.clock)(), this.store);
        let Ok(outcome) = tokio::task::spawn_blocking(run).await else {
            tracing::error!(request_id = %id, "the CloudFront Function's engine panicked");
            return Err(EdgeError::ViewerFunctionFailed);
        };
        let outcome = outcome.map_err(|error| {
            tracing::error!(request_id = %id, %error, "CloudFront Function");
            match error {
                FunctionFailure::Answer => EdgeError::ViewerFunctionInvalid,
                _ => EdgeError::ViewerFunctionFailed,
            }
        })?;
        for line in &outcome.log {
            tracing::debug!(request_id = %id, reads = outcome.reads, line, "CloudFront Function said");
        }
        function_answer::check(request, &event, &outcome.answer).map_err(|error| {
            tracing::error!(request_id = %id, %error, "the CloudFront Function gave an invalid answer");
            EdgeError::ViewerFunctionInvalid
        })
    }
}
