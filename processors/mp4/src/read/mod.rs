//! Where bytes come from: anything that can be read at an offset.

mod bytes;
mod cached;
mod file;

use std::future::Future;
use std::io;

use ::bytes::Bytes;

pub use cached::{Cached, Traffic};
pub use file::FileReader;

use crate::Error;

/// A file of known size that can be read anywhere: bytes in memory, a local file, an object behind ranged requests.
///
/// Implementations retry what is worth retrying, and pin the version that they opened (by an `ETag`, say): once the file is another
/// one they fail with [`crate::SourceChanged`].
pub trait ReadAt: Sync {
    /// The size of the file in bytes.
    fn size(&self) -> u64;

    /// Exactly `length` bytes from `offset` on. Callers keep within [`size`](Self::size); a file that turns out to be shorter is
    /// [`io::ErrorKind::UnexpectedEof`].
    fn read_at(&self, offset: u64, length: usize) -> impl Future<Output = io::Result<Bytes>> + Send;
}

impl<R: ReadAt + ?Sized> ReadAt for &R {
    fn size(&self) -> u64 {
        R::size(self)
    }

    fn read_at(&self, offset: u64, length: usize) -> impl Future<Output = io::Result<Bytes>> + Send {
        R::read_at(self, offset, length)
    }
}

/// Reads, and holds the reader to its word.
pub(crate) async fn read_exact(source: &(impl ReadAt + ?Sized), offset: u64, length: usize) -> Result<Bytes, Error> {
    let bytes = source.read_at(offset, length).await?;
    if bytes.len() == length {
        return Ok(bytes);
    }
    let message = format!("{} bytes came where {length} were asked for at byte {offset}", bytes.len());
    Err(Error::Read(io::Error::new(io::ErrorKind::UnexpectedEof, message)))
}
