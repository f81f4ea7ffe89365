use async_trait::async_trait;

use super::SqliteCatalog;
use super::connection::{rows, to_i64};
use crate::page::{Position, page};
use crate::{CatalogError, Licence, LicenceStore, NewLicence, Page, UnixMillis};

/// A row as JSON.
pub(super) const ROW: &str = "json_object('key', key, 'plan', plan, \
    'quota', json_object('bytes', quota_bytes, 'minutes', quota_minutes), 'expires_at', expires_at, 'person', person, \
    'revoked_at', revoked_at, 'issued_by', issued_by, 'created_at', created_at, 'updated_at', updated_at)";

#[async_trait]
impl LicenceStore for SqliteCatalog {
    async fn issue_licence(&self, licence: &NewLicence, now: UnixMillis) -> Result<bool, CatalogError> {
        licence.check()?;
        let NewLicence { key, plan, quota, expires_at, issued_by } = licence.clone();
        self.change(
            "insert into licences (key, plan, quota_bytes, quota_minutes, expires_at, issued_by, created_at, updated_at) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) on conflict do nothing",
            (key, plan, to_i64(quota.bytes), to_i64(quota.minutes), expires_at, issued_by, now),
        )
        .await
    }

    async fn licence(&self, key: &str) -> Result<Option<Licence>, CatalogError> {
        self.one(format!("select {ROW} from licences where key = ?1"), [key.to_owned()]).await
    }

    async fn licences(&self, cursor: Option<&str>, limit: usize) -> Result<Page<Licence>, CatalogError> {
        let from = Position::parse(cursor);
        let sql = format!(
            "select {ROW} from licences where (created_at, key) < (?1, ?2) order by created_at desc, key desc limit ?3"
        );
        let items = self.all(sql, (from.created_at, from.id, rows(limit.saturating_add(1)))).await?;
        Ok(page(items, limit, |l: &Licence| Position { created_at: l.created_at, id: l.key.clone() }))
    }

    async fn licences_of(&self, person: &str) -> Result<Vec<Licence>, CatalogError> {
        let sql = format!("select {ROW} from licences where person = ?1 order by created_at desc, key desc limit 100");
        self.all(sql, [person.to_owned()]).await
    }

    async fn assign_licence(&self, key: &str, person: &str, now: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "update licences set person = ?2, updated_at = ?3 where key = ?1 and person is null \
             and revoked_at is null and (expires_at is null or expires_at > ?3)",
            (key.to_owned(), person.to_owned(), now),
        )
        .await
    }

    async fn release_licence(&self, key: &str, person: &str, now: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "update licences set person = null, updated_at = ?3 where key = ?1 and person = ?2",
            (key.to_owned(), person.to_owned(), now),
        )
        .await
    }

    async fn revoke_licence(&self, key: &str, now: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "update licences set revoked_at = ?2, updated_at = ?2 where key = ?1 and revoked_at is null",
            (key.to_owned(), now),
        )
        .await
    }
}
