//! The raw bucket as a destination, by the AWS SDK: for whoever has the keys of the account. What arrives there is
//! registered by the processors.

use std::path::Path;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use http::StatusCode;

use super::destination::{Arrived, Begun, Description, Destination, Part, UnderWay};
use super::file::LocalFile;
use super::progress::Bar;
use crate::client::{ClientError, patiently};

const MIB: u64 = 1 << 20;
/// Files up to this are sent in one PUT, bytes.
const AT_ONCE: u64 = 64 * MIB;
/// The least that a part has, bytes.
const PART: u64 = 16 * MIB;
/// S3's limit.
const MOST_PARTS: u64 = 10_000;

/// A bucket, and where in it.
pub struct Bucket {
    pub client: Client,
    pub name: String,
    /// `OWNER` or `OWNER/folder`: the processors take the first segment for the owner's `sub`.
    pub prefix: String,
}

impl Bucket {
    fn key(&self, file: &LocalFile) -> String {
        format!("{}/{}", self.prefix.trim_matches('/'), file.name)
    }

    async fn body(file: &LocalFile, offset: u64, length: u64) -> Result<ByteStream, ClientError> {
        let path: &Path = &file.path;
        let body = ByteStream::read_from().path(path).offset(offset).length(Length::Exact(length)).build().await;
        body.map_err(|e| ClientError::Local(format!("{}: {e}", file.path.display())))
    }
}

#[async_trait(?Send)]
impl Destination for Bucket {
    async fn begin(
        &self,
        file: &LocalFile,
        crc64nvme: &str,
        _key: &str,
        _description: &Description,
        bar: &Bar,
    ) -> Result<Begun, ClientError> {
        let key = self.key(file);
        if file.size > AT_ONCE {
            let create = self.client.create_multipart_upload().bucket(&self.name).key(&key);
            let begun = patiently(async || {
                create.clone().checksum_algorithm(ChecksumAlgorithm::Sha256).send().await.map_err(failed)
            });
            let upload = begun.await?.upload_id.unwrap_or_default();
            return Ok(Begun::Parts { upload, part_bytes: part_bytes(file.size) });
        }
        patiently(async || {
            let put = self.client.put_object().bucket(&self.name).key(&key).checksum_crc64_nvme(crc64nvme);
            put.body(Self::body(file, 0, file.size).await?).send().await.map_err(failed)
        })
        .await?;
        bar.advance(file.size);
        Ok(Begun::Sent { upload: String::new() })
    }

    async fn under_way(&self, file: &LocalFile, upload: &str) -> Result<Option<UnderWay>, ClientError> {
        if upload.is_empty() {
            return Ok(None);
        }
        let list = self.client.list_parts().bucket(&self.name).key(self.key(file)).upload_id(upload);
        let mut pages = list.into_paginator().send();
        let mut arrived = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page {
                Err(e) if e.as_service_error().and_then(|e| e.code()) == Some("NoSuchUpload") => return Ok(None),
                page => page.map_err(failed)?,
            };
            arrived.extend(page.parts().iter().map(|part| Arrived {
                number: part.part_number().and_then(|n| u32::try_from(n).ok()).unwrap_or_default(),
                bytes: part.size().and_then(|n| u64::try_from(n).ok()).unwrap_or_default(),
                etag: part.e_tag().unwrap_or_default().trim_matches('"').to_owned(),
                sha256: part.checksum_sha256().map(str::to_owned),
            }));
        }
        Ok(Some(UnderWay { upload: upload.to_owned(), part_bytes: part_bytes(file.size), arrived }))
    }

    async fn forgotten(&self, file: &LocalFile) -> Result<Vec<String>, ClientError> {
        let key = self.key(file);
        let list = self.client.list_multipart_uploads().bucket(&self.name).prefix(&key).send().await.map_err(failed)?;
        let ours = list.uploads().iter().filter(|upload| upload.key() == Some(&key));
        Ok(ours.filter_map(|upload| upload.upload_id().map(str::to_owned)).collect())
    }

    async fn send(&self, file: &LocalFile, upload: &str, part: &Part, bar: &Bar) -> Result<(), ClientError> {
        let sums = &part.sums;
        let put = self.client.upload_part().bucket(&self.name).key(self.key(file)).upload_id(upload);
        let put = put.part_number(number(part)).checksum_sha256(&sums.sha256);
        put.body(Self::body(file, part.offset, sums.bytes).await?).send().await.map_err(failed)?;
        bar.advance(sums.bytes);
        Ok(())
    }

    async fn complete(
        &self,
        file: &LocalFile,
        upload: &str,
        _crc64nvme: &str,
        parts: &[Part],
    ) -> Result<String, ClientError> {
        let key = self.key(file);
        if parts.is_empty() {
            // Sent at once, or completed by a run that was killed: the object says whether it is so.
            return if self.is_there(&key).await? { Ok(key) } else { Err(missing()) };
        }
        // The entity tags are the store's.
        let under_way = self.under_way(file, upload).await?.ok_or_else(missing)?;
        let named = parts.iter().map(|part| {
            let there = under_way.arrived.iter().find(|there| there.number == part.number).ok_or_else(missing)?;
            let named = CompletedPart::builder().part_number(number(part)).e_tag(format!("\"{}\"", there.etag));
            Ok(named.checksum_sha256(&part.sums.sha256).build())
        });
        let named = named.collect::<Result<Vec<_>, ClientError>>()?;
        let named = CompletedMultipartUpload::builder().set_parts(Some(named)).build();
        let complete = self.client.complete_multipart_upload().bucket(&self.name).key(&key).upload_id(upload);
        complete.multipart_upload(named).send().await.map_err(failed)?;
        Ok(key)
    }

    async fn is_there(&self, media: &str) -> Result<bool, ClientError> {
        match self.client.head_object().bucket(&self.name).key(media).send().await {
            Ok(_) => Ok(true),
            Err(e) if e.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(false),
            Err(e) => Err(failed(e)),
        }
    }
}

fn number(part: &Part) -> i32 {
    i32::try_from(part.number).unwrap_or(i32::MAX)
}

fn part_bytes(size: u64) -> u64 {
    size.div_ceil(MOST_PARTS).max(PART).div_ceil(MIB) * MIB
}

fn missing() -> ClientError {
    ClientError::Refused {
        status: StatusCode::CONFLICT,
        reason: "parts_missing".to_owned(),
        detail: "not all of the file has arrived".to_owned(),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "what map_err hands over")]
fn failed<E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static>(
    error: SdkError<E, aws_sdk_s3::config::http::HttpResponse>,
) -> ClientError {
    match &error {
        SdkError::ServiceError(refused) => {
            let status = StatusCode::from_u16(refused.raw().status().as_u16()).unwrap_or_default();
            let detail = refused.err().message().unwrap_or("the store refused").to_owned();
            ClientError::Refused { status, reason: refused.err().code().unwrap_or_default().to_owned(), detail }
        }
        SdkError::ConstructionFailure(_) => ClientError::Local(DisplayErrorContext(&error).to_string()),
        _ => ClientError::Connection(DisplayErrorContext(&error).to_string()),
    }
}
