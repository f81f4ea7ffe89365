use async_trait::async_trait;

use super::DynamoCatalog;
use super::expression::{Condition, Update};
use super::item::{item, json, n, s, ttl};
use super::keys::{Key, Room, sorted, stamp};
use super::media::change;
use super::read::{ALL, Order, Stretch};
use super::schema::Type;
use crate::{
    Attempt, CatalogError, Change, Delivery, DeliveryStatus, NewDelivery, UnixMillis, Webhook, WebhookChange,
    WebhookStore, limits,
};

/// The name in index `work` of all pending deliveries.
const PENDING: &str = "deliveries";

/// How long a delivery is remembered at most: 30 days, in milliseconds.
const REMEMBERED_MS: UnixMillis = 30 * 24 * 3_600_000;

#[async_trait]
impl WebhookStore for DynamoCatalog {
    async fn add_webhook(
        &self,
        id: &str,
        owner: &str,
        webhook: &WebhookChange,
        now: UnixMillis,
    ) -> Result<bool, CatalogError> {
        webhook.check()?;
        let WebhookChange { url, secret, events, active } = webhook.clone();
        let (id, owner) = (id.to_owned(), owner.to_owned());
        let key = Key::webhook(&id);
        let found_by = [("list", s(format!("webhooks|{owner}"))), ("sorted", s(sorted(now, &id)))];
        let row = Webhook { id, owner, url, secret, events, active, version: 1, created_at: now, updated_at: now };
        Ok(self.put(&key, &item(&key, Type::Webhook, &row, found_by)?, &Condition::absent()).await?.made())
    }

    async fn webhook(&self, id: &str) -> Result<Option<Webhook>, CatalogError> {
        self.get(&Key::webhook(id)).await
    }

    async fn webhooks_of(&self, owner: &str) -> Result<Vec<Webhook>, CatalogError> {
        let name = format!("webhooks|{owner}");
        let stretch =
            Stretch { room: Room::People, index: "listing", name: &name, below: ALL, order: Order::NewestFirst };
        self.listed(&stretch, 100).await
    }

    async fn change_webhook(
        &self,
        id: &str,
        version: u64,
        webhook: &WebhookChange,
        now: UnixMillis,
    ) -> Result<Change, CatalogError> {
        webhook.check()?;
        let update = Update::when(Condition::version(version))
            .set("url", s(&webhook.url))
            .set("secret", s(&webhook.secret))
            .set("events", json(&webhook.events)?)
            .set("active", json(&webhook.active)?)
            .set("updated_at", n(now))
            .add("version", 1);
        Ok(change(&self.update(&Key::webhook(id), &update).await?))
    }

    async fn delete_webhook(&self, id: &str) -> Result<bool, CatalogError> {
        let key = Key::webhook(id);
        let deleted = self.remove(&key, &Condition::present()).await?;
        self.clear(key.room, &key.pk).await?;
        Ok(deleted)
    }

    async fn add_delivery(&self, delivery: &NewDelivery, now: UnixMillis) -> Result<bool, CatalogError> {
        let NewDelivery { id, webhook, event, subject } = delivery;
        if self.webhook(webhook).await?.is_none() {
            return Ok(false);
        }
        let row = Delivery {
            id: id.clone(),
            webhook: webhook.clone(),
            event: event.clone(),
            subject: subject.clone(),
            attempt: 0,
            status: DeliveryStatus::Pending,
            next_attempt_at: Some(now),
            answer: None,
            answered_at: None,
            created_at: now,
        };
        let key = Key::delivery(webhook, id);
        let found_by = [
            ("list", s(listing(webhook))),
            ("sorted", s(sorted(now, id))),
            ("work", s(PENDING)),
            ("due", s(sorted(now, id))),
            ("ttl", ttl(now.saturating_add(REMEMBERED_MS))),
        ];
        let added = self.put(&key, &item(&key, Type::Delivery, &row, found_by)?, &Condition::absent()).await?.made();
        if added {
            for (_, key) in self.logged(webhook).await?.into_iter().skip(limits::DELIVERIES) {
                self.remove(&key, &Condition::present()).await?;
            }
        }
        Ok(added)
    }

    async fn begin_attempt(
        &self,
        webhook: &str,
        id: &str,
        number: u32,
        until: UnixMillis,
    ) -> Result<bool, CatalogError> {
        let update = Update::when(pending_after(i64::from(number) - 1)?)
            .set("attempt", n(number))
            .set("next_attempt_at", n(until))
            .set("due", s(sorted(until, id)));
        Ok(self.update(&Key::delivery(webhook, id), &update).await?.made())
    }

    async fn attempted(&self, webhook: &str, id: &str, attempt: &Attempt) -> Result<bool, CatalogError> {
        let next = attempt.next.filter(|_| attempt.status == DeliveryStatus::Pending);
        let update = Update::when(pending_after(attempt.number)?)
            .set("status", json(&attempt.status)?)
            .set("answer", s(&attempt.answer))
            .set("answered_at", n(attempt.at))
            .set_or_remove("next_attempt_at", next.map(n))
            .set_or_remove("work", next.map(|_| s(PENDING)))
            .set_or_remove("due", next.map(|at| s(sorted(at, id))));
        Ok(self.update(&Key::delivery(webhook, id), &update).await?.made())
    }

    async fn deliveries(&self, webhook: &str) -> Result<Vec<Delivery>, CatalogError> {
        let keys: Vec<Key> = self.logged(webhook).await?.into_iter().map(|(_, key)| key).collect();
        self.rows(&keys).await
    }

    async fn due_deliveries(&self, now: UnixMillis, limit: usize) -> Result<Vec<Delivery>, CatalogError> {
        let below = stamp(now.saturating_add(1));
        let stretch =
            Stretch { room: Room::People, index: "work", name: PENDING, below: &below, order: Order::OldestFirst };
        let mut due: Vec<Delivery> = self.listed(&stretch, limit).await?;
        due.retain(|delivery| delivery.next_attempt_at.is_some_and(|at| at <= now));
        Ok(due)
    }
}

impl DynamoCatalog {
    /// Places of a webhook's deliveries, newest first.
    async fn logged(&self, webhook: &str) -> Result<Vec<(String, Key)>, CatalogError> {
        let name = listing(webhook);
        let stretch =
            Stretch { room: Room::People, index: "listing", name: &name, below: ALL, order: Order::NewestFirst };
        self.stretch(&stretch, usize::MAX).await
    }
}

/// So many attempts have begun, and none was the last.
fn pending_after(attempts: impl ToString) -> Result<Condition, CatalogError> {
    let values = [(":begun", n(attempts)), (":pending", json(&DeliveryStatus::Pending)?)];
    Ok(Condition::new("#attempt = :begun AND #status = :pending", values))
}

fn listing(webhook: &str) -> String {
    format!("deliveries|{webhook}")
}
