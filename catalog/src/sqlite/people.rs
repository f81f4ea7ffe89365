use async_trait::async_trait;
use rusqlite::Connection;
use serde::de::DeserializeOwned;

use super::connection::{all, one, to_i64};
use super::{SqliteCatalog, collections, licences, links, media, uploads, usage, watch, webhooks};
use crate::{CatalogError, Change, Export, Link, PeopleStore, Person, PersonChange, UnixMillis, Webhook, record};

/// A row as JSON.
const ROW: &str = "json_object('sub', sub, 'name', name, 'bio', bio, 'avatar_key', avatar_key, \
    'preferences', json(preferences), 'version', version, 'created_at', created_at, 'updated_at', updated_at)";

/// What goes with a person: a table, and the column that names them.
const KEPT: [(&str, &str); 9] = [
    ("uploads", "owner"),
    ("usage", "person"),
    ("stored", "person"),
    ("collections", "owner"),
    ("links", "owner"),
    ("watch", "person"),
    ("webhooks", "owner"),
    ("once", "person"),
    ("people", "sub"),
];

#[async_trait]
impl PeopleStore for SqliteCatalog {
    async fn person(&self, sub: &str) -> Result<Option<Person>, CatalogError> {
        self.one(format!("select {ROW} from people where sub = ?1"), [sub.to_owned()]).await
    }

    async fn add_person(&self, sub: &str, person: &PersonChange, now: UnixMillis) -> Result<bool, CatalogError> {
        person.check()?;
        let PersonChange { name, bio, avatar_key, preferences } = person.clone();
        self.change(
            "insert into people (sub, name, bio, avatar_key, preferences, version, created_at, updated_at) \
             values (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6) on conflict do nothing",
            (sub.to_owned(), name, bio, avatar_key, record::text(&preferences)?, now),
        )
        .await
    }

    async fn change_person(
        &self,
        sub: &str,
        version: u64,
        person: &PersonChange,
        now: UnixMillis,
    ) -> Result<Change, CatalogError> {
        person.check()?;
        let PersonChange { name, bio, avatar_key, preferences } = person.clone();
        self.versioned(
            "update people set name = ?3, bio = ?4, avatar_key = ?5, preferences = ?6, version = version + 1, \
             updated_at = ?7 where sub = ?1 and version = ?2",
            (sub.to_owned(), to_i64(version), name, bio, avatar_key, record::text(&preferences)?, now),
            "select 1 from people where sub = ?1",
            sub.to_owned(),
        )
        .await
    }

    async fn export_person(&self, sub: &str) -> Result<Export, CatalogError> {
        let sub = sub.to_owned();
        self.with(move |c| {
            // One moment of everything.
            let c = c.transaction()?;
            Ok(Export {
                person: one(&c, &format!("select {ROW} from people where sub = ?1"), [&sub])?,
                media: theirs(&c, media::ROW, "media", "owner", &sub)?,
                uploads: theirs(&c, uploads::ROW, "uploads", "owner", &sub)?,
                licences: theirs(&c, licences::ROW, "licences", "person", &sub)?,
                usage: usage::months(&c, &sub)?,
                collections: theirs(&c, collections::ROW, "collections", "owner", &sub)?,
                links: theirs(&c, links::ROW, "links", "owner", &sub)?.into_iter().map(Link::without_hash).collect(),
                watch: all(
                    &c,
                    &format!("select {} from watch where person = ?1 order by updated_at desc, media", watch::ROW),
                    [&sub],
                )?,
                webhooks: theirs(&c, webhooks::ROW, "webhooks", "owner", &sub)?
                    .into_iter()
                    .map(Webhook::without_secret)
                    .collect(),
            })
        })
        .await
    }

    async fn delete_person(&self, sub: &str, now: UnixMillis) -> Result<bool, CatalogError> {
        let sub = sub.to_owned();
        self.with(move |c| {
            let c = c.transaction()?;
            let mut changed = c.execute(
                "update media set deleted_at = 0, updated_at = ?2 where owner = ?1 and deleted_at is not 0",
                (&sub, now),
            )?;
            changed +=
                c.execute("update licences set person = null, updated_at = ?2 where person = ?1", (&sub, now))?;
            for (table, column) in KEPT {
                changed += c.execute(&format!("delete from {table} where {column} = ?1"), [&sub])?;
            }
            c.commit()?;
            Ok(changed > 0)
        })
        .await
    }
}

/// All rows of a table that name a person, newest first.
fn theirs<T: DeserializeOwned>(
    c: &Connection,
    row: &str,
    table: &str,
    column: &str,
    sub: &str,
) -> Result<Vec<T>, CatalogError> {
    all(c, &format!("select {row} from {table} where {column} = ?1 order by created_at desc, 1 desc"), [sub])
}
