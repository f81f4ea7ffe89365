//! What processing finds out about what is stored.

use catalog::{Amount, Month};

use crate::{ProcessError, Services, now};

/// Counts so much as stored, whatever the quota: it is there already, and the next upload is what a quota stops.
pub async fn stored(services: &Services, owner: &str, amount: Amount) -> Result<(), ProcessError> {
    let any = Amount { bytes: Amount::MOST, minutes: Amount::MOST };
    if !services.catalog.reserve(owner, &Month::of(now()), amount, any).await? {
        tracing::error!(owner, ?amount, "what is stored cannot be counted: the numbers are as large as they get");
    }
    Ok(())
}
