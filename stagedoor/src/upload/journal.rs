//! What this machine remembers of its uploads, so that a killed one goes on and a finished one is not made again.

use std::io;
use std::path::{Path, PathBuf};

use ring::digest::{SHA256, digest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::file::LocalFile;
use crate::up::write_private;

/// A folder with one small file for each file that was ever taken up. Losing it costs time and no more.
#[derive(Clone)]
pub struct Journal {
    folder: PathBuf,
    /// Where the uploads go: what is known of one site says nothing of another.
    destination: String,
}

/// What is known of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    path: PathBuf,
    size: u64,
    modified: i128,
    /// CRC-64/NVME of the whole file; Base64.
    pub crc64nvme: String,
    /// The key under which the upload was or will be announced.
    pub idempotency_key: String,
    /// The upload, once it was announced.
    pub upload: Option<String>,
    /// What the file became.
    pub media: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Content {
    media: String,
}

impl Journal {
    /// # Errors
    /// Where the folder cannot be made.
    pub fn open(state: &Path, destination: &str) -> io::Result<Self> {
        for name in ["files", "contents"] {
            std::fs::create_dir_all(state.join(name))?;
        }
        Ok(Self { folder: state.to_owned(), destination: destination.to_owned() })
    }

    /// What is known of this file as it is now; `None` where it was another when it was last seen.
    pub fn entry(&self, file: &LocalFile) -> Option<Entry> {
        let entry: Entry = read(&self.file(file))?;
        (entry.path == file.path && entry.size == file.size && entry.modified == file.modified).then_some(entry)
    }

    /// A fresh entry, not yet written.
    pub fn begin(file: &LocalFile, crc64nvme: String) -> Entry {
        let (path, size, modified) = (file.path.clone(), file.size, file.modified);
        let idempotency_key = uuid::Uuid::new_v4().to_string();
        Entry { path, size, modified, crc64nvme, idempotency_key, upload: None, media: None }
    }

    /// # Errors
    /// Where it cannot be written.
    pub fn keep(&self, file: &LocalFile, entry: &Entry) -> io::Result<()> {
        write(&self.file(file), entry)?;
        if let Some(media) = &entry.media {
            write(&self.content(entry.size, &entry.crc64nvme), &Content { media: media.clone() })?;
        }
        Ok(())
    }

    /// What these bytes became, under whatever name they were sent.
    pub fn known(&self, size: u64, crc64nvme: &str) -> Option<String> {
        read::<Content>(&self.content(size, crc64nvme)).map(|content| content.media)
    }

    /// A folder of the file's own for what is made of it.
    pub fn beside(&self, file: &LocalFile) -> PathBuf {
        self.folder.join("prepared").join(name(&[&self.destination, &file.path.to_string_lossy()]))
    }

    fn file(&self, file: &LocalFile) -> PathBuf {
        self.folder.join("files").join(name(&[&self.destination, &file.path.to_string_lossy()]))
    }

    fn content(&self, size: u64, crc64nvme: &str) -> PathBuf {
        self.folder.join("contents").join(name(&[&self.destination, &size.to_string(), crc64nvme]))
    }
}

fn name(of: &[&str]) -> String {
    let hash = digest(&SHA256, of.join("\0").as_bytes());
    hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// What cannot be read is as good as lost.
fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn write(path: &Path, record: &impl Serialize) -> io::Result<()> {
    write_private(path, &serde_json::to_vec(record)?).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_as_long_as_it_stays_what_it_was() {
        let state = tempfile::tempdir().unwrap();
        let journal = Journal::open(state.path(), "https://a.example").unwrap();
        let file = LocalFile { path: "/films/a.mp4".into(), name: "a.mp4".to_owned(), size: 7, modified: 8 };
        assert_eq!(journal.entry(&file), None);
        let mut entry = Journal::begin(&file, "crc".to_owned());
        journal.keep(&file, &entry).unwrap();
        assert_eq!(journal.entry(&file), Some(entry.clone()));
        assert_eq!(journal.known(7, "crc"), None);
        entry.media = Some("m1".to_owned());
        journal.keep(&file, &entry).unwrap();
        assert_eq!(journal.known(7, "crc"), Some("m1".to_owned()));
        assert_eq!(journal.entry(&LocalFile { modified: 9, ..file.clone() }), None);
        assert_eq!(journal.entry(&LocalFile { size: 6, ..file.clone() }), None);
        let elsewhere = Journal::open(state.path(), "https://b.example").unwrap();
        assert_eq!((elsewhere.entry(&file), elsewhere.known(7, "crc")), (None, None));
    }
}
