use std::fs::{self, DirEntry};
use std::path::Path;

use s3s::dto::{
    ETag, ListMultipartUploadsInput, ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput, MultipartUpload,
    Part as ListedPart, Timestamp,
};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::records::{Part, Upload, absent, read_json};
use super::{Found, Multipart, Place, UPLOAD, blocking, no_such_upload, parts::record_name};

/// S3's limit on one page, and what it takes without one.
const PAGE: i32 = 1_000;

impl Multipart {
    /// The parts that have arrived, in the order of their numbers.
    pub(in crate::objects) async fn list_parts(&self, input: ListPartsInput) -> S3Result<ListPartsOutput> {
        let place = Place { bucket: input.bucket, key: input.key, upload_id: input.upload_id };
        let found = self.find(place.clone()).await?;
        let most = page(input.max_parts)?;
        let after = input.part_number_marker.unwrap_or(0);
        blocking(move || {
            let numbers = found.numbers()?;
            let mut wanted = numbers.into_iter().filter(|number| i32::from(*number) > after);
            let parts: S3Result<Vec<ListedPart>> =
                wanted.by_ref().take(most).filter_map(|number| found.listed(number).transpose()).collect();
            let parts = parts?;
            let is_truncated = wanted.next().is_some();
            let kind = found.upload.kind;
            Ok(ListPartsOutput {
                bucket: Some(place.bucket),
                key: Some(place.key),
                upload_id: Some(place.upload_id),
                checksum_algorithm: found.upload.declared.then(|| kind.algorithm.name().to_owned().into()),
                checksum_type: found.upload.declared.then(|| kind.type_name().into()),
                is_truncated: Some(is_truncated),
                max_parts: i32::try_from(most).ok(),
                part_number_marker: Some(after),
                next_part_number_marker: parts.last().and_then(|part| part.part_number),
                parts: Some(parts),
                ..ListPartsOutput::default()
            })
        })
        .await
    }

    /// The uploads of a bucket that are under way, by key and then by id.
    pub(in crate::objects) async fn list(
        &self,
        input: ListMultipartUploadsInput,
    ) -> S3Result<ListMultipartUploadsOutput> {
        if input.delimiter.is_some() {
            return Err(S3Error::with_message(S3ErrorCode::NotImplemented, "delimiter"));
        }
        if !self.root.join(&input.bucket).is_dir() {
            return Err(S3Error::new(S3ErrorCode::NoSuchBucket));
        }
        let most = page(input.max_uploads)?;
        let (store, bucket, prefix) = (self.clone(), input.bucket.clone(), input.prefix.clone().unwrap_or_default());
        let mut uploads = blocking(move || store.uploads(&bucket, &prefix)).await?;
        uploads.sort_by(|a, b| (&a.key, &a.upload_id).cmp(&(&b.key, &b.upload_id)));
        if let Some(after) = &input.key_marker {
            // Without an id, all of that key have been seen.
            uploads.retain(|upload| match &input.upload_id_marker {
                Some(id) => (upload.key.as_ref(), upload.upload_id.as_ref()) > (Some(after), Some(id)),
                None => upload.key.as_ref() > Some(after),
            });
        }
        let is_truncated = uploads.len() > most;
        uploads.truncate(most);
        let last = uploads.last().filter(|_| is_truncated);
        Ok(ListMultipartUploadsOutput {
            bucket: Some(input.bucket),
            prefix: input.prefix,
            key_marker: input.key_marker,
            upload_id_marker: input.upload_id_marker,
            next_key_marker: last.and_then(|upload| upload.key.clone()),
            next_upload_id_marker: last.and_then(|upload| upload.upload_id.clone()),
            is_truncated: Some(is_truncated),
            max_uploads: i32::try_from(most).ok(),
            uploads: Some(uploads),
            ..ListMultipartUploadsOutput::default()
        })
    }

    fn uploads(&self, bucket: &str, prefix: &str) -> S3Result<Vec<MultipartUpload>> {
        let mut uploads = Vec::new();
        for entry in entries(&self.folder())? {
            // What is being begun or forgotten meanwhile has no record.
            let record = entry.path().join(UPLOAD);
            let Some(upload) = read_json::<Upload>(&record)? else { continue };
            if entry.path().extension().is_some() || upload.bucket != bucket || !upload.key.starts_with(prefix) {
                continue;
            }
            uploads.push(MultipartUpload {
                key: Some(upload.key),
                upload_id: entry.file_name().into_string().ok(),
                initiated: modified(&record),
                ..MultipartUpload::default()
            });
        }
        Ok(uploads)
    }
}

impl Found {
    pub(super) fn numbers(&self) -> S3Result<Vec<u16>> {
        let number = |entry: &DirEntry| entry.file_name().to_str()?.strip_suffix(".json")?.parse().ok();
        let mut numbers: Vec<u16> = entries(&self.folder)?.iter().filter_map(number).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The part of that number, if it is there.
    pub(super) fn part(&self, number: u16) -> S3Result<Option<Part>> {
        read_json(&self.folder.join(record_name(number)))
    }

    fn listed(&self, number: u16) -> S3Result<Option<ListedPart>> {
        let Some(part) = self.part(number)? else { return Ok(None) };
        let checksum = self.shown(&part.checksum);
        Ok(Some(ListedPart {
            part_number: Some(number.into()),
            e_tag: Some(ETag::Strong(part.etag)),
            size: i64::try_from(part.bytes).ok(),
            last_modified: modified(&self.folder.join(record_name(number))),
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
        }))
    }
}

fn page(wanted: Option<i32>) -> S3Result<usize> {
    usize::try_from(wanted.unwrap_or(PAGE).min(PAGE)).map_err(|_| {
        S3Error::with_message(S3ErrorCode::InvalidArgument, "expected a number of at most 2147483647 and at least 0")
    })
}

pub(super) fn entries(folder: &Path) -> S3Result<Vec<DirEntry>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.collect::<Result<_, _>>().map_err(absent(no_such_upload)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(S3Error::internal_error(e)),
    }
}

fn modified(path: &Path) -> Option<Timestamp> {
    Some(Timestamp::from(fs::metadata(path).ok()?.modified().ok()?))
}
