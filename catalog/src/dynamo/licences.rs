use async_trait::async_trait;

use super::DynamoCatalog;
use super::expression::{Condition, Update};
use super::item::{item, n, s};
use super::keys::{Key, Room, behind, position, sorted};
use super::read::{ALL, Order, Stretch};
use super::schema::Type;
use crate::page::{Position, page};
use crate::{CatalogError, Licence, LicenceStore, NewLicence, Page, UnixMillis};

/// The name in index `work` of all licences.
const LICENCES: &str = "licences";

#[async_trait]
impl LicenceStore for DynamoCatalog {
    async fn issue_licence(&self, licence: &NewLicence, now: UnixMillis) -> Result<bool, CatalogError> {
        licence.check()?;
        let NewLicence { key, plan, quota, expires_at, issued_by } = licence.clone();
        let place = Key::licence(&key);
        let due = sorted(now, &key);
        let row = Licence {
            key,
            plan,
            quota,
            expires_at,
            person: None,
            revoked_at: None,
            issued_by,
            created_at: now,
            updated_at: now,
        };
        let item = item(&place, Type::Licence, &row, [("work", s(LICENCES)), ("due", s(due))])?;
        Ok(self.put(&place, &item, &Condition::absent()).await?.made())
    }

    async fn licence(&self, key: &str) -> Result<Option<Licence>, CatalogError> {
        self.get(&Key::licence(key)).await
    }

    async fn licences(&self, cursor: Option<&str>, limit: usize) -> Result<Page<Licence>, CatalogError> {
        let below = behind(&Position::parse(cursor));
        let stretch =
            Stretch { room: Room::Licences, index: "work", name: LICENCES, below: &below, order: Order::NewestFirst };
        let found = page(self.stretch(&stretch, limit.saturating_add(1)).await?, limit, |(due, _)| {
            position(due).unwrap_or(Position { created_at: UnixMillis::MIN, id: String::new() })
        });
        let keys: Vec<Key> = found.items.into_iter().map(|(_, key)| key).collect();
        Ok(Page { items: self.rows(&keys).await?, next: found.next })
    }

    async fn licences_of(&self, person: &str) -> Result<Vec<Licence>, CatalogError> {
        let name = format!("licences|{person}");
        let stretch =
            Stretch { room: Room::Licences, index: "listing", name: &name, below: ALL, order: Order::NewestFirst };
        let mut licences: Vec<Licence> = self.listed(&stretch, 100).await?;
        licences.retain(|licence| licence.person.as_deref() == Some(person));
        Ok(licences)
    }

    async fn assign_licence(&self, key: &str, person: &str, now: UnixMillis) -> Result<bool, CatalogError> {
        let Some(licence) = self.licence(key).await? else { return Ok(false) };
        let condition = Condition::new(
            "attribute_exists(#pk) AND attribute_not_exists(#person) AND attribute_not_exists(#revoked_at) \
             AND (attribute_not_exists(#expires_at) OR #expires_at > :now)",
            [(":now", n(now))],
        );
        let update = Update::when(condition)
            .set("person", s(person))
            .set("list", s(format!("licences|{person}")))
            .set("sorted", s(sorted(licence.created_at, key)))
            .set("updated_at", n(now));
        Ok(self.update(&Key::licence(key), &update).await?.made())
    }

    async fn release_licence(&self, key: &str, person: &str, now: UnixMillis) -> Result<bool, CatalogError> {
        let condition = Condition::new("#person = :holder", [(":holder", s(person))]);
        let update = Update::when(condition).remove("person").remove("list").remove("sorted").set("updated_at", n(now));
        Ok(self.update(&Key::licence(key), &update).await?.made())
    }

    async fn revoke_licence(&self, key: &str, now: UnixMillis) -> Result<bool, CatalogError> {
        let condition = Condition::new("attribute_exists(#pk) AND attribute_not_exists(#revoked_at)", []);
        let update = Update::when(condition).set("revoked_at", n(now)).set("updated_at", n(now));
        Ok(self.update(&Key::licence(key), &update).await?.made())
    }
}
