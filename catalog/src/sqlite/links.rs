use async_trait::async_trait;

use super::SqliteCatalog;
use super::connection::{one, rows, to_i64};
use crate::page::{Position, page};
use crate::{CatalogError, Link, LinkId, LinkRefusal, LinkStore, NewLink, Opening, Page, UnixMillis, record};

/// A row as JSON.
pub(super) const ROW: &str = "json_object('id', id, 'target', json(target), 'owner', owner, 'expires_at', expires_at, \
    'view_limit', view_limit, 'views', views, 'passphrase_hash', passphrase_hash, 'revoked_at', revoked_at, \
    'created_at', created_at)";

#[async_trait]
impl LinkStore for SqliteCatalog {
    async fn add_link(&self, link: &NewLink, now: UnixMillis) -> Result<bool, CatalogError> {
        link.check()?;
        let NewLink { id, target, owner, expires_at, view_limit, passphrase_hash } = link.clone();
        self.change(
            "insert into links (id, target, owner, expires_at, view_limit, views, passphrase_hash, created_at) \
             values (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7) on conflict do nothing",
            (
                id.as_str().to_owned(),
                record::text(&target)?,
                owner,
                expires_at,
                view_limit.map(to_i64),
                passphrase_hash,
                now,
            ),
        )
        .await
    }

    async fn link(&self, id: &LinkId) -> Result<Option<Link>, CatalogError> {
        self.one(format!("select {ROW} from links where id = ?1"), [id.as_str().to_owned()]).await
    }

    async fn links_of(&self, owner: &str, cursor: Option<&str>, limit: usize) -> Result<Page<Link>, CatalogError> {
        let from = Position::parse(cursor);
        let sql = format!(
            "select {ROW} from links where owner = ?1 and (created_at, id) < (?2, ?3) \
             order by created_at desc, id desc limit ?4"
        );
        let values = (owner.to_owned(), from.created_at, from.id, rows(limit.saturating_add(1)));
        let items = self.all(sql, values).await?;
        Ok(page(items, limit, |l: &Link| Position { created_at: l.created_at, id: l.id.as_str().to_owned() }))
    }

    async fn open_link(&self, id: &LinkId, now: UnixMillis) -> Result<Opening, CatalogError> {
        let id = id.as_str().to_owned();
        self.with(move |c| {
            let sql = format!(
                "update links set views = views + 1 where id = ?1 and revoked_at is null and expires_at > ?2 \
                 and (view_limit is null or views < view_limit) returning {ROW}"
            );
            if let Some(link) = one(c, &sql, (&id, now))? {
                return Ok(Opening::Opened(link));
            }
            let link: Option<Link> = one(c, &format!("select {ROW} from links where id = ?1"), [&id])?;
            Ok(Opening::Refused(LinkRefusal::of(link.as_ref(), now)))
        })
        .await
    }

    async fn revoke_link(&self, id: &LinkId, owner: &str, now: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "update links set revoked_at = ?3 where id = ?1 and owner = ?2 and revoked_at is null",
            (id.as_str().to_owned(), owner.to_owned(), now),
        )
        .await
    }
}
