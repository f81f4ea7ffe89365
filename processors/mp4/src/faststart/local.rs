//! Faststart of a local file.

use std::fs::{File, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Plan, Verdict};
use crate::error::Error;
use crate::limits::Limits;
use crate::movie::Movie;
use crate::read::FileReader;

/// Writes `output` as `input` with its index in front, and says what there was to do; only [`Verdict::Move`] writes.
///
/// The new file is made beside `output` and takes its name at the end, so `output` may be `input`, and is never there in part. On
/// Linux the kernel copies the media data by itself (`copy_file_range`). Blocks the thread.
pub fn file(input: &Path, output: &Path, limits: Limits) -> Result<Verdict, Error> {
    let reader = FileReader::open(input)?;
    let verdict = futures::executor::block_on(Movie::open(&reader, limits))?.faststart()?;
    if let Verdict::Move(plan) = &verdict {
        write(plan, &reader, output)?;
    }
    Ok(verdict)
}

fn write(plan: &Plan, reader: &FileReader, output: &Path) -> Result<(), Error> {
    let failed = |source| Error::Write { path: output.into(), source };
    let directory = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // As any new file: the process's mask takes off what it takes off.
    let permissions = Permissions::from_mode(0o666);
    let mut temporary = tempfile::Builder::new()
        .prefix(".faststart-")
        .permissions(permissions)
        .tempfile_in(directory)
        .map_err(failed)?;
    temporary.write_all(plan.head()).map_err(failed)?;
    for range in plan.copies() {
        if let Err(error) = copy(reader.file(), range, temporary.as_file_mut()) {
            // A file that is being shortened ends early, which is no fault of the new one.
            reader.check_unchanged()?;
            return Err(failed(error));
        }
    }
    reader.check_unchanged()?;
    temporary.persist(output).map_err(|error| failed(error.error))?;
    Ok(())
}

fn copy(mut source: &File, range: &Range<u64>, target: &mut File) -> io::Result<()> {
    source.seek(SeekFrom::Start(range.start))?;
    let length = range.end - range.start;
    // Of two files: a call of the kernel that moves no byte through this process.
    let copied = io::copy(&mut source.take(length), target)?;
    if copied == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
