//! A local file.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use bytes::Bytes;

use super::ReadAt;
use crate::SourceChanged;

/// A local file. Reading blocks the thread for as long as the disk takes; from async code that minds, use a thread of its own
/// (`spawn_blocking` with `futures::executor::block_on`).
#[derive(Debug)]
pub struct FileReader {
    file: File,
    size: u64,
    opened: Stamp,
}

/// What changes with a file's content, as far as a file system tells: size in bytes, time of modification in s and ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp(u64, i64, i64);

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self(metadata.size(), metadata.mtime(), metadata.mtime_nsec())
    }
}

impl FileReader {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// Where it cannot be opened, or is no ordinary file.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::new(File::open(path)?)
    }

    /// Reads from an open file.
    ///
    /// # Errors
    /// Where it is no ordinary file, or cannot be asked for its size.
    pub fn new(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "expected an ordinary file"));
        }
        Ok(Self { file, size: metadata.size(), opened: Stamp::of(&metadata) })
    }

    /// Fails with [`SourceChanged`] if the file was written to since it was opened.
    ///
    /// # Errors
    /// [`SourceChanged`], wrapped; or whatever keeps the file from being looked at.
    pub fn check_unchanged(&self) -> io::Result<()> {
        if Stamp::of(&self.file.metadata()?) == self.opened { Ok(()) } else { Err(io::Error::other(SourceChanged)) }
    }

    /// The file itself.
    pub fn file(&self) -> &File {
        &self.file
    }
}

impl ReadAt for FileReader {
    fn size(&self) -> u64 {
        self.size
    }

    async fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        if offset.checked_add(length as u64).is_none_or(|end| end > self.size) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut buffer = vec![0; length];
        self.file.read_exact_at(&mut buffer, offset)?;
        Ok(buffer.into())
    }
}
