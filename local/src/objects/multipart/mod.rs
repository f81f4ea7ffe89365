//! Multipart uploads, so that a kill at any moment leaves either the whole upload or the whole object.
//!
//! `ROOT/.multipart/ID/` is an upload. `upload.json` is written last when it begins; a part is its file and a record
//! `00001.json` that names it; `finished.json` says that the object is whole and how it is described. What one of these
//! names is there, and what none of them names is rubbish that the next start removes. From `finished.json` on the way
//! leads forward only, be it in the same process or at the next start.
//!
//! Without a checksum algorithm an upload is kept by CRC-64/NVME, as S3 does; a part may then bring any other, which is
//! checked and not kept.

mod algorithm;
mod completion;
mod list;
mod parts;
mod records;
mod recovery;
mod request;
mod steps;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use s3s::dto::{AbortMultipartUploadInput, CreateMultipartUploadInput, CreateMultipartUploadOutput, PartNumber};
use s3s::{S3Error, S3ErrorCode, S3Result};
use uuid::Uuid;

use completion::Completed;
pub(super) use parts::source;
use records::{Attributes, Upload, absent, read_json, write_json};
pub(super) use request::Place;

/// S3's limit on the number of a part.
const MAX_PART: PartNumber = 10_000;
/// The least that every part but the last has, in bytes.
const MIN_PART: u64 = 5 * 1024 * 1024;

const UPLOAD: &str = "upload.json";
const FINISHED: &str = "finished.json";

/// All uploads under way below one root.
#[derive(Clone)]
pub(super) struct Multipart {
    root: PathBuf,
}

/// An upload that is there.
pub(super) struct Found {
    folder: PathBuf,
    upload: Upload,
}

/// An upload that nobody else changes for as long as this lives.
struct Locked {
    found: Found,
    _lock: File,
}

impl Multipart {
    /// Opens what is below `root`; [`Multipart::recover`] comes before anything else.
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn folder(&self) -> PathBuf {
        self.root.join(".multipart")
    }

    /// Begins an upload.
    pub(super) async fn create(&self, input: CreateMultipartUploadInput) -> S3Result<CreateMultipartUploadOutput> {
        if !self.root.join(&input.bucket).is_dir() {
            return Err(S3Error::new(S3ErrorCode::NoSuchBucket));
        }
        let kind = request::kind(input.checksum_algorithm.as_ref(), input.checksum_type.as_ref())?;
        let upload = Upload {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            declared: input.checksum_algorithm.is_some(),
            kind,
            attributes: Attributes::of(&input),
        };
        let id = Uuid::new_v4().to_string();
        let folder = self.folder().join(&id);
        blocking(move || {
            fs::create_dir_all(&folder).map_err(S3Error::internal_error)?;
            write_json(&folder, UPLOAD, &upload)
        })
        .await?;
        Ok(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            checksum_algorithm: input.checksum_algorithm.is_some().then(|| kind.algorithm.name().to_owned().into()),
            checksum_type: input.checksum_algorithm.is_some().then(|| kind.type_name().into()),
            ..CreateMultipartUploadOutput::default()
        })
    }

    /// Forgets an upload and its parts.
    pub(super) async fn abort(&self, input: AbortMultipartUploadInput) -> S3Result<()> {
        let place = Place { bucket: input.bucket, key: input.key, upload_id: input.upload_id };
        let store = self.clone();
        blocking(move || store.lock(&place)?.forget()).await
    }

    /// The upload, unless there is none of that id for that object.
    pub(super) async fn find(&self, place: Place) -> S3Result<Found> {
        let store = self.clone();
        blocking(move || store.found(&place)).await
    }

    fn found(&self, place: &Place) -> S3Result<Found> {
        // Ids are ours: what is no UUID could be a path to somewhere else.
        let id = Uuid::try_parse(&place.upload_id).map_err(|_| no_such_upload())?;
        let folder = self.folder().join(id.to_string());
        let upload: Upload = read_json(&folder.join(UPLOAD))?.ok_or_else(no_such_upload)?;
        if upload.bucket != place.bucket || upload.key != place.key {
            return Err(no_such_upload());
        }
        Ok(Found { folder, upload })
    }

    fn lock(&self, place: &Place) -> S3Result<Locked> {
        self.found(place)?.lock()
    }
}

impl Found {
    fn lock(self) -> S3Result<Locked> {
        let lock = File::open(self.folder.join(UPLOAD)).map_err(absent(no_such_upload))?;
        lock.lock().map_err(S3Error::internal_error)?;
        // Whoever held it before may have ended the upload.
        if !self.folder.join(UPLOAD).exists() {
            return Err(no_such_upload());
        }
        Ok(Locked { found: self, _lock: lock })
    }
}

impl Locked {
    /// Removes the upload: at once for whoever asks, and then its files.
    fn forget(self) -> S3Result<()> {
        let gone = self.found.folder.with_extension("gone");
        fs::rename(&self.found.folder, &gone).map_err(absent(no_such_upload))?;
        // What stays of it is nobody's, and goes with the next start.
        let _ = fs::remove_dir_all(&gone);
        Ok(())
    }
}

fn no_such_upload() -> S3Error {
    let message = "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have \
                   been aborted or completed.";
    S3Error::with_message(S3ErrorCode::NoSuchUpload, message)
}

/// Runs what waits for the disk where waiting hinders nobody.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> S3Result<T> + Send + 'static) -> S3Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| Err(S3Error::internal_error(e)))
}
