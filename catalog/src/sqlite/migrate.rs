//! The schema's way: numbered changes, each in a transaction of its own, and a table of those that were made.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::connection::{BUSY, add_functions};
use crate::CatalogError;

/// One change of the schema, and what undoes it.
struct Migration {
    name: &'static str,
    up: &'static str,
    down: &'static str,
}

macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        [$(Migration {
            name: $name,
            up: include_str!(concat!("migrations/", $name, ".up.sql")),
            down: include_str!(concat!("migrations/", $name, ".down.sql")),
        }),+]
    };
}

/// In order; the first has number 1. One that was released is never changed again: its checksum is in people's files.
static MIGRATIONS: [Migration; 9] = migrations!(
    "0001_media",
    "0002_sharing",
    "0003_people",
    "0004_uploads",
    "0005_collections_and_links",
    "0006_webhooks",
    "0007_arrived_and_answered",
    "0008_later_renditions",
    "0009_progress",
);

impl Migration {
    fn checksum(&self) -> String {
        Sha256::digest(self.up).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The newest migration that this build knows; 0 is an empty file.
pub const NEWEST: u32 = 9;

/// A migration, and whether the file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// From 1.
    pub number: u32,
    /// Its name.
    pub name: &'static str,
    /// Whether the file has it.
    pub applied: bool,
}

/// Every migration, and whether the file has it. The file is not changed, and not made.
///
/// # Errors
/// [`CatalogError::Store`] where there is no such file or it is none of SQLite's; [`CatalogError::Schema`] where it has
/// migrations that this build does not know, or knows otherwise.
pub fn status(path: &Path) -> Result<Vec<Step>, CatalogError> {
    let c = connect(path, false).map_err(|e| named(path, &e))?;
    let applied = applied(&c, path)?;
    Ok(steps(1..=NEWEST, |number| number <= applied))
}

/// Applies what the file lacks, up to number `to` (the newest by default); the steps that this call made. A missing file
/// is made.
///
/// # Errors
/// As [`status`], and [`CatalogError::Invalid`] for a number that there is not.
pub fn up(path: &Path, to: Option<u32>) -> Result<Vec<Step>, CatalogError> {
    let to = target(to.unwrap_or(NEWEST))?;
    let c = prepare(path, true)?;
    let made = rise(&c, path, to)?;
    Ok(steps(made, |_| true))
}

/// Undoes migrations, the newest first, until number `to` is the last (by default: one step); the steps that this call
/// undid. What only the undone schema could hold is lost. Nothing else may have the file open meanwhile.
///
/// # Errors
/// As [`status`], and [`CatalogError::Invalid`] for a number that there is not.
pub fn down(path: &Path, to: Option<u32>) -> Result<Vec<Step>, CatalogError> {
    let c = prepare(path, false)?;
    let to = target(to.unwrap_or(applied(&c, path)?.saturating_sub(1)))?;
    let mut undone = Vec::new();
    loop {
        let transaction = begin(&c)?;
        let last = applied(&transaction, path)?;
        let Some(migration) = nth(last).filter(|_| last > to) else { break };
        transaction.execute_batch(migration.down).map_err(|e| failed(path, "undoing", migration, &e))?;
        transaction.execute("delete from migrations where number = ?1", [last])?;
        transaction.commit()?;
        undone.push(last);
    }
    Ok(steps(undone, |_| false))
}

/// The file, made where it is missing, with this build's schema.
pub(super) fn open_newest(path: &Path) -> Result<Connection, CatalogError> {
    let c = prepare(path, true)?;
    rise(&c, path, NEWEST)?;
    Ok(c)
}

fn rise(c: &Connection, path: &Path, to: u32) -> Result<Vec<u32>, CatalogError> {
    let mut made = Vec::new();
    // Read without a lock first: a file that is up to date is opened by many processes, and changed by none.
    while applied(c, path)? < to {
        let transaction = begin(c)?;
        let number = applied(&transaction, path)?.saturating_add(1);
        let Some(migration) = nth(number).filter(|_| number <= to) else { break };
        transaction.execute_batch(TABLE)?;
        transaction.execute_batch(migration.up).map_err(|e| failed(path, "applying", migration, &e))?;
        transaction.execute(
            "insert into migrations (number, name, checksum) values (?1, ?2, ?3)",
            (number, migration.name, migration.checksum()),
        )?;
        transaction.commit()?;
        made.push(number);
    }
    Ok(made)
}

const TABLE: &str = "create table if not exists migrations (
    number integer primary key, name text not null, checksum text not null
) strict;";

/// The last migration that the file has; 0 where it has none. Refuses a file whose migrations are not a beginning of ours.
fn applied(c: &Connection, path: &Path) -> Result<u32, CatalogError> {
    // Asked as a query: rusqlite's `table_exists` answers from what this connection remembers of the schema, and another
    // process may have made the table since.
    if !c.prepare_cached("select 1 from sqlite_schema where name = 'migrations'")?.exists([])? {
        return Ok(0);
    }
    let refuse = |message| CatalogError::Schema { place: path.display().to_string(), message };
    let mut select = c.prepare("select number, name, checksum from migrations order by number")?;
    let mut rows = select.query([])?;
    let mut last = 0_u32;
    while let Some(row) = rows.next()? {
        let (found, name, checksum): (u32, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        last = last.saturating_add(1);
        if found > NEWEST {
            return Err(refuse(format!(
                "it has migration {found} ({name}), and this build knows {NEWEST} of them; open it with the newer \
                 Stagedoor that wrote it, or take it down with that one's `stagedoor migrate down --to {NEWEST}`"
            )));
        }
        if found != last {
            return Err(refuse(format!("migration {last} is missing below number {found} ({name})")));
        }
        if nth(found).is_none_or(|known| known.checksum() != checksum) {
            return Err(refuse(format!("migration {found} ({name}) was applied with another text than this build's")));
        }
    }
    Ok(last)
}

/// The file as it is to be worked on.
fn prepare(path: &Path, make: bool) -> Result<Connection, CatalogError> {
    let prepared = connect(path, make).and_then(|c| {
        write_ahead(&c)?;
        c.pragma_update(None, "synchronous", "full")?;
        c.pragma_update(None, "foreign_keys", true)?;
        add_functions(&c)?;
        Ok(c)
    });
    prepared.map_err(|e| named(path, &e))
}

/// The file as it is.
fn connect(path: &Path, make: bool) -> rusqlite::Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, make);
    let c = Connection::open_with_flags(path, flags)?;
    c.busy_timeout(BUSY)?;
    Ok(c)
}

fn named(path: &Path, e: &rusqlite::Error) -> CatalogError {
    CatalogError::Store(format!("{}: {e}", path.display()))
}

/// Puts the file into WAL mode. That change does not heed the busy timeout: of several processes that open a new file at
/// once, all but one would be told that it is locked.
#[expect(clippy::disallowed_methods, reason = "SQLite offers nothing to wait on but its busy timeout")]
fn write_ahead(c: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + BUSY;
    loop {
        match c.pragma_update(None, "journal_mode", "wal") {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(5));
            }
            ended => return ended,
        }
    }
}

/// A transaction that holds the file's one right to write from its beginning.
fn begin(c: &Connection) -> rusqlite::Result<Transaction<'_>> {
    Transaction::new_unchecked(c, TransactionBehavior::Immediate)
}

fn nth(number: u32) -> Option<&'static Migration> {
    MIGRATIONS.get(usize::try_from(number).ok()?.checked_sub(1)?)
}

fn steps(numbers: impl IntoIterator<Item = u32>, applied: impl Fn(u32) -> bool) -> Vec<Step> {
    let step = |number| Some(Step { number, name: nth(number)?.name, applied: applied(number) });
    numbers.into_iter().filter_map(step).collect()
}

fn target(to: u32) -> Result<u32, CatalogError> {
    if to <= NEWEST {
        return Ok(to);
    }
    Err(CatalogError::Invalid { field: "to", message: format!("expected 0 to {NEWEST}, not {to}") })
}

fn failed(path: &Path, doing: &str, migration: &Migration, e: &rusqlite::Error) -> CatalogError {
    CatalogError::Store(format!("{}: {doing} {}: {e}", path.display(), migration.name))
}
