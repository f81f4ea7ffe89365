//! Writing to the store, one writer at a time.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;

use super::{Item, KeyValueDirectory, KeyValueError, LONGEST_VALUE, NEW, checked};

/// The turn to write; over when it is dropped.
#[derive(Debug)]
pub struct KeyValueWriter<'s> {
    store: &'s KeyValueDirectory,
    /// The system lets go of it however the process ends.
    _lock: File,
}

impl<'s> KeyValueWriter<'s> {
    pub(super) fn new(store: &'s KeyValueDirectory, lock: File) -> Self {
        Self { store, _lock: lock }
    }

    /// Sets one key.
    ///
    /// # Errors
    /// [`KeyValueError`]; then the key has the value it had.
    pub fn put(&mut self, key: &str, value: &str) -> Result<(), KeyValueError> {
        checked(key)?;
        if value.len() > LONGEST_VALUE {
            return Err(KeyValueError::Value(value.len()));
        }
        let item = Item { key: key.to_owned(), value: value.to_owned() };
        let (new, path) = (self.store.root.join(NEW), self.store.path(key));
        let write = || -> io::Result<()> {
            let mut file = File::options().create(true).truncate(true).write(true).mode(0o600).open(&new)?;
            file.write_all(&serde_json::to_vec(&item)?)?;
            file.sync_all()?;
            fs::rename(&new, path)
        };
        write().map_err(|error| self.store.files(error))
    }

    /// Removes one key, where it is there.
    ///
    /// # Errors
    /// [`KeyValueError`].
    pub fn delete(&mut self, key: &str) -> Result<(), KeyValueError> {
        checked(key)?;
        match fs::remove_file(self.store.path(key)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.store.files(error)),
            _ => Ok(()),
        }
    }
}
