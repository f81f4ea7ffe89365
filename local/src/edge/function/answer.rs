//! What a run of a CloudFront Function leaves.

use serde_json::Value;

use super::failure::FunctionFailure;

/// What a function returned: either of the two that CloudFront takes at viewer-request.
#[derive(Debug, Clone, PartialEq)]
pub enum FunctionAnswer {
    /// The request that goes on, as in the event.
    Request(Value),
    /// An answer: `statusCode`, and perhaps `statusDescription`, `headers`, `cookies`, `body`.
    Response(Value),
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionOutcome {
    /// What it returned.
    pub answer: FunctionAnswer,
    /// What it gave to `console.log`, a line each.
    pub log: Vec<String>,
    /// How often it asked the `KeyValueStore`, which is paid for.
    pub reads: usize,
}

impl FunctionAnswer {
    /// An object with `statusCode` is a response, one with `uri` a request; anything else would be an error at CloudFront.
    pub(super) fn read(value: Value) -> Result<Self, FunctionFailure> {
        let status = value.get("statusCode").map(Value::as_u64);
        match (status, value.get("uri").is_some_and(Value::is_string)) {
            (Some(Some(100..=599)), false) => Ok(Self::Response(value)),
            (None, true) => Ok(Self::Request(value)),
            _ => Err(FunctionFailure::Answer),
        }
    }
}
