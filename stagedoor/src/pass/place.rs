//! Where the secret of passes and the store are.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::Args;
use edge_auth::pass::{Ring, RingKey, Secret};
use local::edge::KeyValueDirectory;

use super::{RING, random};
use crate::failure::{Failure, read};
use crate::up::write_private;

/// The secret, in a data directory.
pub const SECRET_FILE: &str = "pass-keys.json";
/// The store, in a data directory.
pub const STORE_DIRECTORY: &str = "key-values";

/// Where the keys are.
#[derive(Args)]
pub struct Place {
    /// The data directory of `stagedoor up`
    #[arg(long, value_name = "DIR", default_value = ".data")]
    data: PathBuf,
    /// The secret of passes, where it is not pass-keys.json in the data directory
    #[arg(long, value_name = "FILE")]
    secret: Option<PathBuf>,
    /// The key value store, where it is not key-values in the data directory
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// The moment, Unix seconds; now where it is not given
    #[arg(long, value_name = "UNIX")]
    at: Option<u64>,
}

impl Place {
    /// The moment, Unix seconds.
    pub fn now(&self) -> u64 {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.at.unwrap_or(since.as_secs())
    }

    /// The secret's file.
    pub fn secret_file(&self) -> PathBuf {
        self.secret.clone().unwrap_or_else(|| self.data.join(SECRET_FILE))
    }

    /// Whether the secret was named, rather than taken from the data directory.
    pub fn names_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// The secret.
    pub fn secret(&self) -> Result<Secret, Failure> {
        read_secret(&self.secret_file())
    }

    /// Writes the secret whole or not at all.
    pub fn write_secret(&self, secret: &Secret) -> Result<(), Failure> {
        Ok(write_private(&self.secret_file(), secret.to_json().as_bytes())?)
    }

    /// The store, which has to be there.
    pub fn store(&self) -> Result<KeyValueDirectory, Failure> {
        let path = self.store.clone().unwrap_or_else(|| self.data.join(STORE_DIRECTORY));
        if !path.is_dir() {
            return Err(Failure::file(
                &path,
                "no such directory; expected a key value store, as `stagedoor up` makes it",
            ));
        }
        KeyValueDirectory::open(&path).map_err(of_store)
    }
}

/// Something about the store.
pub fn of_store(error: impl std::fmt::Display) -> Failure {
    Failure::Input(format!("the key value store: {error}"))
}

/// Reads a secret.
pub fn read_secret(path: &Path) -> Result<Secret, Failure> {
    Secret::from_json(&read(path)?).map_err(|error| Failure::file(path, error))
}

/// A new key, of 32 random bytes.
pub fn fresh_key() -> Result<RingKey, Failure> {
    let name: String = random::<4>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(RingKey { kid: format!("k{name}"), secret: random::<32>()?.to_vec(), until: None })
}

/// The ring in a store; `None` where there is none.
pub fn ring_of(store: &KeyValueDirectory) -> Result<Option<Ring>, Failure> {
    let text = store.get(RING).map_err(of_store)?;
    text.map(|text| Ring::from_json(&text)).transpose().map_err(|e| of_store(format!("its item {RING}: {e}")))
}

/// Every revocation in a store, with its value.
pub fn revocations(store: &KeyValueDirectory) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    for key in store.keys().map_err(of_store)? {
        if is_revocation(&key)
            && let Some(value) = store.get(&key).map_err(of_store)?
        {
            found.push((key, value));
        }
    }
    Ok(found)
}

/// Whether a key of the store revokes something.
pub fn is_revocation(key: &str) -> bool {
    key.starts_with("c:") || key.starts_with("s:")
}

/// Makes the secret and the store of a data directory, where they are not there, and puts into the store what the secret says.
pub fn prepare(secret_file: &Path, store: &KeyValueDirectory) -> Result<Secret, Failure> {
    let mut writer = store.writer().map_err(of_store)?;
    if !secret_file.exists() {
        write_private(secret_file, Secret::new(fresh_key()?).to_json().as_bytes())?;
    }
    let secret = read_secret(secret_file)?;
    // A ring that cannot be read is written anew; what was revoked stays so.
    let known = ring_of(store).ok().flatten();
    let revocations = match &known {
        Some(ring) => ring.revocations,
        None => !revocations(store)?.is_empty(),
    };
    let ring = secret.ring(revocations);
    if known.as_ref() != Some(&ring) {
        writer.put(RING, &ring.to_json().map_err(of_store)?).map_err(of_store)?;
    }
    Ok(secret)
}
