//! The data directory: what a second `up` finds as the first one left it.

use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};

/// A data directory that this process alone uses.
pub struct DataDir {
    root: PathBuf,
    /// Held for as long as the directory is in use; the system lets go of it however the process ends.
    _lock: File,
}

impl DataDir {
    /// Opens the directory, or makes it, readable by its owner alone.
    pub fn open(root: &Path) -> Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(root)
            .with_context(|| format!("{}", root.display()))?;
        let root = root.canonicalize().with_context(|| format!("{}", root.display()))?;
        let path = root.join("lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&path);
        let lock = lock.with_context(|| format!("{}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                bail!("{} is in use by another `stagedoor up`; stop it, or choose another with --data", root.display())
            }
            Err(TryLockError::Error(e)) => Err(e).with_context(|| format!("{}", path.display())),
        }
    }

    /// A path inside.
    pub fn join(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The secrets of this site, made the first time.
    pub fn secrets(&self) -> Result<Secrets> {
        let path = self.join("secrets.json");
        if path.exists() {
            let text = fs::read(&path).with_context(|| format!("{}", path.display()))?;
            return serde_json::from_slice(&text).with_context(|| {
                format!(
                    "{}: expected the secrets that the first `up` wrote; remove it to make new ones",
                    path.display()
                )
            });
        }
        let secrets = Secrets::fresh()?;
        write_private(&path, &serde_json::to_vec_pretty(&secrets)?)?;
        Ok(secrets)
    }
}

/// What only this site knows.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    /// The objects server's access key.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
    /// Seals the state of sign-ins; base64.
    pub state_key: String,
    /// The password of the user that `up` makes.
    pub password: String,
}

impl Secrets {
    fn fresh() -> Result<Self> {
        let random = SystemRandom::new();
        let bytes = |count: usize| -> Result<Vec<u8>> {
            let mut bytes = vec![0; count];
            random.fill(&mut bytes).map_err(|_| anyhow::anyhow!("the system has no randomness"))?;
            Ok(bytes)
        };
        Ok(Self {
            access_key: format!("LOCAL{}", URL_SAFE_NO_PAD.encode(bytes(9)?).replace(['-', '_'], "x")),
            secret_key: URL_SAFE_NO_PAD.encode(bytes(30)?),
            state_key: STANDARD.encode(bytes(32)?),
            password: pronounceable(&bytes(12)?),
        })
    }
}

/// Twelve letters in three groups, easy to type: about 40 bits, enough for a server that listens on loopback only.
fn pronounceable(random: &[u8]) -> String {
    let letter = |(i, byte): (usize, &u8)| {
        let from: &[u8] = if i.is_multiple_of(2) { b"bdfghjklmnprstvz" } else { b"aeiou" };
        from.get(usize::from(*byte) % from.len()).copied().map_or('x', char::from)
    };
    let letters: String = random.iter().enumerate().map(letter).collect();
    let groups: Vec<&str> = [0..4, 4..8, 8..12].into_iter().filter_map(|range| letters.get(range)).collect();
    groups.join("-")
}

/// Writes a file whole or not at all, readable by its owner alone.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let beside = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut file = File::options().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().with_context(|| format!("{}", path.display()))
}
