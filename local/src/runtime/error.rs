/// Why a function cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// A field of [`super::FunctionConfig`] is unusable.
    #[error("function {name}: {field}: {message}")]
    Config {
        /// The function.
        name: String,
        /// The field.
        field: &'static str,
        /// What was found and what was expected.
        message: String,
    },
    /// A process ended, or hung, before it asked for its first event.
    #[error("function {name} does not start: {message}")]
    Init {
        /// The function.
        name: String,
        /// How it ended.
        message: String,
    },
}

/// Why an invocation has no answer. Except for [`InvokeError::Function`] the function may or may not have done its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// The function's time ran out; its process was killed.
    #[error("the function did not answer in time")]
    Timeout,
    /// The process died while it had the event.
    #[error("the function's process died")]
    Crashed,
    /// No process of the function comes as far as asking for an event.
    #[error("the function does not start: {0}")]
    Init(String),
    /// The function reported an error.
    #[error("the function failed: {error_type}: {message}")]
    Function {
        /// Its name for the error, empty where it gave none.
        error_type: String,
        /// Its message, not meant for the public.
        message: String,
    },
    /// The event or the answer is longer than [`super::PAYLOAD_LIMIT`].
    #[error("a payload is longer than 6 MB")]
    TooLarge,
    /// [`super::Function::stop`] was called.
    #[error("the function has been stopped")]
    Stopped,
}
