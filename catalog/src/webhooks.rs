//! Webhooks: who is told of what happens, and whether they were.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::limits::{self, at_most};
use crate::{CatalogError, Change, UnixMillis};

/// An address that is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// The owner's `sub`.
    pub owner: String,
    /// Where to.
    pub url: String,
    /// What messages are signed with, in the caller's own form.
    pub secret: String,
    /// Names of the events that it is told of.
    pub events: Vec<String>,
    /// Whether it is told at all.
    pub active: bool,
    /// Counts changes, from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
}

impl Webhook {
    pub(crate) fn without_secret(self) -> Self {
        Self { secret: String::new(), ..self }
    }
}

/// What is written of a webhook: all of it, each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookChange {
    /// At most [`limits::ADDRESS`] bytes.
    pub url: String,
    /// At most [`limits::ADDRESS`] bytes.
    pub secret: String,
    /// At most [`limits::WEBHOOK_EVENTS`].
    pub events: Vec<String>,
    /// Whether it is told at all.
    pub active: bool,
}

impl WebhookChange {
    /// # Errors
    /// [`CatalogError::Invalid`] names the first field out of bounds.
    pub fn check(&self) -> Result<(), CatalogError> {
        limits::present("url", &self.url)?;
        at_most("url", self.url.len(), limits::ADDRESS, "bytes")?;
        at_most("secret", self.secret.len(), limits::ADDRESS, "bytes")?;
        at_most("events", self.events.len(), limits::WEBHOOK_EVENTS, "events")
    }
}

/// Where a delivery is on its way. It only moves forward; the last two are ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// To be tried, or tried again.
    Pending,
    /// The address took it.
    Delivered,
    /// Given up.
    Failed,
}

/// An event that a webhook is to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id, the same at every attempt.
    pub id: String,
    /// The webhook's id.
    pub webhook: String,
    /// The event's name.
    pub event: String,
    /// What it is about, a title's id; empty where it is about nothing.
    pub subject: String,
}

/// An event on its way to a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id, the same at every attempt.
    pub id: String,
    /// The webhook's id.
    pub webhook: String,
    /// The event's name.
    pub event: String,
    /// What it is about, a title's id, from which the message is made anew at each attempt; empty where it is about nothing.
    pub subject: String,
    /// Attempts begun.
    pub attempt: u32,
    /// Where it is on its way.
    pub status: DeliveryStatus,
    /// When it is to be tried, while it is pending.
    pub next_attempt_at: Option<UnixMillis>,
    /// How the last attempt was answered: an HTTP status, or a word such as `timeout`.
    pub answer: Option<String>,
    /// When that was.
    pub answered_at: Option<UnixMillis>,
    /// When it was made.
    pub created_at: UnixMillis,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Which it was, from 1.
    pub number: u32,
    /// Delivered, given up, or (`Pending`) to be tried again.
    pub status: DeliveryStatus,
    /// When it is tried again, where it is.
    pub next: Option<UnixMillis>,
    /// An HTTP status, or a word such as `timeout`.
    pub answer: String,
    /// When it ended.
    pub at: UnixMillis,
}

/// Webhooks and their deliveries.
#[async_trait]
pub trait WebhookStore: Send + Sync {
    /// Makes a webhook. `false`: one of that id is there, and stays as it is.
    async fn add_webhook(
        &self,
        id: &str,
        owner: &str,
        webhook: &WebhookChange,
        now: UnixMillis,
    ) -> Result<bool, CatalogError>;

    /// The webhook of that id.
    async fn webhook(&self, id: &str) -> Result<Option<Webhook>, CatalogError>;

    /// One owner's webhooks, newest first; at most 100.
    async fn webhooks_of(&self, owner: &str) -> Result<Vec<Webhook>, CatalogError>;

    /// Changes a webhook, where `version` is still its own.
    async fn change_webhook(
        &self,
        id: &str,
        version: u64,
        webhook: &WebhookChange,
        now: UnixMillis,
    ) -> Result<Change, CatalogError>;

    /// Removes a webhook and what is remembered of its deliveries. `false`: there is none.
    async fn delete_webhook(&self, id: &str) -> Result<bool, CatalogError>;

    /// Adds a delivery, pending, to be tried at once; of each webhook the newest [`limits::DELIVERIES`] are remembered.
    /// `false`: one of that id is there, and stays as it is.
    async fn add_delivery(&self, delivery: &NewDelivery, now: UnixMillis) -> Result<bool, CatalogError>;

    /// Takes attempt `number` upon the caller; should it never say how that ended, the delivery is due again at `until`.
    /// `false`: another was first with that attempt, or the delivery has ended, or is not there.
    async fn begin_attempt(
        &self,
        webhook: &str,
        id: &str,
        number: u32,
        until: UnixMillis,
    ) -> Result<bool, CatalogError>;

    /// Says how an attempt ended. `false`: a later one has begun, or the delivery has ended, or is not there.
    async fn attempted(&self, webhook: &str, id: &str, attempt: &Attempt) -> Result<bool, CatalogError>;

    /// Deliveries of a webhook, newest first.
    async fn deliveries(&self, webhook: &str) -> Result<Vec<Delivery>, CatalogError>;

    /// At most `limit` pending deliveries whose time has come at `now`, the longest due first.
    async fn due_deliveries(&self, now: UnixMillis, limit: usize) -> Result<Vec<Delivery>, CatalogError>;
}
