//! What a schedule does on AWS each minute, at once: deliveries to webhooks are sent when their time has come.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::delivery::{Delivery, longer, now};
use super::payload::due_event;
use crate::runtime::InvokeError;

/// How often it is looked whether something is due.
const EVERY: Duration = Duration::from_secs(1);

/// Looks, and calls the notify function where something is due, until everything is stopped.
pub(super) async fn run(delivery: Arc<Delivery>, stop: CancellationToken) {
    let mut pause = EVERY;
    while stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
        match stop.run_until_cancelled(send(&delivery)).await {
            None | Some(Err(None)) => return,
            Some(Ok(())) => pause = EVERY,
            Some(Err(Some(failure))) => {
                tracing::warn!("events: what is due to webhooks cannot be sent: {failure}");
                pause = longer(pause);
            }
        }
    }
}

/// `Err(None)`: everything is being stopped.
async fn send(delivery: &Delivery) -> Result<(), Option<String>> {
    let due = delivery.config.catalog.due_deliveries(now(), 1).await.map_err(|e| Some(e.to_string()))?;
    if due.is_empty() {
        return Ok(());
    }
    match delivery.config.notify.invoke(due_event()).await {
        Ok(_) => Ok(()),
        Err(InvokeError::Stopped) => Err(None),
        Err(e) => Err(Some(e.to_string())),
    }
}
