//! `/api/webhooks`: addresses that are told of what happens to the caller's titles.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::{Change, DeliveryStatus, NewDelivery, Webhook, WebhookChange};
use http::request::Parts;
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::refusals::Refusals;
use super::text::{random, random_id};
use crate::access::path_id;
use crate::app::App;
use crate::view::rfc3339;
use crate::{Problem, Session};

/// What a webhook can be told of.
const EVENTS: [&str; 2] = ["media.ready", "media.failed"];

/// Webhooks that one person may have.
const MOST: usize = 20;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(one, change, delete))
        .routes(routes!(deliveries))
        .routes(routes!(test))
}

/// A webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookView {
    id: String,
    /// Where to.
    url: String,
    /// What it is told of.
    events: Vec<String>,
    /// Whether it is told at all.
    active: bool,
    /// Counts changes.
    version: u64,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A webhook that was made.
#[derive(Serialize, ToSchema)]
pub struct AddedWebhook {
    #[serde(flatten)]
    webhook: WebhookView,
    /// The key that messages are signed with as Standard Webhooks has it (`whsec_` and base64), shown this once.
    secret: String,
}

/// The caller's webhooks.
#[derive(Serialize, ToSchema)]
pub struct WebhookList {
    /// Newest first.
    items: Vec<WebhookView>,
}

/// A webhook to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddWebhook {
    /// An `https` address; `http` on this machine alone.
    #[schema(format = "uri")]
    url: String,
    /// What it is told of; everything where it is not given.
    #[schema(value_type = Option<Vec<EventName>>)]
    events: Option<Vec<String>>,
}

/// What a webhook can be told of.
#[derive(ToSchema)]
#[allow(dead_code, reason = "names for the description")]
pub enum EventName {
    /// A title can be watched.
    #[schema(rename = "media.ready")]
    Ready,
    /// A title could not be processed.
    #[schema(rename = "media.failed")]
    Failed,
}

/// What is to be changed of a webhook; what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookPatch {
    #[schema(format = "uri")]
    url: Option<String>,
    #[schema(value_type = Option<Vec<EventName>>)]
    events: Option<Vec<String>>,
    active: Option<bool>,
    /// The version that was read; the change is refused where another was made meanwhile.
    version: Option<u64>,
}

/// What was sent to a webhook.
#[derive(Serialize, ToSchema)]
pub struct DeliveryList {
    /// Newest first, the last hundred.
    items: Vec<DeliveryView>,
}

/// A message on its way.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
    /// The same at every attempt, so that the receiver can tell a repetition.
    id: String,
    /// What it tells of: a name that a webhook can be told of, or `test`.
    event: String,
    /// The title that it is about; empty for `test`.
    subject: String,
    status: DeliveryStatus,
    /// Attempts begun.
    attempt: u32,
    /// When it is tried next, while it is pending: RFC 3339, UTC.
    #[schema(format = DateTime)]
    next_attempt_at: Option<String>,
    /// How the last attempt was answered: an HTTP status, or a word. `timeout`, `unresolved` (no such host), `refused_address`
    /// (an address that is not public), `unreachable`, `tls_failed`, `no_answer`, `address_malformed`; `inactive`,
    /// `title_gone` and `secret_malformed` were not sent any more.
    answer: Option<String>,
    /// When that was: RFC 3339, UTC.
    #[schema(format = DateTime)]
    answered_at: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A webhook of the caller's own.
pub struct OwnWebhook(Webhook);

impl FromRequestParts<Arc<App>> for OwnWebhook {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let session = Session::from_request_parts(parts, app).await?;
        let webhook = app.catalog.webhook(&path_id(parts, app).await?).await?;
        webhook.filter(|webhook| webhook.owner == session.owner()).map(Self).ok_or_else(Problem::not_found)
    }
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            events: webhook.events,
            active: webhook.active,
            version: webhook.version,
            created_at: rfc3339(webhook.created_at),
        }
    }
}

/// The caller's webhooks.
#[utoipa::path(
    get, path = "/api/webhooks", operation_id = "list_webhooks", tag = "webhooks",
    responses((status = 200, body = WebhookList), Refusals)
)]
pub async fn list(State(app): State<Arc<App>>, session: Session) -> Result<Json<WebhookList>, Problem> {
    let webhooks = app.catalog.webhooks_of(session.owner()).await?;
    Ok(Json(WebhookList { items: webhooks.into_iter().map(WebhookView::from).collect() }))
}

/// Has an address told of what happens to the caller's titles.
#[utoipa::path(
    post, path = "/api/webhooks", operation_id = "add_webhook", tag = "webhooks", request_body = AddWebhook,
    responses((status = 201, body = AddedWebhook), Refusals)
)]
pub async fn add(
    State(app): State<Arc<App>>,
    session: Session,
    Body(new): Body<AddWebhook>,
) -> Result<(StatusCode, Json<AddedWebhook>), Problem> {
    if app.catalog.webhooks_of(session.owner()).await?.len() >= MOST {
        return Err(Problem::conflict("too_many", format!("A person may have {MOST} webhooks. Remove one first.")));
    }
    let (id, secret) = (random_id()?, format!("whsec_{}", STANDARD.encode(random::<32>()?)));
    let webhook =
        WebhookChange { url: address(&new.url)?, secret: secret.clone(), events: events(new.events)?, active: true };
    webhook.check()?;
    app.catalog.add_webhook(&id, session.owner(), &webhook, app.now()).await?;
    let webhook = app.catalog.webhook(&id).await?.ok_or_else(Problem::not_found)?;
    Ok((StatusCode::CREATED, Json(AddedWebhook { webhook: webhook.into(), secret })))
}

/// A webhook.
#[utoipa::path(
    get, path = "/api/webhooks/{id}", operation_id = "get_webhook", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 200, body = WebhookView), Refusals)
)]
pub async fn one(OwnWebhook(webhook): OwnWebhook) -> Json<WebhookView> {
    Json(webhook.into())
}

/// Changes address, events, or whether it is told at all.
#[utoipa::path(
    patch, path = "/api/webhooks/{id}", operation_id = "change_webhook", tag = "webhooks", params(("id" = String, Path)),
    request_body = WebhookPatch, responses((status = 200, body = WebhookView), Refusals)
)]
pub async fn change(
    State(app): State<Arc<App>>,
    OwnWebhook(mut webhook): OwnWebhook,
    Body(patch): Body<WebhookPatch>,
) -> Result<Json<WebhookView>, Problem> {
    let url = patch.url.as_deref().map(address).transpose()?;
    let events = patch.events.map(|names| events(Some(names))).transpose()?;
    loop {
        let change = WebhookChange {
            url: url.clone().unwrap_or(webhook.url),
            secret: webhook.secret,
            events: events.clone().unwrap_or(webhook.events),
            active: patch.active.unwrap_or(webhook.active),
        };
        change.check()?;
        let version = patch.version.unwrap_or(webhook.version);
        let changed = app.catalog.change_webhook(&webhook.id, version, &change, app.now()).await?;
        webhook = app.catalog.webhook(&webhook.id).await?.ok_or_else(Problem::not_found)?;
        match changed {
            Change::Made => return Ok(Json(webhook.into())),
            Change::Missing => return Err(Problem::not_found()),
            Change::Stale if patch.version.is_some() => return Err(Problem::stale()),
            Change::Stale => {}
        }
    }
}

/// Removes a webhook and what is remembered of its deliveries.
#[utoipa::path(
    delete, path = "/api/webhooks/{id}", operation_id = "delete_webhook", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 204, description = "It is told of nothing any more."), Refusals)
)]
pub async fn delete(State(app): State<Arc<App>>, OwnWebhook(webhook): OwnWebhook) -> Result<StatusCode, Problem> {
    app.catalog.delete_webhook(&webhook.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was sent to a webhook, and what became of it.
#[utoipa::path(
    get, path = "/api/webhooks/{id}/deliveries", operation_id = "list_deliveries", tag = "webhooks",
    params(("id" = String, Path)), responses((status = 200, body = DeliveryList), Refusals)
)]
pub async fn deliveries(
    State(app): State<Arc<App>>,
    OwnWebhook(webhook): OwnWebhook,
) -> Result<Json<DeliveryList>, Problem> {
    let items = app.catalog.deliveries(&webhook.id).await?.into_iter().map(|delivery| DeliveryView {
        id: delivery.id,
        event: delivery.event,
        subject: delivery.subject,
        status: delivery.status,
        attempt: delivery.attempt,
        next_attempt_at: delivery.next_attempt_at.map(rfc3339),
        answer: delivery.answer,
        answered_at: delivery.answered_at.map(rfc3339),
        created_at: rfc3339(delivery.created_at),
    });
    Ok(Json(DeliveryList { items: items.collect() }))
}

/// Sends a webhook a message about nothing, to see whether it arrives.
#[utoipa::path(
    post, path = "/api/webhooks/{id}/test", operation_id = "test_webhook", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 202, description = "It is on its way; the deliveries say what becomes of it."), Refusals)
)]
pub async fn test(State(app): State<Arc<App>>, OwnWebhook(webhook): OwnWebhook) -> Result<StatusCode, Problem> {
    let delivery =
        NewDelivery { id: random_id()?, webhook: webhook.id, event: "test".to_owned(), subject: String::new() };
    app.catalog.add_delivery(&delivery, app.now()).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Messages say who watches what: they go over TLS, but for a receiver on the same machine.
fn address(url: &str) -> Result<String, Problem> {
    let parsed = url.parse::<Uri>().ok();
    let good = parsed.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.authority()?))).is_some_and(
        |(scheme, authority)| {
            let here = matches!(authority.host(), "localhost" | "127.0.0.1" | "[::1]");
            !authority.as_str().contains('@') && (scheme == "https" || (scheme == "http" && here))
        },
    );
    if good {
        return Ok(url.to_owned());
    }
    let detail = "url must be an https address without a user name, such as https://example.com/hook.";
    Err(Problem::invalid("url", "not_an_address", detail))
}

fn events(names: Option<Vec<String>>) -> Result<Vec<String>, Problem> {
    let Some(mut names) = names else { return Ok(EVENTS.map(str::to_owned).to_vec()) };
    names.sort();
    names.dedup();
    if names.is_empty() || !names.iter().all(|name| EVENTS.contains(&name.as_str())) {
        let detail = format!("events must be some of {}.", EVENTS.join(" and "));
        return Err(Problem::invalid("events", "not_a_choice", detail));
    }
    Ok(names)
}
