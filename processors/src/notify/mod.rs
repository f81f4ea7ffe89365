//! Who is told when a title has ended: an SNS topic, and the webhooks of the title's owner.
//!
//! [`plan()`] says what there is to tell and to whom, from the title and the webhooks alone. [`notify()`] writes that down as
//! deliveries, publishes it, and sends what is due. A delivery's id is fixed by what it tells, so that an event that comes
//! twice makes one delivery. Messages to webhooks are those of Standard Webhooks (<https://www.standardwebhooks.com>).

mod address;
mod attempt;
mod event;
mod message;
mod plan;
mod retry;
mod send;
mod settings;
mod signature;
mod topic;

use std::sync::Arc;

use catalog::Catalog;

use crate::ProcessError;

pub use address::is_public;
pub use event::{Event, Notified, notify};
pub use message::body;
pub use plan::{Plan, plan};
pub use retry::{Pauses, Verdict, verdict};
pub use send::{Answer, Patience, Resolve, Sender, Unanswered};
pub use settings::Settings;
pub use signature::Secret;
pub use topic::{CALLS, Topic};

/// What notifying works with.
#[derive(Clone)]
pub struct Services {
    /// Titles, webhooks, deliveries.
    pub catalog: Arc<dyn Catalog>,
    /// Where everything is published, if anywhere.
    pub topic: Option<Topic>,
    /// Sends to webhooks.
    pub sender: Sender,
    /// How long a webhook that did not take a message is left alone.
    pub pauses: Pauses,
}

impl Services {
    /// Opens what the settings name.
    ///
    /// # Errors
    /// [`ProcessError::Catalog`] where the catalog cannot be opened, [`ProcessError::Tls`] where TLS cannot be set up.
    pub async fn open(settings: &Settings) -> Result<Self, ProcessError> {
        let topic = match &settings.topic {
            Some(arn) => Some(Topic::from_environment(arn).await),
            None => None,
        };
        Ok(Self {
            catalog: catalog::open(&settings.catalog).await?,
            topic,
            sender: Sender::new(settings.to_this_machine)?,
            pauses: settings.pauses.clone(),
        })
    }
}
