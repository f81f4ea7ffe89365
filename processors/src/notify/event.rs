use catalog::{DeliveryStatus, MediaId};
use futures::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};

use crate::{ProcessError, now};

use super::attempt::attempt;
use super::{Services, plan};

/// How many deliveries one call sends at most; the next call sends the rest.
const AT_ONCE: usize = 100;

/// How many are under way at the same time, so that a receiver that does not answer keeps few others waiting.
const SIDE_BY_SIDE: usize = 16;

/// What the notify function is called with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Event {
    /// A title that has ended.
    pub media_id: Option<MediaId>,
    /// What is due is to be sent.
    pub due: bool,
}

/// What it answers.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Notified {
    /// Deliveries that this call added.
    pub added: usize,
    /// Whether the title's end was published to the topic.
    pub published: bool,
    /// Deliveries that this call ended: taken by their receivers.
    pub delivered: usize,
    /// Attempts of this call that are to be followed by another.
    pub again: usize,
    /// Deliveries that this call ended: given up.
    pub failed: usize,
}

/// Tells of a title that has ended, and sends what is due.
///
/// # Errors
/// What is wrong with the event, the catalog or the topic; never what is wrong with a receiver. Called again, it tells nobody
/// of the same twice but subscribers of the topic, whose message has the same id then.
pub async fn notify(services: &Services, event: Event) -> Result<Notified, ProcessError> {
    let mut notified = Notified::default();
    if let Some(id) = &event.media_id {
        tell(services, id, &mut notified).await?;
    } else if !event.due {
        let message = "expected media_id, or due: true".to_owned();
        return Err(ProcessError::Event { field: "media_id", message });
    }
    send_due(services, &mut notified).await?;
    Ok(notified)
}

async fn tell(services: &Services, id: &MediaId, notified: &mut Notified) -> Result<(), ProcessError> {
    let Some(media) = services.catalog.find(id).await? else { return Ok(()) };
    let webhooks = services.catalog.webhooks_of(&media.owner).await?;
    let Some(plan) = plan(&media, &webhooks) else { return Ok(()) };
    for delivery in &plan.deliveries {
        notified.added += usize::from(services.catalog.add_delivery(delivery, now()).await?);
    }
    // Last: it is the one thing here that a second call does a second time.
    if let Some(topic) = &services.topic {
        topic.publish(&plan).await?;
        notified.published = true;
    }
    tracing::info!(media_id = %id, event = plan.event, added = notified.added, published = notified.published, "told");
    Ok(())
}

async fn send_due(services: &Services, notified: &mut Notified) -> Result<(), ProcessError> {
    let due = services.catalog.due_deliveries(now(), AT_ONCE).await?;
    let attempts = stream::iter(due.into_iter().map(async |delivery| attempt(services, &delivery).await));
    let ended: Vec<_> = attempts.buffer_unordered(SIDE_BY_SIDE).collect().await;
    let mut first_error = None;
    for end in ended {
        match end {
            Ok(Some(DeliveryStatus::Delivered)) => notified.delivered += 1,
            Ok(Some(DeliveryStatus::Pending)) => notified.again += 1,
            Ok(Some(DeliveryStatus::Failed)) => notified.failed += 1,
            Ok(None) => {}
            Err(e) => first_error = first_error.or(Some(e)),
        }
    }
    first_error.map_or(Ok(()), Err)
}
