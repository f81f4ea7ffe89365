//! Why a CloudFront Function gave no answer.

/// Why a CloudFront Function gave no answer. Texts come from the engine and quote the function, not the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FunctionFailure {
    /// The text is no module that can be run, or has no `handler`.
    #[error("the function cannot be loaded: {0}")]
    Load(String),
    /// It threw.
    #[error("the function threw: {0}")]
    Threw(String),
    /// It went beyond its steps.
    #[error("the function took more steps than it may")]
    TooLong,
    /// It returned neither a request nor a response, or never.
    #[error("the function returned neither a request nor a response")]
    Answer,
    /// The engine could not be started.
    #[error("the JavaScript engine does not start: {0}")]
    Engine(String),
}
