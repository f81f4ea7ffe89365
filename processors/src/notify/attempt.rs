use catalog::{Attempt, Change, Delivery, DeliveryStatus, Media, MediaId, UnixMillis, Webhook, WebhookChange};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::{ProcessError, now};

use super::{Answer, Secret, Services, Verdict, body, verdict};

/// For how long an attempt is its maker's alone: longer than a receiver is waited for.
const LEASE_MS: UnixMillis = 60_000;

/// What an attempt comes to where nothing is sent.
const INACTIVE: &str = "inactive";
const TITLE_GONE: &str = "title_gone";
const SECRET_MALFORMED: &str = "secret_malformed";

/// Makes one attempt; how it ended, `None` where it is another's.
pub async fn attempt(services: &Services, delivery: &Delivery) -> Result<Option<DeliveryStatus>, ProcessError> {
    let webhook = services.catalog.webhook(&delivery.webhook).await?.filter(|webhook| webhook.active);
    let Some(webhook) = webhook else { return drop_it(services, delivery, INACTIVE).await };
    let media = subject(services, delivery, &webhook).await?;
    if media.is_none() && !delivery.subject.is_empty() {
        return drop_it(services, delivery, TITLE_GONE).await;
    }
    let Some(secret) = Secret::read(&webhook.secret) else {
        return drop_it(services, delivery, SECRET_MALFORMED).await;
    };

    let number = delivery.attempt.saturating_add(1);
    let began = now();
    let until = began.saturating_add(LEASE_MS);
    if !services.catalog.begin_attempt(&webhook.id, &delivery.id, number, until).await? {
        return Ok(None);
    }
    let timestamp = began.div_euclid(1_000);
    let body = body(&delivery.id, &delivery.event, delivery.created_at, media.as_ref());
    let (at, signature) = (timestamp.to_string(), secret.sign(&delivery.id, timestamp, &body));
    let headers = [("webhook-id", delivery.id.as_str()), ("webhook-timestamp", &at), ("webhook-signature", &signature)];
    let answer = services.sender.post(&webhook.url, headers, body).await;

    let ended = now();
    let verdict = verdict(&answer, number, &services.pauses, ended, chance());
    let (status, next) = match verdict {
        Verdict::Delivered => (DeliveryStatus::Delivered, None),
        Verdict::Again { at } => (DeliveryStatus::Pending, Some(at)),
        Verdict::GivenUp | Verdict::Unwanted => (DeliveryStatus::Failed, None),
    };
    let word = match answer {
        Answer::Status { status, .. } => status.to_string(),
        Answer::None(why) => why.word().to_owned(),
    };
    tracing::info!(
        delivery_id = %delivery.id, webhook_id = %webhook.id, event = %delivery.event, attempt = number, answer = %word,
        ?status, duration_ms = ended.saturating_sub(began), "webhook {} answered {word}", webhook.id
    );
    if verdict == Verdict::Unwanted {
        deactivate(services, webhook).await?;
    }
    report(services, delivery, Attempt { number, status, next, answer: word, at: ended }).await
}

/// The title that a delivery is about, as long as its owner has it.
async fn subject(services: &Services, delivery: &Delivery, webhook: &Webhook) -> Result<Option<Media>, ProcessError> {
    let Ok(id) = MediaId::try_from(delivery.subject.clone()) else { return Ok(None) };
    let media = services.catalog.find(&id).await?;
    Ok(media.filter(|media| media.owner == webhook.owner && media.deleted_at.is_none()))
}

/// Ends a delivery without another attempt.
async fn drop_it(
    services: &Services,
    delivery: &Delivery,
    why: &'static str,
) -> Result<Option<DeliveryStatus>, ProcessError> {
    tracing::info!(delivery_id = %delivery.id, webhook_id = %delivery.webhook, why, "a delivery is not sent any more");
    let (number, status) = (delivery.attempt, DeliveryStatus::Failed);
    report(services, delivery, Attempt { number, status, next: None, answer: why.to_owned(), at: now() }).await
}

async fn report(
    services: &Services,
    delivery: &Delivery,
    attempt: Attempt,
) -> Result<Option<DeliveryStatus>, ProcessError> {
    let ours = services.catalog.attempted(&delivery.webhook, &delivery.id, &attempt).await?;
    Ok(ours.then_some(attempt.status))
}

/// The receiver said that it wants nothing any more: until its owner says otherwise, it gets nothing.
async fn deactivate(services: &Services, mut webhook: Webhook) -> Result<(), ProcessError> {
    tracing::warn!(webhook_id = %webhook.id, "webhook {} answered 410 and is told of nothing any more", webhook.id);
    loop {
        let Webhook { id, version, url, secret, events, .. } = webhook;
        let change = WebhookChange { url, secret, events, active: false };
        if services.catalog.change_webhook(&id, version, &change, now()).await? != Change::Stale {
            return Ok(());
        }
        match services.catalog.webhook(&id).await? {
            Some(newer) if newer.active && newer.url == change.url => webhook = newer,
            // Its owner has changed it meanwhile, perhaps for that very reason.
            _ => return Ok(()),
        }
    }
}

/// A byte of chance; none where the system has none, which spreads nothing and harms nobody.
fn chance() -> u8 {
    let mut byte = [0];
    SystemRandom::new().fill(&mut byte).map_or(0, |()| u8::from_ne_bytes(byte))
}
