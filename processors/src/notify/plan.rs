use catalog::{Media, NewDelivery, Status, UnixMillis, Webhook};
use ring::digest::{SHA256, digest};

use super::body;

/// What there is to tell of a title that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// `media.ready` or `media.failed`.
    pub event: &'static str,
    /// The owner's `sub`.
    pub owner: String,
    /// What is published: the message as webhooks get it, with an id of its own.
    pub message: String,
    /// What the owner's webhooks are to be told; the same again for the same title and webhooks.
    pub deliveries: Vec<NewDelivery>,
}

/// Says what there is to tell: nothing while a title is under way, or once it is deleted.
pub fn plan(media: &Media, webhooks: &[Webhook]) -> Option<Plan> {
    let event = match media.status {
        _ if media.deleted_at.is_some() => return None,
        Status::Ready => "media.ready",
        Status::Failed => "media.failed",
        Status::Uploading | Status::Uploaded | Status::Processing => return None,
    };
    let told = |webhook: &&Webhook| {
        webhook.active && webhook.owner == media.owner && webhook.events.iter().any(|name| name == event)
    };
    let deliveries = webhooks.iter().filter(told).map(|webhook| NewDelivery {
        id: id_of(&webhook.id, event, media),
        webhook: webhook.id.clone(),
        event: event.to_owned(),
        subject: media.id.to_string(),
    });
    Some(Plan {
        event,
        owner: media.owner.clone(),
        message: body(&id_of("topic", event, media), event, media.updated_at, Some(media)),
        deliveries: deliveries.collect(),
    })
}

/// The same whenever the same is told to the same: 128 bits in hexadecimal. A title that failed, is tried anew and fails
/// again has changed meanwhile, and is told of again.
fn id_of(to: &str, event: &str, media: &Media) -> String {
    let updated_at: UnixMillis = media.updated_at;
    let hash = digest(&SHA256, format!("{to}/{}/{event}/{updated_at}", media.id).as_bytes());
    hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
