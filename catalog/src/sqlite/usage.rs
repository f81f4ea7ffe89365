use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Transaction};

use super::SqliteCatalog;
use super::connection::to_i64;
use crate::usage::{MonthChange, running};
use crate::{Amount, CatalogError, Month, Usage, UsageStore};

#[async_trait]
impl UsageStore for SqliteCatalog {
    async fn reserve(&self, person: &str, month: &Month, amount: Amount, quota: Amount) -> Result<bool, CatalogError> {
        amount.check("amount")?;
        quota.check("quota")?;
        let (person, month) = (person.to_owned(), month.clone());
        self.with(move |c| {
            let c = c.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            c.execute(
                "insert into stored (person, bytes, minutes) values (?1, 0, 0) on conflict do nothing",
                [&person],
            )?;
            let (bytes, minutes) = (to_i64(amount.bytes), to_i64(amount.minutes));
            let fits = c.execute(
                "update stored set bytes = bytes + ?2, minutes = minutes + ?3 \
                 where person = ?1 and bytes + ?2 <= ?4 and minutes + ?3 <= ?5",
                (&person, bytes, minutes, to_i64(quota.bytes), to_i64(quota.minutes)),
            )? > 0;
            if fits {
                add(&c, &person, &month, MonthChange { bytes, minutes, ..MonthChange::default() })?;
                c.commit()?;
            }
            Ok(fits)
        })
        .await
    }

    async fn release(&self, person: &str, month: &Month, amount: Amount) -> Result<bool, CatalogError> {
        amount.check("amount")?;
        let (person, month) = (person.to_owned(), month.clone());
        self.with(move |c| {
            let c = c.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let (bytes, minutes) = (to_i64(amount.bytes), to_i64(amount.minutes));
            let there = c.execute(
                "update stored set bytes = bytes - ?2, minutes = minutes - ?3 \
                 where person = ?1 and bytes >= ?2 and minutes >= ?3",
                (&person, bytes, minutes),
            )? > 0;
            if there {
                let change = MonthChange { bytes: -bytes, minutes: -minutes, ..MonthChange::default() };
                add(&c, &person, &month, change)?;
                c.commit()?;
            }
            Ok(there)
        })
        .await
    }

    async fn count(&self, person: &str, month: &Month, uploads: u64, plays: u64) -> Result<(), CatalogError> {
        let (person, month) = (person.to_owned(), month.clone());
        self.with(move |c| {
            let c = c.transaction()?;
            add(&c, &person, &month, MonthChange { uploads, plays, ..MonthChange::default() })?;
            Ok(c.commit()?)
        })
        .await
    }

    async fn stored(&self, person: &str) -> Result<Amount, CatalogError> {
        let person = person.to_owned();
        self.with(move |c| {
            let sql = "select bytes, minutes from stored where person = ?1";
            let found: Option<(i64, i64)> =
                c.prepare_cached(sql)?.query_row([person], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let (bytes, minutes) = found.unwrap_or_default();
            Ok(Amount { bytes: bytes.unsigned_abs(), minutes: minutes.unsigned_abs() })
        })
        .await
    }

    async fn usage_of(&self, person: &str) -> Result<Vec<Usage>, CatalogError> {
        let person = person.to_owned();
        self.with(move |c| months(c, &person)).await
    }
}

fn add(c: &Transaction<'_>, person: &str, month: &Month, change: MonthChange) -> rusqlite::Result<()> {
    c.execute(
        "insert into usage (person, month, bytes, minutes, uploads, plays) values (?1, ?2, ?3, ?4, ?5, ?6) \
         on conflict do update set bytes = bytes + ?3, minutes = minutes + ?4, uploads = uploads + ?5, plays = plays + ?6",
        (person, month.as_str(), change.bytes, change.minutes, to_i64(change.uploads), to_i64(change.plays)),
    )?;
    Ok(())
}

pub(super) fn months(c: &Connection, person: &str) -> Result<Vec<Usage>, CatalogError> {
    let row = "json_array(month, json_object('bytes', bytes, 'minutes', minutes, 'uploads', uploads, 'plays', plays))";
    let sql = format!("select {row} from usage where person = ?1 order by month");
    Ok(running(person, super::connection::all::<(Month, MonthChange)>(c, &sql, [person])?))
}
