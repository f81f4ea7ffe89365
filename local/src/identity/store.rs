//! The [`Directory`] in memory and in `users.json`, always equal.

use super::directory::Directory;
use super::{IdentityError, files};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const VERSION: u32 = 1;

/// The pool's memory. Its methods block on the disk: call them off the async threads.
pub(super) struct Store {
    path: PathBuf,
    current: Mutex<Directory>,
}

impl Store {
    /// Reads `users.json` in `dir`; without one the pool starts empty. A file that does not parse is an error, never
    /// overwritten.
    pub(super) fn open(dir: &Path) -> Result<Self, IdentityError> {
        let path = dir.join("users.json");
        let directory = match files::read(&path)? {
            None => Directory { version: VERSION, ..Directory::default() },
            Some(bytes) => parse(&bytes).map_err(|reason| IdentityError::Corrupt { path: path.clone(), reason })?,
        };
        Ok(Self { path, current: Mutex::new(directory) })
    }

    /// Looks at the directory.
    pub(super) fn read<T>(&self, look: impl FnOnce(&Directory) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the directory: on disk first, then in memory, in one step for everybody else. What is past at `now` goes.
    /// When the disk refuses, nothing has changed.
    pub(super) fn change<T>(&self, now: u64, alter: impl FnOnce(&mut Directory) -> T) -> Result<T, IdentityError> {
        let mut current = self.lock();
        let mut next = current.clone();
        let outcome = alter(&mut next);
        next.prune(now);
        if next != *current {
            let bytes = serde_json::to_vec_pretty(&next).map_err(|error| IdentityError::Corrupt {
                path: self.path.clone(),
                reason: format!("cannot be written: {error}"),
            })?;
            files::replace(&self.path, &bytes)?;
            *current = next;
        }
        Ok(outcome)
    }

    /// A panic elsewhere cannot leave the directory half changed: changes are made to a copy.
    fn lock(&self) -> MutexGuard<'_, Directory> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parse(bytes: &[u8]) -> Result<Directory, String> {
    let directory: Directory = serde_json::from_slice(bytes)
        // The text of a JSON error can hold a value of the file; its place cannot.
        .map_err(|error| format!("not a list of users (line {}, column {})", error.line(), error.column()))?;
    if directory.version == VERSION {
        Ok(directory)
    } else {
        Err(format!("version is {}, expected {VERSION}", directory.version))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::identity::directory::Session;

    fn session(expires_at: u64) -> Session {
        Session { username: "ada".into(), auth_time: 1, expires_at }
    }

    #[test]
    fn what_was_changed_is_there_after_a_restart_and_what_is_past_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        store.change(0, |directory| directory.sessions.insert("old".into(), session(10))).unwrap();
        store.change(10, |directory| directory.sessions.insert("new".into(), session(20))).unwrap();
        let again = Store::open(dir.path()).unwrap();
        assert_eq!(again.read(|directory| directory.sessions.keys().cloned().collect::<Vec<_>>()), ["new"]);
    }

    #[test]
    fn a_broken_file_is_refused_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("users.json");
        for text in ["{", r#"{"version":1,"users":"secret"}"#, r#"{"version":2,"users":{}}"#] {
            std::fs::write(&path, text).unwrap();
            let error = Store::open(dir.path()).err().unwrap().to_string();
            assert!(error.contains("users.json") && !error.contains("secret"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_disk_that_refuses_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        // A folder where the temporary file should go.
        std::fs::create_dir(dir.path().join("users.new")).unwrap();
        assert!(store.change(0, |directory| directory.sessions.insert("a".into(), session(10))).is_err());
        assert!(store.read(|directory| directory.sessions.is_empty()));
    }
}
