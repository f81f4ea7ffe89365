//! Stagedoor's processors: uploads become renditions.
//!
//! [`dispatch`] looks at the first bytes of an upload and says which processor it is for; [`process`] takes one title
//! through the [`image`] or the [`video`] processor. Each processor first makes a pure `plan` from facts and then
//! executes it. [`notify`] tells whoever wants to know once a title has ended. Every step may run twice, or twice at once,
//! and ends the same: output keys are fixed by owner, id and content, and the catalog row only moves forward.
//!
//! Two kinds of failure are kept apart throughout: a [`Refusal`] is about the file, ends its row as `failed` and is
//! said to the person who uploaded it; a [`ProcessError`] is about our side, changes no row, and has the event
//! delivered again.

mod child;
pub mod dispatch;
mod error;
pub mod image;
pub mod lambda;
pub mod notify;
pub mod object_store;
pub mod process;
mod refusal;
pub mod settings;
pub mod tools;
mod usage;
pub mod video;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use catalog::{Catalog, UnixMillis};

pub use child::child;
pub use error::{Failure, ProcessError};
pub use object_store::{ObjectStore, S3Store};
pub use refusal::Refusal;
pub use settings::Settings;
pub use tools::Tools;

/// What the processors work with.
#[derive(Clone)]
pub struct Services {
    /// The rows.
    pub catalog: Arc<dyn Catalog>,
    /// Both buckets.
    pub objects: Arc<dyn ObjectStore>,
    /// Where uploads are.
    pub raw_bucket: String,
    /// Where renditions go.
    pub media_bucket: String,
    /// How our own binary is started to decode.
    pub tools: Tools,
}

impl Services {
    /// Opens the catalog and the object store that the settings name.
    ///
    /// # Errors
    /// [`ProcessError::Catalog`] where the catalog cannot be opened.
    pub async fn open(settings: &Settings) -> Result<Self, ProcessError> {
        Ok(Self {
            catalog: catalog::open(&settings.catalog).await?,
            objects: Arc::new(S3Store::from_environment(settings.path_style).await),
            raw_bucket: settings.raw_bucket.clone(),
            media_bucket: settings.media_bucket.clone(),
            tools: settings.tools.clone(),
        })
    }
}

/// The clock of everything that is written to the catalog.
fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis::try_from(since.as_millis()).unwrap_or(UnixMillis::MAX)
}
