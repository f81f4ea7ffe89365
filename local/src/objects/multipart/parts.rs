use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom};
use std::path::Path;

use bytes::Bytes;
use futures::StreamExt as _;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{Checksum, ETag, PartNumber, StreamingBlob};
use s3s::{S3Error, S3ErrorCode, S3Result};
use tokio::io::AsyncWriteExt as _;
use tokio_util::io::ReaderStream;

use super::records::{Part, Temporary, absent, read_json, write_json};
use super::{Found, Locked, MAX_PART, blocking, no_such_upload};

/// A part that has arrived.
pub(in crate::objects) struct Arrived {
    pub etag: ETag,
    pub checksum: Checksum,
}

impl Found {
    /// Keeps a part: whole or not at all, and in the place of an earlier one of its number.
    pub(in crate::objects) async fn write(self, number: PartNumber, body: StreamingBlob) -> S3Result<Arrived> {
        let number = checked(number)?;
        let temporary = Temporary::in_folder(&self.folder);
        let (bytes, md5, checksum) = self.receive(temporary.path(), body).await?;
        let etag: String = md5.iter().map(|byte| format!("{byte:02x}")).collect();
        let arrived = Arrived { etag: ETag::Strong(etag.clone()), checksum: self.shown(&checksum) };
        blocking(move || {
            let locked = self.lock()?;
            let name = format!("{number:05}.{}", uuid::Uuid::new_v4());
            temporary.keep_as(&locked.found.folder.join(&name)).map_err(absent(no_such_upload))?;
            locked.record(&Part { number, file: name, bytes, etag, checksum })
        })
        .await?;
        Ok(arrived)
    }

    async fn receive(&self, path: &Path, mut body: StreamingBlob) -> S3Result<(u64, [u8; 16], String)> {
        let file = tokio::fs::File::create(path).await.map_err(absent(no_such_upload))?;
        let mut file = tokio::io::BufWriter::with_capacity(256 * 1024, file);
        let algorithm = self.upload.kind.algorithm;
        let (mut bytes, mut md5, mut hasher) = (0_u64, Md5::new(), algorithm.hasher());
        while let Some(data) = body.next().await {
            let data: Bytes = data
                .map_err(|e| S3Error::with_message(S3ErrorCode::IncompleteBody, format!("the body broke off: {e}")))?;
            bytes = bytes.saturating_add(data.len() as u64);
            md5.update(&data);
            hasher.update(&data);
            file.write_all(&data).await.map_err(absent(no_such_upload))?;
        }
        file.flush().await.map_err(absent(no_such_upload))?;
        let checksum = algorithm.value(&hasher.finalize()).cloned().unwrap_or_default();
        Ok((bytes, md5.finalize(), checksum))
    }
}

impl Locked {
    fn record(&self, part: &Part) -> S3Result<()> {
        let folder = &self.found.folder;
        let name = record_name(part.number);
        let before: Option<Part> = read_json(&folder.join(&name))?;
        write_json(folder, &name, part)?;
        if let Some(before) = before {
            let _ = fs::remove_file(folder.join(before.file));
        }
        Ok(())
    }
}

pub(super) fn record_name(number: u16) -> String {
    format!("{number:05}.json")
}

fn checked(number: PartNumber) -> S3Result<u16> {
    let checked = u16::try_from(number).ok().filter(|_| (1..=MAX_PART).contains(&number));
    checked.ok_or_else(|| {
        let message = format!("Part number must be an integer between 1 and {MAX_PART}, inclusive");
        S3Error::with_message(S3ErrorCode::InvalidArgument, message)
    })
}

/// The bytes of an object that a part is copied from: all of them, or `bytes=FIRST-LAST`.
pub(in crate::objects) async fn source(path: &Path, range: Option<&str>) -> S3Result<StreamingBlob> {
    let no_key = || S3Error::new(S3ErrorCode::NoSuchKey);
    let mut file = File::open(path).map_err(absent(no_key))?;
    let length = file.metadata().map_err(absent(no_key))?.len();
    let (first, count) = match range {
        None => (0, length),
        Some(range) => {
            let bounds = range.strip_prefix("bytes=").and_then(|range| range.split_once('-'));
            let bounds = bounds.and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
            let (first, last): (u64, u64) = bounds.ok_or_else(|| {
                let message = "x-amz-copy-source-range must be bytes=FIRST-LAST";
                S3Error::with_message(S3ErrorCode::InvalidArgument, message)
            })?;
            if first > last || last >= length {
                return Err(S3Error::new(S3ErrorCode::InvalidRange));
            }
            (first, (last - first).saturating_add(1))
        }
    };
    file.seek(SeekFrom::Start(first)).map_err(S3Error::internal_error)?;
    let bytes = tokio::io::AsyncReadExt::take(tokio::fs::File::from_std(file), count);
    Ok(StreamingBlob::wrap(ReaderStream::with_capacity(bytes, 256 * 1024)))
}
