use async_trait::async_trait;
use rusqlite::OptionalExtension as _;

use super::SqliteCatalog;
use crate::once::check_key;
use crate::{Answer, CatalogError, Once, OnceStore, REMEMBERED_MS, UNDER_WAY_MS, UnixMillis};

#[async_trait]
impl OnceStore for SqliteCatalog {
    async fn begin_once(&self, person: &str, key: &str, now: UnixMillis) -> Result<Once, CatalogError> {
        check_key(key)?;
        let (person, key) = (person.to_owned(), key.to_owned());
        self.with(move |c| {
            let c = c.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let begun = c.execute(
                "insert into once (person, key, begun_at) values (?1, ?2, ?3) \
                 on conflict do update set begun_at = ?3, status = null, body = null \
                 where begun_at <= iif(status is null, ?4, ?5)",
                (&person, &key, now, now.saturating_sub(UNDER_WAY_MS), now.saturating_sub(REMEMBERED_MS)),
            )? > 0;
            let known: Option<(Option<u16>, Option<String>)> = c
                .query_row("select status, body from once where person = ?1 and key = ?2", (&person, &key), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            c.commit()?;
            Ok(match known {
                _ if begun => Once::Begun,
                Some((Some(status), body)) => Once::Answered(Answer { status, body: body.unwrap_or_default() }),
                _ => Once::UnderWay,
            })
        })
        .await
    }

    async fn answer_once(
        &self,
        person: &str,
        key: &str,
        begun: UnixMillis,
        answer: &Answer,
    ) -> Result<bool, CatalogError> {
        answer.check()?;
        self.change(
            "update once set status = ?4, body = ?5 where person = ?1 and key = ?2 and begun_at = ?3 and status is null",
            (person.to_owned(), key.to_owned(), begun, answer.status, answer.body.clone()),
        )
        .await
    }

    async fn abandon_once(&self, person: &str, key: &str, begun: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "delete from once where person = ?1 and key = ?2 and begun_at = ?3 and status is null",
            (person.to_owned(), key.to_owned(), begun),
        )
        .await
    }

    async fn sweep_once(&self, now: UnixMillis) -> Result<u64, CatalogError> {
        self.with(move |c| {
            let sql = "delete from once where begun_at <= ?1";
            Ok(c.execute(sql, [now.saturating_sub(REMEMBERED_MS)])? as u64)
        })
        .await
    }
}
