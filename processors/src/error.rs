use catalog::CatalogError;

use crate::Refusal;
use crate::object_store::ObjectError;

/// Why a step could not be done on our side; the event is to be delivered again.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The object store failed.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// The temporary directory could not be made, read or written.
    #[error("the temporary directory: {0}")]
    Disk(#[from] std::io::Error),
    /// The film could not be read where it is.
    #[error("the film cannot be read: {0}")]
    Source(std::io::Error),
    /// Our own binary, started to decode, did not run as it should.
    #[error("{program}: {message}")]
    Tool {
        /// Which work of our own binary.
        program: &'static str,
        /// What happened.
        message: String,
    },
    /// The event is not one that this function takes.
    #[error("the event, field {field}: {message}")]
    Event {
        /// Its path in the JSON.
        field: &'static str,
        /// What was expected.
        message: String,
    },
    /// The title is not in a state that the event makes sense in.
    #[error("title {id} is still uploading: its object has not been seen by dispatch")]
    NotUploaded {
        /// The title's id.
        id: String,
    },
    /// The topic did not take a message.
    #[error("the topic: {0}")]
    Topic(String),
    /// TLS cannot be set up.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// A rendition could not be encoded although the source was read.
    #[error("the rendition {name} cannot be encoded: {message}")]
    Encoding {
        /// The rendition's name.
        name: &'static str,
        /// The encoder's words.
        message: String,
    },
}

/// Why nothing came of a file: its own fault, or ours.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file is at fault; its row ends as `failed` with this reason.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// We are; the row stays as it is and the event comes again.
    #[error(transparent)]
    Process(#[from] ProcessError),
}

impl From<std::io::Error> for Failure {
    fn from(e: std::io::Error) -> Self {
        Self::Process(e.into())
    }
}

impl From<ObjectError> for Failure {
    fn from(e: ObjectError) -> Self {
        Self::Process(e.into())
    }
}
