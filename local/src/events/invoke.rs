use async_trait::async_trait;
use bytes::Bytes;

use crate::runtime::{Function, InvokeError};

/// Something that takes one JSON event and gives one JSON answer.
#[async_trait]
pub trait Invoke: Send + Sync + 'static {
    /// One invocation.
    ///
    /// # Errors
    /// As [`Function::invoke`]'s. [`InvokeError::Stopped`] is no failure of the event.
    async fn invoke(&self, payload: Bytes) -> Result<Bytes, InvokeError>;
}

#[async_trait]
impl Invoke for Function {
    async fn invoke(&self, payload: Bytes) -> Result<Bytes, InvokeError> {
        Function::invoke(self, payload).await
    }
}
