use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rusqlite::types::ToSql;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Catalog, CatalogError, Kind, Media, MediaId, NewMedia, Outcome, Page, Source, Status, UnixMillis};

/// The embedded catalog: one SQLite file, in WAL mode, which several processes may hold open at once.
#[derive(Clone)]
pub struct SqliteCatalog {
    connection: Arc<Mutex<Connection>>,
}

/// A writer of another process holds the file for one short statement at a time; longer than this means it is stuck.
const BUSY: Duration = Duration::from_secs(10);

const SCHEMA: &str = "
create table if not exists media (
    id text primary key,
    owner text not null,
    title text not null,
    kind text not null,
    status text not null,
    reason text,
    source_key text not null,
    source_bytes integer not null,
    source_etag text not null,
    renditions text not null,
    duration_ms integer,
    created_at integer not null,
    updated_at integer not null
) strict;
create index if not exists media_of_owner on media (owner, created_at desc, id desc);
create index if not exists media_in_status on media (status, created_at);
";

const COLUMNS: &str = "id, owner, title, kind, status, reason, source_key, source_bytes, source_etag, renditions, \
                       duration_ms, created_at, updated_at";

impl SqliteCatalog {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// [`CatalogError::Store`] where the path cannot be opened or holds something else.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, CatalogError> {
        let path = path.as_ref();
        let connection = Connection::open(path)
            .and_then(|c| {
                c.busy_timeout(BUSY)?;
                prepare(&c)?;
                Ok(c)
            })
            .map_err(|e| CatalogError::Store(format!("{}: {e}", path.display())))?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Runs one piece of work on the connection, off the async threads.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, CatalogError> + Send + 'static,
    ) -> Result<T, CatalogError> {
        let connection = Arc::clone(&self.connection);
        tokio::task::spawn_blocking(move || {
            // A panic inside `work` leaves no half-made statement behind: SQLite rolls it back.
            work(&connection.lock().unwrap_or_else(PoisonError::into_inner))
        })
        .await
        .map_err(|e| CatalogError::Store(e.to_string()))?
    }

    /// Runs one conditional change; whether it changed a row.
    async fn change(&self, sql: &'static str, values: Vec<Box<dyn ToSql + Send + Sync>>) -> Result<bool, CatalogError> {
        self.with(move |c| {
            let values: Vec<&dyn ToSql> = values.iter().map(|v| &**v as &dyn ToSql).collect();
            Ok(c.prepare_cached(sql)?.execute(values.as_slice())? > 0)
        })
        .await
    }
}

#[async_trait]
impl Catalog for SqliteCatalog {
    async fn insert(&self, media: &NewMedia, now: UnixMillis) -> Result<bool, CatalogError> {
        let values: Vec<Box<dyn ToSql + Send + Sync>> = vec![
            Box::new(media.id.to_string()),
            Box::new(media.owner.clone()),
            Box::new(media.title.clone()),
            Box::new(name(Kind::Unknown)),
            Box::new(name(media.status)),
            Box::new(media.source.key.clone()),
            Box::new(to_i64(media.source.bytes)),
            Box::new(media.source.etag.clone()),
            Box::new(now),
        ];
        self.change(
            "insert into media (id, owner, title, kind, status, source_key, source_bytes, source_etag, renditions, \
             created_at, updated_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '[]', ?9, ?9) on conflict do nothing",
            values,
        )
        .await
    }

    async fn find(&self, id: &MediaId) -> Result<Option<Media>, CatalogError> {
        let id = id.to_string();
        self.with(move |c| {
            let sql = format!("select {COLUMNS} from media where id = ?1");
            c.prepare_cached(&sql)?.query_row([id], |row| Ok(media(row))).optional()?.transpose()
        })
        .await
    }

    async fn list(&self, owner: &str, cursor: Option<&str>, limit: usize) -> Result<Page, CatalogError> {
        let owner = owner.to_owned();
        // A cursor that is not ours starts behind everything: an empty page, never somebody else's rows.
        let (before, id) = match cursor {
            None => (i64::MAX, String::new()),
            Some(text) => text
                .split_once('.')
                .and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())))
                .unwrap_or((i64::MIN, String::new())),
        };
        self.with(move |c| {
            let sql = format!(
                "select {COLUMNS} from media where owner = ?1 and (created_at, id) < (?2, ?3) \
                 order by created_at desc, id desc limit ?4"
            );
            let fetch = limit.saturating_add(1);
            let mut items = rows(c, &sql, params![owner, before, id, to_i64(fetch as u64)])?;
            let more = items.len() > limit;
            items.truncate(limit);
            let next = items.last().filter(|_| more).map(|m| format!("{}.{}", m.created_at, m.id));
            Ok(Page { items, next })
        })
        .await
    }

    async fn in_status(&self, statuses: &[Status]) -> Result<Vec<Media>, CatalogError> {
        let statuses = serde_json::to_string(statuses).map_err(|e| CatalogError::Store(e.to_string()))?;
        self.with(move |c| {
            let sql = format!(
                "select {COLUMNS} from media where status in (select value from json_each(?1)) order by created_at, id"
            );
            rows(c, &sql, params![statuses])
        })
        .await
    }

    async fn uploaded(&self, id: &MediaId, source: &Source, now: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "update media set status = 'uploaded', source_key = ?2, source_bytes = ?3, source_etag = ?4, \
             updated_at = ?5 where id = ?1 and status = 'uploading'",
            vec![
                Box::new(id.to_string()),
                Box::new(source.key.clone()),
                Box::new(to_i64(source.bytes)),
                Box::new(source.etag.clone()),
                Box::new(now),
            ],
        )
        .await
    }

    async fn processing(&self, id: &MediaId, kind: Kind, now: UnixMillis) -> Result<bool, CatalogError> {
        self.change(
            "update media set status = 'processing', kind = ?2, updated_at = ?3 \
             where id = ?1 and status in ('uploaded', 'processing')",
            vec![Box::new(id.to_string()), Box::new(name(kind)), Box::new(now)],
        )
        .await
    }

    async fn finish(&self, id: &MediaId, outcome: &Outcome, now: UnixMillis) -> Result<bool, CatalogError> {
        let (status, reason, renditions, duration_ms) = match outcome {
            Outcome::Ready { renditions, duration_ms } => (Status::Ready, None, renditions.as_slice(), *duration_ms),
            Outcome::Failed { reason } => (Status::Failed, Some(reason.clone()), &[][..], None),
        };
        let renditions = serde_json::to_string(renditions).map_err(|e| CatalogError::Store(e.to_string()))?;
        self.change(
            "update media set status = ?2, reason = ?3, renditions = ?4, duration_ms = ?5, updated_at = ?6 \
             where id = ?1 and status in ('uploaded', 'processing')",
            vec![
                Box::new(id.to_string()),
                Box::new(name(status)),
                Box::new(reason),
                Box::new(renditions),
                Box::new(duration_ms.map(to_i64)),
                Box::new(now),
            ],
        )
        .await
    }
}

/// Puts the file into WAL mode and makes its tables. The change to WAL does not heed the busy timeout: of several
/// processes that open a new file at once, all but one would be told that it is locked.
#[expect(clippy::disallowed_methods, reason = "SQLite offers nothing to wait on but its busy timeout")]
fn prepare(c: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + BUSY;
    loop {
        let prepared = c
            .pragma_update(None, "journal_mode", "wal")
            .and_then(|()| c.pragma_update(None, "synchronous", "full"))
            .and_then(|()| c.execute_batch(SCHEMA));
        match prepared {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(5));
            }
            ended => return ended,
        }
    }
}

fn rows(c: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<Media>, CatalogError> {
    c.prepare_cached(sql)?.query_map(values, |row| Ok(media(row)))?.map(|row| row?).collect()
}

fn media(row: &Row<'_>) -> Result<Media, CatalogError> {
    let id: String = row.get("id")?;
    let text = |column: &'static str| row.get::<_, String>(column).map_err(CatalogError::from);
    let number = |column: &'static str| Ok::<_, CatalogError>(row.get::<_, i64>(column)?.unsigned_abs());
    Ok(Media {
        owner: text("owner")?,
        title: text("title")?,
        kind: parse(&id, "kind", &quoted(&text("kind")?))?,
        status: parse(&id, "status", &quoted(&text("status")?))?,
        reason: row.get("reason")?,
        source: Source { key: text("source_key")?, bytes: number("source_bytes")?, etag: text("source_etag")? },
        renditions: parse(&id, "renditions", &text("renditions")?)?,
        duration_ms: row.get::<_, Option<i64>>("duration_ms")?.map(i64::unsigned_abs),
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        id: parse(&id, "id", &quoted(&id))?,
    })
}

fn parse<T: DeserializeOwned>(id: &str, field: &'static str, json: &str) -> Result<T, CatalogError> {
    serde_json::from_str(json).map_err(|e| CatalogError::Row { id: id.to_owned(), field, message: e.to_string() })
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An enum's stored form: its serde name.
fn name(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// SQLite's integers are signed; no object or film here comes near the limit.
fn to_i64(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

impl From<rusqlite::Error> for CatalogError {
    fn from(e: rusqlite::Error) -> Self {
        Self::Store(e.to_string())
    }
}
