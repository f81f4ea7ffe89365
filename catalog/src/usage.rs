//! Usage: what people store and play, counted.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{CatalogError, UnixMillis};

/// A month of the calendar, `2026-11`, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$"))]
#[serde(try_from = "String", into = "String")]
pub struct Month(String);

impl Month {
    /// The month of a moment; one outside of years 0 to 9999 is taken for the epoch.
    pub fn of(at: UnixMillis) -> Self {
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000);
        let at = at.ok().filter(|at| at.year() >= 0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        Self(format!("{:04}-{:02}", at.year(), u8::from(at.month())))
    }

    /// `2026-11`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Month {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let shaped = text.len() == 7
            && text.bytes().enumerate().all(|(n, b)| if n == 4 { b == b'-' } else { b.is_ascii_digit() });
        match text.get(5..).filter(|_| shaped).map(|month| ("01"..="12").contains(&month)) {
            Some(true) => Ok(Self(text)),
            _ => Err(format!("a month is written 2026-11, not {text:?}")),
        }
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.0
    }
}

/// So much stored, or allowed to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Amount {
    /// Bytes of originals.
    pub bytes: u64,
    /// Minutes of film, begun ones whole.
    pub minutes: u64,
}

impl Amount {
    /// More than any store here holds; a sum of some of them is still a number of SQLite's.
    pub const MOST: u64 = 1 << 60;

    /// # Errors
    /// [`CatalogError::Invalid`] where it is more than [`Amount::MOST`].
    pub fn check(self, field: &'static str) -> Result<(), CatalogError> {
        if self.bytes <= Self::MOST && self.minutes <= Self::MOST {
            return Ok(());
        }
        Err(CatalogError::Invalid { field, message: format!("expected at most {} of bytes and minutes", Self::MOST) })
    }
}

/// What a person used in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The `sub`.
    pub person: String,
    /// The month.
    pub month: Month,
    /// What was stored at its end, or is now: what was added in it and before, less what was deleted.
    pub stored: Amount,
    /// Uploads completed in it.
    pub uploads: u64,
    /// Plays begun in it.
    pub plays: u64,
}

/// What a month changed: what is stored is the sum of these. What was never added to is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MonthChange {
    pub bytes: i64,
    pub minutes: i64,
    pub uploads: u64,
    pub plays: u64,
}

/// Usage by month out of what each month changed, in order of months.
pub(crate) fn running(person: &str, changes: impl IntoIterator<Item = (Month, MonthChange)>) -> Vec<Usage> {
    let (mut bytes, mut minutes) = (0_i64, 0_i64);
    let mut months = Vec::new();
    for (month, change) in changes {
        bytes = bytes.saturating_add(change.bytes);
        minutes = minutes.saturating_add(change.minutes);
        // What is deleted before it is counted, in another month's record, never shows as less than nothing.
        let stored = Amount { bytes: bytes.max(0).unsigned_abs(), minutes: minutes.max(0).unsigned_abs() };
        let (uploads, plays) = (change.uploads, change.plays);
        months.push(Usage { person: person.to_owned(), month, stored, uploads, plays });
    }
    months
}

/// Usage. Additions are atomic: two at once are both counted.
#[async_trait]
pub trait UsageStore: Send + Sync {
    /// Counts that much as stored, unless more than `quota` would be stored then. `false`: it would, nothing is counted.
    async fn reserve(&self, person: &str, month: &Month, amount: Amount, quota: Amount) -> Result<bool, CatalogError>;

    /// Counts that much as not stored any more. `false`: so much is not stored, nothing is counted.
    async fn release(&self, person: &str, month: &Month, amount: Amount) -> Result<bool, CatalogError>;

    /// Adds uploads and plays to a month.
    async fn count(&self, person: &str, month: &Month, uploads: u64, plays: u64) -> Result<(), CatalogError>;

    /// What is stored now.
    async fn stored(&self, person: &str) -> Result<Amount, CatalogError>;

    /// Every month in which something was counted, oldest first.
    async fn usage_of(&self, person: &str) -> Result<Vec<Usage>, CatalogError>;
}

#[cfg(test)]
mod tests {
    use super::Month;

    #[test]
    fn months_end_at_midnight_utc() {
        for (at, month) in
            [(0, "1970-01"), (1_772_323_199_999, "2026-02"), (1_772_323_200_000, "2026-03"), (i64::MIN, "1970-01")]
        {
            assert_eq!(Month::of(at).as_str(), month);
        }
    }
}
