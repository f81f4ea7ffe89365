use async_trait::async_trait;

use super::SqliteCatalog;
use super::connection::{rows, to_i64};
use crate::{
    Attempt, CatalogError, Change, Delivery, DeliveryStatus, NewDelivery, UnixMillis, Webhook, WebhookChange,
    WebhookStore, limits, record,
};

/// A row as JSON.
pub(super) const ROW: &str = "json_object('id', id, 'owner', owner, 'url', url, 'secret', secret, 'events', json(events), \
    'active', json(case active when 0 then 'false' else 'true' end), 'version', version, 'created_at', created_at, \
    'updated_at', updated_at)";
const DELIVERY: &str = "json_object('id', id, 'webhook', webhook, 'event', event, 'subject', subject, 'attempt', attempt, \
    'status', status, 'next_attempt_at', next_attempt_at, 'answer', answer, 'answered_at', answered_at, \
    'created_at', created_at)";

#[async_trait]
impl WebhookStore for SqliteCatalog {
    async fn add_webhook(
        &self,
        id: &str,
        owner: &str,
        webhook: &WebhookChange,
        now: UnixMillis,
    ) -> Result<bool, CatalogError> {
        webhook.check()?;
        let WebhookChange { url, secret, events, active } = webhook.clone();
        self.change(
            "insert into webhooks (id, owner, url, secret, events, active, version, created_at, updated_at) \
             values (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?7) on conflict do nothing",
            (id.to_owned(), owner.to_owned(), url, secret, record::text(&events)?, active, now),
        )
        .await
    }

    async fn webhook(&self, id: &str) -> Result<Option<Webhook>, CatalogError> {
        self.one(format!("select {ROW} from webhooks where id = ?1"), [id.to_owned()]).await
    }

    async fn webhooks_of(&self, owner: &str) -> Result<Vec<Webhook>, CatalogError> {
        let sql = format!("select {ROW} from webhooks where owner = ?1 order by created_at desc, id desc limit 100");
        self.all(sql, [owner.to_owned()]).await
    }

    async fn change_webhook(
        &self,
        id: &str,
        version: u64,
        webhook: &WebhookChange,
        now: UnixMillis,
    ) -> Result<Change, CatalogError> {
        webhook.check()?;
        let WebhookChange { url, secret, events, active } = webhook.clone();
        self.versioned(
            "update webhooks set url = ?3, secret = ?4, events = ?5, active = ?6, version = version + 1, \
             updated_at = ?7 where id = ?1 and version = ?2",
            (id.to_owned(), to_i64(version), url, secret, record::text(&events)?, active, now),
            "select 1 from webhooks where id = ?1",
            id.to_owned(),
        )
        .await
    }

    async fn delete_webhook(&self, id: &str) -> Result<bool, CatalogError> {
        self.change("delete from webhooks where id = ?1", [id.to_owned()]).await
    }

    async fn add_delivery(&self, delivery: &NewDelivery, now: UnixMillis) -> Result<bool, CatalogError> {
        let NewDelivery { id, webhook, event, subject } = delivery.clone();
        self.with(move |c| {
            let c = c.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let added = c.execute(
                "insert into deliveries (webhook, id, event, subject, attempt, status, next_attempt_at, created_at) \
                 select id, ?1, ?3, ?4, 0, 'pending', ?5, ?5 from webhooks where id = ?2 on conflict do nothing",
                (&id, &webhook, &event, &subject, now),
            )? > 0;
            if added {
                c.execute(
                    "delete from deliveries where webhook = ?1 and id in (select id from deliveries where webhook = ?1 \
                     order by created_at desc, id desc limit -1 offset ?2)",
                    (&webhook, rows(limits::DELIVERIES)),
                )?;
                c.commit()?;
            }
            Ok(added)
        })
        .await
    }

    async fn begin_attempt(
        &self,
        webhook: &str,
        id: &str,
        number: u32,
        until: UnixMillis,
    ) -> Result<bool, CatalogError> {
        self.change(
            "update deliveries set attempt = ?3, next_attempt_at = ?4 \
             where webhook = ?1 and id = ?2 and attempt = ?3 - 1 and status = 'pending'",
            (webhook.to_owned(), id.to_owned(), number, until),
        )
        .await
    }

    async fn attempted(&self, webhook: &str, id: &str, attempt: &Attempt) -> Result<bool, CatalogError> {
        let Attempt { number, status, next, answer, at } = attempt.clone();
        let next = next.filter(|_| status == DeliveryStatus::Pending);
        self.change(
            "update deliveries set status = ?4, next_attempt_at = ?5, answer = ?6, answered_at = ?7 \
             where webhook = ?1 and id = ?2 and attempt = ?3 and status = 'pending'",
            (webhook.to_owned(), id.to_owned(), number, record::name(status), next, answer, at),
        )
        .await
    }

    async fn deliveries(&self, webhook: &str) -> Result<Vec<Delivery>, CatalogError> {
        let sql = format!("select {DELIVERY} from deliveries where webhook = ?1 order by created_at desc, id desc");
        self.all(sql, [webhook.to_owned()]).await
    }

    async fn due_deliveries(&self, now: UnixMillis, limit: usize) -> Result<Vec<Delivery>, CatalogError> {
        let sql = format!(
            "select {DELIVERY} from deliveries where status = 'pending' and next_attempt_at <= ?1 \
             order by next_attempt_at, id limit ?2"
        );
        self.all(sql, (now, rows(limit))).await
    }
}
