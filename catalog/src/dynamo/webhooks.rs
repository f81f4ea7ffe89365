use async_trait::async_trait;

use super::DynamoCatalog;
use super::expression::{Condition, Update};
use super::item::{item, json, n, s, ttl};
use super::keys::{Key, Room, sorted, stamp};
use super::media::change;
use super::read::{ALL, Order, Stretch};
use super::schema::Type;
use crate::{CatalogError, Change, Delivery, DeliveryStatus, UnixMillis, Webhook, WebhookChange, WebhookStore, limits};

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

    async fn add_delivery(&self, id: &str, webhook: &str, event: &str, now: UnixMillis) -> Result<bool, CatalogError> {
        if self.webhook(webhook).await?.is_none() {
            return Ok(false);
        }
        let row = Delivery {
            id: id.to_owned(),
            webhook: webhook.to_owned(),
            event: event.to_owned(),
            attempt: 0,
            status: DeliveryStatus::Pending,
            next_attempt_at: Some(now),
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

    async fn attempted(
        &self,
        webhook: &str,
        id: &str,
        attempt: u32,
        status: DeliveryStatus,
        next: Option<UnixMillis>,
    ) -> Result<bool, CatalogError> {
        let next = next.filter(|_| status == DeliveryStatus::Pending);
        let condition = Condition::new(
            "#attempt = :before AND #status = :pending",
            [(":before", n(i64::from(attempt) - 1)), (":pending", json(&DeliveryStatus::Pending)?)],
        );
        let update = Update::when(condition)
            .set("attempt", n(attempt))
            .set("status", json(&status)?)
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

fn listing(webhook: &str) -> String {
    format!("deliveries|{webhook}")
}
