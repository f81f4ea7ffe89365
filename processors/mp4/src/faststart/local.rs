//! Faststart of a local file.

use std::fs::{File, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::NamedTempFile;

use super::{Outcome, Plan, Verdict, Work};
use crate::error::Error;
use crate::limits::Limits;
use crate::movie::Movie;
use crate::read::{Cached, FileReader};

/// Writes `output` as `input` with its index in front, and says what there was to do; only [`Verdict::Move`] writes.
///
/// The new file is made beside `output` and takes its name at the end, so `output` may be `input`, and is never there in part. On
/// Linux the kernel copies the media data by itself (`copy_file_range`). Blocks the thread.
///
/// # Errors
/// As [`Movie::open`], [`Movie::faststart`] and [`write()`]. A verdict of another kind than [`Verdict::Move`] is no error: nothing is
/// written then.
pub fn file(input: &Path, output: &Path, limits: Limits) -> Result<Outcome, Error> {
    let reader = FileReader::open(input)?;
    let source = Cached::new(&reader);
    let verdict = futures::executor::block_on(Movie::open(&source, limits))?.faststart()?;
    let read = source.traffic();
    let mut work = Work { bytes_read: read.bytes, requests: read.requests, ..Work::default() };
    if let Verdict::Move(plan) = &verdict {
        write(plan, &reader, output)?;
        work.bytes_written = plan.head().len() as u64;
        work.bytes_copied = plan.size() - work.bytes_written;
    }
    Ok(Outcome { verdict, work })
}

/// Writes `output` by a plan for the film that is open; otherwise as [`file()`].
///
/// # Errors
/// [`Error::Changed`] where the film was written to since it was opened; [`Error::Write`] where the new file cannot be made, or the
/// media data cannot be copied; [`Error::Read`] where the film cannot be looked at any more.
pub fn write(plan: &Plan, reader: &FileReader, output: &Path) -> Result<(), Error> {
    let mut new = NewFile::beside(output)?;
    new.write(plan.head())?;
    for range in plan.copies() {
        if let Err(error) = copy(reader.file(), range, new.temporary.as_file_mut()) {
            // A file that is being shortened ends early, which is no fault of the new one.
            reader.check_unchanged()?;
            return Err(new.failed(error));
        }
    }
    reader.check_unchanged()?;
    new.finish()
}

fn copy(mut source: &File, range: &Range<u64>, target: &mut File) -> io::Result<()> {
    source.seek(SeekFrom::Start(range.start))?;
    let length = range.end - range.start;
    // Of two files: a call of the kernel that moves no byte through this process.
    let copied = io::copy(&mut source.take(length), target)?;
    if copied == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// A file that takes its name once it is whole, and is gone if it never is.
pub(crate) struct NewFile<'a> {
    temporary: NamedTempFile,
    path: &'a Path,
}

impl<'a> NewFile<'a> {
    pub fn beside(path: &'a Path) -> Result<Self, Error> {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // As any new file: the process's mask takes off what it takes off.
        let permissions = Permissions::from_mode(0o666);
        let temporary = tempfile::Builder::new().prefix(".faststart-").permissions(permissions).tempfile_in(directory);
        Ok(Self { temporary: temporary.map_err(|source| Error::Write { path: path.into(), source })?, path })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.temporary.write_all(bytes).map_err(|error| self.failed(error))
    }

    pub fn finish(self) -> Result<(), Error> {
        let path = self.path;
        self.temporary.persist(path).map_err(|error| Error::Write { path: path.into(), source: error.error })?;
        Ok(())
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Write { path: self.path.into(), source }
    }
}
