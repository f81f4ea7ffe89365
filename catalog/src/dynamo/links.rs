use async_trait::async_trait;

use super::DynamoCatalog;
use super::expression::{Condition, Update};
use super::item::{item, n, row, s};
use super::keys::{Key, Room, sorted};
use super::list::Listing;
use super::media::row_of;
use super::schema::Type;
use super::write::Written;
use crate::page::Position;
use crate::{CatalogError, Link, LinkId, LinkRefusal, LinkStore, NewLink, Opening, Page, UnixMillis};

#[async_trait]
impl LinkStore for DynamoCatalog {
    async fn add_link(&self, link: &NewLink, now: UnixMillis) -> Result<bool, CatalogError> {
        link.check()?;
        let NewLink { id, target, owner, expires_at, view_limit, passphrase_hash } = link.clone();
        let key = Key::link(id.as_str());
        let found_by = [("list", s(format!("links|{owner}"))), ("sorted", s(sorted(now, id.as_str())))];
        let row = Link {
            id,
            target,
            owner,
            expires_at,
            view_limit,
            views: 0,
            passphrase_hash,
            revoked_at: None,
            created_at: now,
        };
        Ok(self.put(&key, &item(&key, Type::Link, &row, found_by)?, &Condition::absent()).await?.made())
    }

    async fn link(&self, id: &LinkId) -> Result<Option<Link>, CatalogError> {
        self.get(&Key::link(id.as_str())).await
    }

    async fn links_of(&self, owner: &str, cursor: Option<&str>, limit: usize) -> Result<Page<Link>, CatalogError> {
        let listing = Listing::new(Room::Media, vec![format!("links|{owner}")], cursor, limit);
        let place = |link: &Link| Position { created_at: link.created_at, id: link.id.as_str().to_owned() };
        self.page(listing, limit, place, |link: &Link| link.owner == owner).await
    }

    async fn open_link(&self, id: &LinkId, now: UnixMillis) -> Result<Opening, CatalogError> {
        let condition = Condition::new(
            "#expires_at > :now AND attribute_not_exists(#revoked_at) \
             AND (attribute_not_exists(#view_limit) OR #views < #view_limit)",
            [(":now", n(now))],
        );
        let update = Update::when(condition).add("views", 1);
        Ok(match self.update(&Key::link(id.as_str()), &update).await? {
            Written::Made(item) => Opening::Opened(row(item)?),
            Written::Refused(there) => {
                let link: Option<Link> = row_of(there.unwrap_or_default())?;
                Opening::Refused(LinkRefusal::of(link.as_ref(), now))
            }
        })
    }

    async fn revoke_link(&self, id: &LinkId, owner: &str, now: UnixMillis) -> Result<bool, CatalogError> {
        let condition =
            Condition::new("#owner = :theirs AND attribute_not_exists(#revoked_at)", [(":theirs", s(owner))]);
        let update = Update::when(condition).set("revoked_at", n(now));
        Ok(self.update(&Key::link(id.as_str()), &update).await?.made())
    }
}
