use async_trait::async_trait;

use super::DynamoCatalog;
use super::expression::{Condition, Update};
use super::item::{n, row, s};
use super::keys::{Key, Room};
use super::schema::{self, Type};
use super::write::Action;
use crate::usage::{MonthChange, running};
use crate::{Amount, CatalogError, Month, Usage, UsageStore};

#[async_trait]
impl UsageStore for DynamoCatalog {
    async fn reserve(&self, person: &str, month: &Month, amount: Amount, quota: Amount) -> Result<bool, CatalogError> {
        amount.check("amount")?;
        quota.check("quota")?;
        // A condition cannot add; it compares what is stored with the room that this amount would leave.
        let room = (quota.bytes.checked_sub(amount.bytes), quota.minutes.checked_sub(amount.minutes));
        let (Some(bytes), Some(minutes)) = room else { return Ok(false) };
        let condition = Condition::new(
            "attribute_not_exists(#pk) OR (#bytes <= :room_bytes AND #minutes <= :room_minutes)",
            [(":room_bytes", n(bytes)), (":room_minutes", n(minutes))],
        );
        self.store(person, month, condition, amount, "").await
    }

    async fn release(&self, person: &str, month: &Month, amount: Amount) -> Result<bool, CatalogError> {
        amount.check("amount")?;
        let condition = Condition::new(
            "#bytes >= :least_bytes AND #minutes >= :least_minutes",
            [(":least_bytes", n(amount.bytes)), (":least_minutes", n(amount.minutes))],
        );
        self.store(person, month, condition, amount, "-").await
    }

    async fn count(&self, person: &str, month: &Month, uploads: u64, plays: u64) -> Result<(), CatalogError> {
        let update = counter(Condition::default()).add("uploads", uploads).add("plays", plays);
        self.update(&Key::month(person, month), &update).await?;
        Ok(())
    }

    async fn stored(&self, person: &str) -> Result<Amount, CatalogError> {
        Ok(self.get(&Key::stored(person)).await?.unwrap_or_default())
    }

    async fn usage_of(&self, person: &str) -> Result<Vec<Usage>, CatalogError> {
        let mut months = Vec::new();
        for item in self.partition(Room::Usage, &Key::stored(person).pk, "month#").await? {
            let name = item.get("sk").and_then(|sk| sk.as_s().ok()?.strip_prefix("month#")).unwrap_or_default();
            let month = Month::try_from(name.to_owned()).map_err(|message| CatalogError::Row {
                id: format!("usage of {person}"),
                field: "sk".to_owned(),
                message,
            })?;
            months.push((month, row::<MonthChange>(item)?));
        }
        Ok(running(person, months))
    }
}

impl DynamoCatalog {
    /// Adds to what is stored (or takes from it, with sign `-`), and to its month, where the condition holds.
    async fn store(
        &self,
        person: &str,
        month: &Month,
        condition: Condition,
        amount: Amount,
        sign: &str,
    ) -> Result<bool, CatalogError> {
        let add = |update: Update| {
            update.add("bytes", format!("{sign}{}", amount.bytes)).add("minutes", format!("{sign}{}", amount.minutes))
        };
        let stored = Action::Update(Key::stored(person), add(counter(condition)));
        let month = Action::Update(Key::month(person, month), add(counter(Condition::default())));
        self.transact(&[stored, month]).await
    }
}

fn counter(condition: Condition) -> Update {
    Update::when(condition).set("type", s(Type::Usage.name())).set("schema", n(schema::NEWEST))
}
