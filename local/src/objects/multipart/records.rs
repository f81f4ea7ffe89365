//! What is written beside the parts, and how.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use s3s::dto::{CreateMultipartUploadInput, Metadata, TimestampFormat};
use s3s::{S3Error, S3ErrorCode, S3Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::algorithm::Kind;

/// `upload.json`
#[derive(Serialize, Deserialize)]
pub(super) struct Upload {
    pub bucket: String,
    pub key: String,
    /// Whether its creator named the algorithm.
    pub declared: bool,
    pub kind: Kind,
    pub attributes: Attributes,
}

/// `00001.json`
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Part {
    pub number: u16,
    /// The name of the file with its bytes, beside the record.
    pub file: String,
    pub bytes: u64,
    /// The MD5 of its bytes in hexadecimal.
    pub etag: String,
    /// By the upload's algorithm; Base64.
    pub checksum: String,
}

/// `finished.json`: the object is whole.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Finished {
    pub etag: String,
    pub checksum: String,
    pub bytes: u64,
}

/// What an object has besides its bytes, in the form in which s3s-fs 0.14.1 keeps it.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Attributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_metadata: Option<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website_redirect_location: Option<String>,
}

impl Attributes {
    pub fn of(input: &CreateMultipartUploadInput) -> Self {
        let expires = input.expires.as_ref().and_then(|at| {
            let mut text = Vec::new();
            at.format(TimestampFormat::DateTime, &mut text).ok()?;
            String::from_utf8(text).ok()
        });
        Self {
            user_metadata: input.metadata.clone(),
            content_encoding: input.content_encoding.clone(),
            content_type: input.content_type.clone(),
            content_disposition: input.content_disposition.clone(),
            content_language: input.content_language.clone(),
            cache_control: input.cache_control.clone(),
            expires,
            website_redirect_location: input.website_redirect_location.clone(),
        }
    }
}

/// Reads a record; `None` where there is none.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> S3Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(S3Error::internal_error),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(S3Error::internal_error(e)),
    }
}

/// Writes a record whole or not at all.
pub(super) fn write_json(folder: &Path, name: &str, record: &impl Serialize) -> S3Result<()> {
    let bytes = serde_json::to_vec(record).map_err(S3Error::internal_error)?;
    let beside = Temporary::in_folder(folder);
    let written = fs::File::create(&beside.0).and_then(|mut file| file.write_all(&bytes));
    written.and_then(|()| beside.keep_as(&folder.join(name))).map_err(absent(super::no_such_upload))
}

/// An error of the disk; the given one where what was to be there is not.
pub(super) fn absent(otherwise: fn() -> S3Error) -> impl Fn(io::Error) -> S3Error {
    move |e| match e.kind() {
        io::ErrorKind::NotFound => otherwise(),
        // The disk is full: worth saying, since only people can do something about it.
        io::ErrorKind::StorageFull => S3Error::with_message(S3ErrorCode::InternalError, "no space left on the disk"),
        _ => S3Error::internal_error(e),
    }
}

/// A file that is being written, and goes when it is given up.
pub(super) struct Temporary(PathBuf);

impl Temporary {
    pub fn in_folder(folder: &Path) -> Self {
        Self(folder.join(format!("{}.tmp", Uuid::new_v4())))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Gives it its name.
    pub fn keep_as(self, path: &Path) -> io::Result<()> {
        fs::rename(&self.0, path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
