//! The schema of SQLite files: up, down, and what old and new files are told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};

use catalog::sqlite::migrate::{self, NEWEST, Step};
use catalog::{CatalogError, Kind, MediaStore as _, SqliteCatalog, Status, Visibility};
use rusqlite::Connection;

/// What the builds before migrations made, copied from them, with one row in each state.
const BEFORE_MIGRATIONS: &str = include_str!("before_migrations.sql");

fn file(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("catalog.db")
}

fn old_file(dir: &tempfile::TempDir) -> PathBuf {
    let path = file(dir);
    Connection::open(&path).unwrap().execute_batch(BEFORE_MIGRATIONS).unwrap();
    path
}

fn numbers(steps: &[Step]) -> Vec<u32> {
    steps.iter().map(|step| step.number).collect()
}

fn applied(path: &Path) -> Vec<u32> {
    numbers(&migrate::status(path).unwrap().into_iter().filter(|step| step.applied).collect::<Vec<_>>())
}

/// Everything that SQLite knows of the file's shape.
fn schema(path: &Path) -> Vec<String> {
    let c = Connection::open(path).unwrap();
    let mut select = c
        .prepare("select coalesce(sql, name) from sqlite_schema where name not like 'migrations' order by name")
        .unwrap();
    let rows = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|sql| sql.unwrap().split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[tokio::test]
async fn an_old_data_folder_opens_with_nothing_lost() {
    let dir = tempfile::tempdir().unwrap();
    let path = old_file(&dir);
    let before: Vec<(String, String)> = rows(&path);
    let catalog = SqliteCatalog::open(&path).unwrap();
    assert_eq!(applied(&path), (1..=NEWEST).collect::<Vec<_>>());
    assert_eq!(rows(&path), before);

    let page = catalog.list("6f1d9c9e", None, 10).await.unwrap();
    let ids: Vec<&str> = page.items.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(ids, ["film", "photo", "broken", "fresh", "new"]);
    let film = &page.items[0];
    assert_eq!((film.title.as_str(), film.kind, film.status), ("Ein \"Film\".mp4", Kind::Video, Status::Ready));
    assert_eq!((film.duration_ms, film.source.bytes, film.source.etag.as_str()), (Some(24_000), 5_000_000_000, "e-1"));
    assert_eq!(film.rendition("poster").unwrap().key, "media/6f1d9c9e/film/poster.webp");
    assert_eq!((film.created_at, film.updated_at), (1_700_000_000_005, 1_700_000_000_105));
    assert_eq!((&film.visibility, film.version, film.comment.as_str()), (&Visibility::Owner, 1, ""));
    assert_eq!((film.deleted_at, film.width, &film.thumbhash), (None, None, &None));
    assert_eq!(page.items[2].reason.as_deref(), Some("The file is empty."));
    assert_eq!(catalog.in_status(&[Status::Uploaded]).await.unwrap().len(), 1);
}

/// Every column that the old build knew, as text.
fn rows(path: &Path) -> Vec<(String, String)> {
    let c = Connection::open(path).unwrap();
    let columns = "id || title || kind || status || coalesce(reason, '-') || source_key || source_bytes || source_etag \
                   || renditions || coalesce(duration_ms, '-') || created_at || updated_at";
    let mut select = c.prepare(&format!("select owner, {columns} from media order by id")).unwrap();
    select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn an_old_file_and_a_new_one_get_the_same_schema() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (old, new) = (old_file(&old), (file(&new), new));
    migrate::up(&old, None).unwrap();
    migrate::up(&new.0, None).unwrap();
    assert_eq!(schema(&old), schema(&new.0));
}

#[test]
fn every_step_down_undoes_its_step_up() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir);
    let mut shapes = vec![schema(&path)];
    for number in 1..=NEWEST {
        assert_eq!(numbers(&migrate::up(&path, Some(number)).unwrap()), [number]);
        shapes.push(schema(&path));
    }
    assert!(migrate::up(&path, None).unwrap().is_empty());
    for number in (1..=NEWEST).rev() {
        assert_eq!(numbers(&migrate::down(&path, None).unwrap()), [number]);
        assert_eq!(schema(&path), shapes[number as usize - 1], "below {number}");
    }
    assert!(migrate::down(&path, None).unwrap().is_empty());
    assert_eq!(numbers(&migrate::up(&path, None).unwrap()), (1..=NEWEST).collect::<Vec<_>>());
    assert_eq!(schema(&path), *shapes.last().unwrap());
}

#[test]
fn down_to_the_first_leaves_a_file_for_the_old_build() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = old_file(&dir);
    let before = rows(&path);
    drop(SqliteCatalog::open(&path).unwrap());
    let undone = migrate::down(&path, Some(1)).unwrap();
    assert_eq!(numbers(&undone), (2..=NEWEST).rev().collect::<Vec<_>>());
    assert_eq!((schema(&path), rows(&path)), (schema(&old_file(&other)), before));
}

#[tokio::test]
async fn what_was_deleted_does_not_come_back_by_going_down() {
    let dir = tempfile::tempdir().unwrap();
    let path = old_file(&dir);
    let catalog = SqliteCatalog::open(&path).unwrap();
    assert!(catalog.delete(&"photo".to_owned().try_into().unwrap(), 5).await.unwrap());
    drop(catalog);
    migrate::down(&path, Some(1)).unwrap();
    let catalog = SqliteCatalog::open(&path).unwrap();
    let row = catalog.find(&"photo".to_owned().try_into().unwrap()).await.unwrap().unwrap();
    assert_eq!((row.status, row.reason.as_deref()), (Status::Failed, Some("It was deleted.")));
    assert_eq!(catalog.list("6f1d9c9e", None, 10).await.unwrap().items.len(), 5);
}

#[test]
fn a_newer_file_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir);
    migrate::up(&path, None).unwrap();
    let c = Connection::open(&path).unwrap();
    c.execute("insert into migrations values (?1, '0099_later', 'x')", [NEWEST + 1]).unwrap();
    let before = schema(&path);
    let refusals = [
        SqliteCatalog::open(&path).map(|_| ()).unwrap_err(),
        migrate::status(&path).map(|_| ()).unwrap_err(),
        migrate::up(&path, None).map(|_| ()).unwrap_err(),
        migrate::down(&path, None).map(|_| ()).unwrap_err(),
    ];
    for refusal in refusals {
        let text = refusal.to_string();
        assert!(matches!(refusal, CatalogError::Schema { .. }), "{text}");
        assert!(text.contains("catalog.db") && text.contains("10 (0099_later)") && text.contains("knows 9"), "{text}");
    }
    assert_eq!(schema(&path), before);
}

#[test]
fn a_migration_with_another_text_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir);
    migrate::up(&path, None).unwrap();
    let c = Connection::open(&path).unwrap();
    c.execute("update migrations set checksum = 'f00' where number = 2", []).unwrap();
    let text = SqliteCatalog::open(&path).map(|_| ()).unwrap_err().to_string();
    assert!(text.contains("migration 2 (0002_sharing) was applied with another text"), "{text}");
    c.execute("delete from migrations where number = 2", []).unwrap();
    let text = SqliteCatalog::open(&path).map(|_| ()).unwrap_err().to_string();
    assert!(text.contains("migration 2 is missing below number 3"), "{text}");
}

#[test]
fn a_migration_that_fails_leaves_what_was_before() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir);
    migrate::up(&path, Some(2)).unwrap();
    // In the way of number 3, behind its first tables.
    Connection::open(&path).unwrap().execute_batch("create table watch (x)").unwrap();
    let before = schema(&path);
    let text = migrate::up(&path, None).map(|_| ()).unwrap_err().to_string();
    assert!(text.contains("applying 0003_people") && text.contains("watch"), "{text}");
    assert_eq!((schema(&path), applied(&path)), (before, vec![1, 2]));
}

#[test]
fn asking_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir);
    // Not in WAL mode, as a copy or a restored dump may be.
    Connection::open(&path).unwrap().execute_batch("create table other (x)").unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(applied(&path).is_empty());
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn what_is_no_file_or_no_number_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir);
    assert!(migrate::status(&path).unwrap_err().to_string().contains("catalog.db"));
    assert!(migrate::down(&path, None).is_err());
    assert!(!path.exists(), "asking makes no file");
    assert!(matches!(migrate::up(&path, Some(NEWEST + 1)), Err(CatalogError::Invalid { field: "to", .. })));
    std::fs::write(&path, "this is no database, and long enough to be looked at".repeat(50)).unwrap();
    assert!(matches!(SqliteCatalog::open(&path), Err(CatalogError::Store(_))));
}

#[test]
fn a_row_that_cannot_be_read_is_named_with_its_field() {
    let dir = tempfile::tempdir().unwrap();
    let path = old_file(&dir);
    let catalog = SqliteCatalog::open(&path).unwrap();
    let c = Connection::open(&path).unwrap();
    c.execute("update media set renditions = json_set(renditions, '$[0].width', 'wide') where id = 'film'", [])
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let found = runtime.block_on(catalog.find(&"film".to_owned().try_into().unwrap()));
    match found {
        Err(CatalogError::Row { id, field, .. }) => {
            assert_eq!((id.as_str(), field.as_str()), ("film", "renditions[0].width"));
        }
        other => panic!("{other:?}"),
    }
}
