//! The local `KeyValueStore`: a directory with one file a key, so that what a command changes is seen by the next request.
//!
//! A key has up to 512 bytes and a file's name 255, so a file is named by the key's SHA-256 and holds both. Readers take no
//! lock: a file is replaced whole.

mod writer;

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use edge_auth::pass::{PassStore, Ring, Unavailable};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use writer::KeyValueWriter;

use super::function::{KeyValues, StoreFailure};

/// The longest key of a `KeyValueStore`, bytes.
pub const LONGEST_KEY: usize = 512;
/// The longest value, bytes.
pub const LONGEST_VALUE: usize = 1024;

const LOCK: &str = "lock";
const NEW: &str = "new";

/// A store. Any number of processes may read; those that write take turns.
#[derive(Debug, Clone)]
pub struct KeyValueDirectory {
    root: PathBuf,
}

/// Why a store cannot be read or written. It names the directory and never a key or a value.
#[derive(Debug, thiserror::Error)]
pub enum KeyValueError {
    /// The system said no.
    #[error("{}: {error}", .directory.display())]
    Files {
        /// The store's.
        directory: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// A file holds something else than a key and its value.
    #[error("{}: a file of the store is broken; put the key again", .directory.display())]
    Broken {
        /// The store's.
        directory: PathBuf,
    },
    /// `CloudFront` would not take the key.
    #[error("a key has {0} bytes; a KeyValueStore takes 1 to {LONGEST_KEY}")]
    Key(usize),
    /// `CloudFront` would not take the value.
    #[error("a value has {0} bytes; a KeyValueStore takes {LONGEST_VALUE} at most")]
    Value(usize),
}

/// One file, as `aws cloudfront-keyvaluestore` names the two.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    key: String,
    value: String,
}

impl KeyValueDirectory {
    /// Opens the directory, or makes it, readable by its owner alone.
    ///
    /// # Errors
    /// [`KeyValueError::Files`].
    pub fn open(root: &Path) -> Result<Self, KeyValueError> {
        let store = Self { root: root.to_owned() };
        DirBuilder::new().recursive(true).mode(0o700).create(root).map_err(|error| store.files(error))?;
        Ok(store)
    }

    /// The value of a key; `None` where there is none.
    ///
    /// # Errors
    /// [`KeyValueError`] where nobody knows, which is not the answer "none".
    pub fn get(&self, key: &str) -> Result<Option<String>, KeyValueError> {
        checked(key)?;
        let item = self.read(&self.path(key))?;
        match item {
            Some(item) if item.key == key => Ok(Some(item.value)),
            None => Ok(None),
            Some(_) => Err(self.broken()),
        }
    }

    /// Whether there is such a key.
    ///
    /// # Errors
    /// As [`KeyValueDirectory::get`].
    pub fn exists(&self, key: &str) -> Result<bool, KeyValueError> {
        self.get(key).map(|value| value.is_some())
    }

    /// Every key, in order.
    ///
    /// # Errors
    /// [`KeyValueError`].
    pub fn keys(&self) -> Result<Vec<String>, KeyValueError> {
        let mut keys = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(|error| self.files(error))? {
            let entry = entry.map_err(|error| self.files(error))?;
            if entry.file_name() != LOCK && entry.file_name() != NEW {
                // One that is gone by now was deleted meanwhile.
                keys.extend(self.read(&entry.path())?.map(|item| item.key));
            }
        }
        keys.sort();
        Ok(keys)
    }

    /// Takes the turn to write: whoever reads, decides and writes under it is not overtaken. Waits for another writer.
    ///
    /// # Errors
    /// [`KeyValueError::Files`].
    pub fn writer(&self) -> Result<KeyValueWriter<'_>, KeyValueError> {
        let lock = || {
            let lock =
                File::options().create(true).truncate(false).write(true).mode(0o600).open(self.root.join(LOCK))?;
            lock.lock()?;
            Ok(lock)
        };
        Ok(KeyValueWriter::new(self, lock().map_err(|error| self.files(error))?))
    }

    /// Sets one key.
    ///
    /// # Errors
    /// [`KeyValueError`].
    pub fn put(&self, key: &str, value: &str) -> Result<(), KeyValueError> {
        self.writer()?.put(key, value)
    }

    /// Removes one key, where it is there.
    ///
    /// # Errors
    /// [`KeyValueError`].
    pub fn delete(&self, key: &str) -> Result<(), KeyValueError> {
        self.writer()?.delete(key)
    }

    fn path(&self, key: &str) -> PathBuf {
        let name: String = Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
        self.root.join(name)
    }

    fn read(&self, path: &Path) -> Result<Option<Item>, KeyValueError> {
        let text = match fs::read(path) {
            Ok(text) => text,
            // No file is an answer only where there is a store.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return fs::metadata(&self.root).map(|_| None).map_err(|error| self.files(error));
            }
            Err(error) => return Err(self.files(error)),
        };
        serde_json::from_slice(&text).map(Some).map_err(|_| self.broken())
    }

    fn files(&self, error: io::Error) -> KeyValueError {
        KeyValueError::Files { directory: self.root.clone(), error }
    }

    fn broken(&self) -> KeyValueError {
        KeyValueError::Broken { directory: self.root.clone() }
    }
}

fn checked(key: &str) -> Result<(), KeyValueError> {
    if (1..=LONGEST_KEY).contains(&key.len()) { Ok(()) } else { Err(KeyValueError::Key(key.len())) }
}

impl KeyValues for KeyValueDirectory {
    fn get(&self, key: &str) -> Result<Option<String>, StoreFailure> {
        Self::get(self, key).map_err(|error| {
            tracing::error!(%error, "the key value store");
            StoreFailure
        })
    }
}

impl PassStore for KeyValueDirectory {
    fn ring(&self) -> Result<Ring, Unavailable> {
        let text = Self::get(self, "ring").map_err(|_| Unavailable)?.ok_or(Unavailable)?;
        Ring::from_json(&text).map_err(|_| Unavailable)
    }

    fn exists(&self, key: &str) -> Result<bool, Unavailable> {
        Self::exists(self, key).map_err(|_| Unavailable)
    }
}
