use std::io;
use std::path::Path;

use bytes::Bytes;
use mp4_front::s3::ObjectReader;
use mp4_front::{FileReader, ReadAt};
use tokio::io::AsyncWriteExt;

use crate::ProcessError;

/// Where a film is read from, in ranges.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one of a film")]
pub enum Source {
    /// One version of an object.
    Object(ObjectReader),
    /// A file on this machine.
    File(FileReader),
}

/// So many bytes of a film are fetched at once.
const AT_ONCE: u64 = 8 << 20;

impl Source {
    /// Opens a file.
    ///
    /// # Errors
    /// [`ProcessError::Disk`].
    pub fn file(path: &Path) -> Result<Self, ProcessError> {
        Ok(Self::File(FileReader::open(path)?))
    }

    /// Writes all of it to a file.
    pub(super) async fn save(&self, to: &Path) -> Result<(), ProcessError> {
        let mut file = tokio::fs::File::create(to).await?;
        let mut start = 0;
        while start < self.size() {
            let length = AT_ONCE.min(self.size() - start);
            let bytes = self.read_at(start, usize::try_from(length).unwrap_or(usize::MAX)).await;
            file.write_all(&bytes.map_err(ProcessError::Source)?).await?;
            start += length;
        }
        Ok(file.flush().await?)
    }
}

impl ReadAt for Source {
    fn size(&self) -> u64 {
        match self {
            Self::Object(object) => object.size(),
            Self::File(file) => file.size(),
        }
    }

    async fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        match self {
            Self::Object(object) => object.read_at(offset, length).await,
            Self::File(file) => file.read_at(offset, length).await,
        }
    }
}
