use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::DynamoCatalog;
use super::expression::{Condition, Update};
use super::item::{item, n, s, ttl};
use super::keys::Key;
use super::media::row_of;
use super::schema::Type;
use super::write::Written;
use crate::once::check_key;
use crate::{Answer, CatalogError, Once, OnceStore, REMEMBERED_MS, UNDER_WAY_MS, UnixMillis};

/// A request.
#[derive(Serialize, Deserialize)]
struct Request {
    begun_at: UnixMillis,
    /// None while it is under way.
    status: Option<u16>,
    body: Option<String>,
}

#[async_trait]
impl OnceStore for DynamoCatalog {
    async fn begin_once(&self, person: &str, key: &str, now: UnixMillis) -> Result<Once, CatalogError> {
        check_key(key)?;
        let place = Key::once(person, key);
        let request = Request { begun_at: now, status: None, body: None };
        let end = ttl(now.saturating_add(REMEMBERED_MS));
        let item = item(&place, Type::Once, &request, [("ttl", end)])?;
        let condition = Condition::new(
            "attribute_not_exists(#pk) OR #begun_at <= :forgotten \
             OR (attribute_not_exists(#status) AND #begun_at <= :given_up)",
            [(":forgotten", n(now.saturating_sub(REMEMBERED_MS))), (":given_up", n(now.saturating_sub(UNDER_WAY_MS)))],
        );
        Ok(match self.put(&place, &item, &condition).await? {
            Written::Made(_) => Once::Begun,
            Written::Refused(there) => match row_of(there.unwrap_or_default())? {
                Some(Request { status: Some(status), body, .. }) => {
                    Once::Answered(Answer { status, body: body.unwrap_or_default() })
                }
                _ => Once::UnderWay,
            },
        })
    }

    async fn answer_once(
        &self,
        person: &str,
        key: &str,
        begun: UnixMillis,
        answer: &Answer,
    ) -> Result<bool, CatalogError> {
        answer.check()?;
        let update = Update::when(still(begun)).set("status", n(answer.status)).set("body", s(&answer.body));
        Ok(self.update(&Key::once(person, key), &update).await?.made())
    }

    async fn abandon_once(&self, person: &str, key: &str, begun: UnixMillis) -> Result<bool, CatalogError> {
        self.remove(&Key::once(person, key), &still(begun)).await
    }

    async fn sweep_once(&self, _now: UnixMillis) -> Result<u64, CatalogError> {
        Ok(0)
    }
}

/// The request that was begun at that moment, and not answered.
fn still(begun: UnixMillis) -> Condition {
    Condition::new("#begun_at = :begun AND attribute_not_exists(#status)", [(":begun", n(begun))])
}
