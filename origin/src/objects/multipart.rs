//! Multipart uploads as the object store keeps them. What has arrived is asked of the store each time: it alone knows.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart};

use super::{Buckets, unavailable};
use crate::Problem;

/// A part that has arrived.
pub struct Arrived {
    pub number: u32,
    pub bytes: u64,
    /// Without quotes.
    pub etag: String,
    /// Base64; `None` from a store that keeps none.
    pub sha256: Option<String>,
}

/// A part as it is named when the whole is joined.
pub struct Joined {
    pub number: u32,
    pub etag: String,
    /// Base64.
    pub sha256: String,
}

/// What became of joining the parts.
#[derive(Debug, PartialEq, Eq)]
pub enum Completion {
    Done,
    /// The store knows nothing of the upload: it was completed or aborted before.
    NoUpload,
    /// A part is missing, or is not the one that was named.
    PartsDiffer,
}

impl Buckets {
    /// Begins a multipart upload whose parts the store checks by their SHA-256; its id.
    pub async fn begin_multipart(&self, key: &str, content_type: &str) -> Result<String, Problem> {
        let begin = self.client.create_multipart_upload().bucket(&self.raw).key(key).content_type(content_type);
        let begin = begin.checksum_algorithm(ChecksumAlgorithm::Sha256).checksum_type(ChecksumType::Composite);
        let upload = begin.send().await.map_err(unavailable)?;
        let id = upload.upload_id().map(str::to_owned);
        id.ok_or_else(|| Problem::unavailable("objects_unavailable", &"a multipart upload was begun without an id"))
    }

    /// The parts that have arrived, in order; `None`: the store knows nothing of the upload.
    pub async fn arrived(&self, key: &str, upload_id: &str) -> Result<Option<Vec<Arrived>>, Problem> {
        let mut arrived = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let list = self.client.list_parts().bucket(&self.raw).key(key).upload_id(upload_id);
            let page = match list.set_part_number_marker(marker).send().await {
                Ok(page) => page,
                Err(e) if e.as_service_error().and_then(ProvideErrorMetadata::code) == Some("NoSuchUpload") => {
                    return Ok(None);
                }
                Err(e) => return Err(unavailable(e)),
            };
            arrived.extend(page.parts().iter().filter_map(|part| {
                Some(Arrived {
                    number: u32::try_from(part.part_number()?).ok()?,
                    bytes: u64::try_from(part.size()?).ok()?,
                    etag: part.e_tag()?.trim_matches('"').to_owned(),
                    sha256: part.checksum_sha256().map(str::to_owned),
                })
            }));
            marker = page.next_part_number_marker().map(str::to_owned).filter(|_| page.is_truncated() == Some(true));
            if marker.is_none() {
                arrived.sort_by_key(|part| part.number);
                return Ok(Some(arrived));
            }
        }
    }

    /// Joins the parts to the object. The store compares each part's SHA-256 with the one that it checked when it came.
    pub async fn complete_multipart(
        &self,
        key: &str,
        upload_id: &str,
        parts: &[Joined],
    ) -> Result<Completion, Problem> {
        let part = |part: &Joined| {
            let number = i32::try_from(part.number).unwrap_or(i32::MAX);
            CompletedPart::builder().part_number(number).e_tag(&part.etag).checksum_sha256(&part.sha256).build()
        };
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.iter().map(part).collect())).build();
        let complete = self.client.complete_multipart_upload().bucket(&self.raw).key(key).upload_id(upload_id);
        match complete.multipart_upload(parts).send().await {
            Ok(_) => Ok(Completion::Done),
            Err(e) => match e.as_service_error().and_then(ProvideErrorMetadata::code) {
                Some("NoSuchUpload") => Ok(Completion::NoUpload),
                Some("InvalidPart" | "InvalidPartOrder" | "EntityTooSmall" | "BadDigest" | "InvalidRequest") => {
                    Ok(Completion::PartsDiffer)
                }
                _ => Err(unavailable(e)),
            },
        }
    }

    /// Gives an upload up, and what has arrived of it; one that is not there is as good as given up.
    pub async fn abort_multipart(&self, key: &str, upload_id: &str) -> Result<(), Problem> {
        let abort = self.client.abort_multipart_upload().bucket(&self.raw).key(key).upload_id(upload_id);
        match abort.send().await {
            Ok(_) => Ok(()),
            Err(e) if e.as_service_error().and_then(ProvideErrorMetadata::code) == Some("NoSuchUpload") => Ok(()),
            Err(e) => Err(unavailable(e)),
        }
    }
}
