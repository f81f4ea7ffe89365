use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension, Params};
use serde::de::DeserializeOwned;

use super::migrate;
use crate::{CatalogError, Change, record};

/// The catalog in a file. Clones share the connection; a second `open` is a second one.
#[derive(Clone)]
pub struct SqliteCatalog {
    connection: Arc<Mutex<Connection>>,
}

/// A writer of another process holds the file for one short statement at a time; longer than this means it is stuck.
pub(super) const BUSY: Duration = Duration::from_secs(10);

impl SqliteCatalog {
    /// Opens the file, or makes it, and brings it up to this build's schema.
    ///
    /// # Errors
    /// [`CatalogError::Store`] where the path cannot be opened or holds something else; [`CatalogError::Schema`] where a
    /// newer build has written it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, CatalogError> {
        let connection = migrate::open_newest(path.as_ref())?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Runs one piece of work on the connection, off the async threads.
    pub(super) async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, CatalogError> + Send + 'static,
    ) -> Result<T, CatalogError> {
        let connection = Arc::clone(&self.connection);
        tokio::task::spawn_blocking(move || {
            // A panic inside `work` leaves no half-made statement behind: SQLite rolls it back.
            work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
        })
        .await
        .map_err(|e| CatalogError::Store(e.to_string()))?
    }

    /// Runs one conditional change; whether it changed a row.
    pub(super) async fn change(
        &self,
        sql: &'static str,
        values: impl Params + Send + 'static,
    ) -> Result<bool, CatalogError> {
        self.with(move |c| Ok(c.prepare_cached(sql)?.execute(values)? > 0)).await
    }

    /// Runs one change that is conditional on a row's version; where it changed nothing, `exists` (a select with the one
    /// value `id`) says whether there is such a row.
    pub(super) async fn versioned(
        &self,
        sql: &'static str,
        values: impl Params + Send + 'static,
        exists: &'static str,
        id: String,
    ) -> Result<Change, CatalogError> {
        self.with(move |c| {
            if c.prepare_cached(sql)?.execute(values)? > 0 {
                return Ok(Change::Made);
            }
            let there = c.prepare_cached(exists)?.exists([id])?;
            Ok(if there { Change::Stale } else { Change::Missing })
        })
        .await
    }

    /// The row that a select of one JSON column finds, where it finds one.
    pub(super) async fn one<T: DeserializeOwned + Send + 'static>(
        &self,
        sql: String,
        values: impl Params + Send + 'static,
    ) -> Result<Option<T>, CatalogError> {
        self.with(move |c| one(c, &sql, values)).await
    }

    /// All rows that a select of one JSON column finds.
    pub(super) async fn all<T: DeserializeOwned + Send + 'static>(
        &self,
        sql: String,
        values: impl Params + Send + 'static,
    ) -> Result<Vec<T>, CatalogError> {
        self.with(move |c| all(c, &sql, values)).await
    }
}

pub(super) fn one<T: DeserializeOwned>(
    c: &Connection,
    sql: &str,
    values: impl Params,
) -> Result<Option<T>, CatalogError> {
    let json: Option<String> = c.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?;
    json.map(|json| parse(&json)).transpose()
}

pub(super) fn all<T: DeserializeOwned>(c: &Connection, sql: &str, values: impl Params) -> Result<Vec<T>, CatalogError> {
    let mut select = c.prepare_cached(sql)?;
    let rows = select.query_map(values, |row| row.get::<_, String>(0))?;
    rows.map(|json| parse(&json?)).collect()
}

fn parse<T: DeserializeOwned>(json: &str) -> Result<T, CatalogError> {
    record::read(serde_json::from_str(json).map_err(|e| CatalogError::Store(e.to_string()))?)
}

/// What statements here call and SQLite lacks: lower case beyond ASCII.
pub(super) fn add_functions(c: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    c.create_scalar_function("fold", 1, flags, |call| Ok(record::fold(&call.get::<String>(0)?)))
}

/// SQLite's integers are signed; no object or film here comes near the limit.
pub(super) fn to_i64(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A number of rows, as `limit` takes it.
pub(super) fn rows(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

impl From<rusqlite::Error> for CatalogError {
    fn from(e: rusqlite::Error) -> Self {
        Self::Store(e.to_string())
    }
}
