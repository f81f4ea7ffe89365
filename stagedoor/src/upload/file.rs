//! Files as they lie on the disk, and the sums over their bytes.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crc_fast::{CrcAlgorithm, Digest};
use md5::{Digest as _, Md5};
use ring::digest::{Context, SHA256};

/// A file as it was when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile {
    /// Absolute.
    pub path: PathBuf,
    /// Below the folder that was named, or the file's name: `2024/beach.jpg`.
    pub name: String,
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: i128,
}

/// The sums over a stretch of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums {
    pub bytes: u64,
    /// Base64.
    pub sha256: String,
    /// CRC-64/NVME, big-endian, Base64: as S3 writes it.
    pub crc64nvme: String,
    /// Hexadecimal, as an entity tag is; computed where it was asked for.
    pub md5: Option<String>,
}

impl LocalFile {
    /// Looks at a file; `folder` is what its name is below of.
    ///
    /// # Errors
    /// Where it cannot be looked at, or is no file.
    pub fn at(path: &Path, folder: Option<&Path>) -> io::Result<Self> {
        let found = fs::metadata(path)?;
        if !found.is_file() {
            return Err(io::Error::other("expected a file"));
        }
        let path = path.canonicalize()?;
        let below = folder.and_then(|folder| path.strip_prefix(folder.canonicalize().ok()?).ok().map(Path::to_owned));
        let name = below.or_else(|| path.file_name().map(PathBuf::from)).unwrap_or_default();
        let modified = match found.modified()?.duration_since(UNIX_EPOCH) {
            Ok(since) => i128::try_from(since.as_nanos()).unwrap_or(i128::MAX),
            Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
        };
        Ok(Self { path, name: name.to_string_lossy().into_owned(), size: found.len(), modified })
    }

    /// Its own name, without the folders above.
    pub fn title(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// Whether it is still what it was when it was looked at.
    pub fn is_unchanged(&self) -> bool {
        Self::at(&self.path, None).is_ok_and(|now| now.size == self.size && now.modified == self.modified)
    }
}

/// The files that `path` names: itself, or all below it, in order; hidden ones are left out. `suffixes` without a dot, in
/// any case; none of them means all.
///
/// # Errors
/// Where the path or a folder below it cannot be read.
pub fn collect(path: &Path, suffixes: &[String]) -> io::Result<Vec<LocalFile>> {
    if !path.is_dir() {
        return Ok(vec![LocalFile::at(path, None)?]);
    }
    let (mut files, mut folders) = (Vec::new(), vec![path.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?.path();
            if is_hidden(&entry) {
                continue;
            }
            if entry.is_dir() {
                folders.push(entry);
            } else if has_suffix(&entry, suffixes) && entry.is_file() {
                files.push(LocalFile::at(&entry, Some(path))?);
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Editors and browsers begin files under such names.
pub fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

pub fn has_suffix(path: &Path, suffixes: &[String]) -> bool {
    let suffix = path.extension().unwrap_or_default().to_string_lossy();
    suffixes.is_empty() || suffixes.iter().any(|wanted| wanted.trim_start_matches('.').eq_ignore_ascii_case(&suffix))
}

/// The sums over `length` bytes from `offset` on.
///
/// # Errors
/// Where the file cannot be read, or ends before.
pub fn sums(path: &Path, offset: u64, length: u64, with_md5: bool) -> io::Result<Sums> {
    let mut sha256 = Context::new(&SHA256);
    let mut crc = Digest::new(CrcAlgorithm::Crc64Nvme);
    let mut md5 = with_md5.then(Md5::new);
    read(path, offset, length, |data| {
        sha256.update(data);
        crc.update(data);
        if let Some(md5) = &mut md5 {
            md5.update(data);
        }
    })?;
    Ok(Sums {
        bytes: length,
        sha256: BASE64_STANDARD.encode(sha256.finish()),
        crc64nvme: BASE64_STANDARD.encode(crc.finalize().to_be_bytes()),
        md5: md5.map(|md5| md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
    })
}

/// CRC-64/NVME of the whole file, as [`Sums`] has it.
///
/// # Errors
/// As [`sums`].
pub fn crc64nvme(file: &LocalFile) -> io::Result<String> {
    let mut crc = Digest::new(CrcAlgorithm::Crc64Nvme);
    read(&file.path, 0, file.size, |data| crc.update(data))?;
    Ok(BASE64_STANDARD.encode(crc.finalize().to_be_bytes()))
}

fn read(path: &Path, offset: u64, length: u64, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut file = file.take(length);
    let mut buffer = vec![0; 1 << 20];
    let mut left = length;
    while left > 0 {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file has become shorter"));
        }
        take(buffer.get(..count).unwrap_or_default());
        left = left.saturating_sub(count as u64);
    }
    Ok(())
}

/// The length of part `number`, from 1 on, and where it begins.
pub fn stretch(size: u64, part_bytes: u64, number: u32) -> (u64, u64) {
    let offset = u64::from(number.saturating_sub(1)).saturating_mul(part_bytes);
    (offset, size.saturating_sub(offset).min(part_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_that_s3_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("check");
        fs::write(&path, "xx123456789yy").unwrap();
        let found = sums(&path, 2, 9, true).unwrap();
        // The check value of CRC-64/NVME is ae8b14860a799888.
        assert_eq!(found.crc64nvme, BASE64_STANDARD.encode(0xae8b_1486_0a79_9888_u64.to_be_bytes()));
        assert_eq!(found.md5.unwrap(), "25f9e794323b453885f5181f1b624d0b");
        assert_eq!(found.sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=");
        assert!(sums(&path, 10, 9, false).is_err());
    }

    #[test]
    fn folders_are_searched_by_suffix_and_without_what_is_hidden() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("2024/.cache")).unwrap();
        for name in ["b.MP4", "2024/a.mov", "2024/notes.txt", ".hidden.mp4", "2024/.cache/x.mp4"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let names = |suffixes: &[&str]| {
            let suffixes: Vec<String> = suffixes.iter().map(|&s| s.to_owned()).collect();
            collect(folder.path(), &suffixes).unwrap().into_iter().map(|file| file.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&["mp4", ".mov"]), ["2024/a.mov", "b.MP4"]);
        assert_eq!(names(&[]), ["2024/a.mov", "2024/notes.txt", "b.MP4"]);
        assert_eq!(collect(&folder.path().join("b.MP4"), &[]).unwrap()[0].name, "b.MP4");
        assert!(collect(&folder.path().join("none"), &[]).is_err());
    }
}
