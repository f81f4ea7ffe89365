use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{Checksum, CompleteMultipartUploadInput, CompletedPart};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::records::{Finished, Part, read_json};
use super::steps::Assembly;
use super::{FINISHED, Found, MIN_PART, Multipart, Place, blocking};

/// An object that was put together.
#[derive(Debug)]
pub(in crate::objects) struct Completed {
    pub bytes: u64,
    /// Without quotes.
    pub etag: String,
    pub checksum: Checksum,
}

impl Multipart {
    /// Puts the object together from the parts that the request names, and forgets the upload.
    pub(in crate::objects) async fn complete(&self, input: CompleteMultipartUploadInput) -> S3Result<Completed> {
        let place = Place { bucket: input.bucket.clone(), key: input.key.clone(), upload_id: input.upload_id.clone() };
        let store = self.clone();
        blocking(move || {
            let locked = store.lock(&place)?;
            let found = &locked.found;
            // Killed on the way, or asked twice: what was decided then is brought to its end.
            let before: Option<Finished> = read_json(&found.folder.join(FINISHED))?;
            let (finished, parts) = if let Some(finished) = before {
                (finished, Vec::new())
            } else {
                let parts = found.named_parts(&input)?;
                (found.finished(&input, &parts)?, parts)
            };
            let completed = found.completed(&finished);
            Assembly { root: &store.root, found, parts: &parts, finished: &finished }.run()?;
            locked.forget()?;
            Ok(completed)
        })
        .await
    }
}

impl Found {
    /// The parts that the object is to have, each as the request describes it.
    pub(super) fn named_parts(&self, input: &CompleteMultipartUploadInput) -> S3Result<Vec<Part>> {
        let named = input.multipart_upload.as_ref().and_then(|upload| upload.parts.as_deref()).unwrap_or_default();
        if named.is_empty() {
            return Err(S3Error::with_message(S3ErrorCode::MalformedXML, "You must specify at least one part"));
        }
        if !named.is_sorted_by(|a, b| a.part_number.is_some() && a.part_number < b.part_number) {
            let message = "The list of parts was not in ascending order. The parts list must be specified in order by \
                           part number.";
            return Err(S3Error::with_message(S3ErrorCode::InvalidPartOrder, message));
        }
        let parts = named.iter().map(|part| self.named_part(part)).collect::<S3Result<Vec<Part>>>()?;
        let small = parts.iter().rev().skip(1).any(|part| part.bytes < MIN_PART);
        if small {
            let message =
                "Your proposed upload is smaller than the minimum allowed size: 5 MiB for each part but the last.";
            return Err(S3Error::with_message(S3ErrorCode::EntityTooSmall, message));
        }
        Ok(parts)
    }

    fn named_part(&self, named: &CompletedPart) -> S3Result<Part> {
        let number = named.part_number.unwrap_or(0);
        let invalid = || {
            let message = format!(
                "Part {number} could not be found. It may not have been uploaded, or its entity tag or checksum may be \
                 another."
            );
            S3Error::with_message(S3ErrorCode::InvalidPart, message)
        };
        let found = u16::try_from(number).ok().and_then(|number| self.part(number).transpose());
        let part = found.ok_or_else(invalid)??;
        if named.e_tag.as_ref().is_none_or(|etag| etag.value() != part.etag) {
            return Err(invalid());
        }
        let brought = Checksum {
            checksum_crc32: named.checksum_crc32.clone(),
            checksum_crc32c: named.checksum_crc32c.clone(),
            checksum_crc64nvme: named.checksum_crc64nvme.clone(),
            checksum_sha1: named.checksum_sha1.clone(),
            checksum_sha256: named.checksum_sha256.clone(),
            ..Checksum::default()
        };
        match self.ours(&brought)? {
            Some(checksum) if *checksum != part.checksum => Err(invalid()),
            None if self.upload.declared && !self.upload.kind.full_object => {
                let message = format!(
                    "The upload was created using a {} checksum. The complete request must include the checksum for \
                     each part. It was missing for part {number} in the request.",
                    self.upload.kind.algorithm.name().to_lowercase()
                );
                Err(S3Error::with_message(S3ErrorCode::InvalidRequest, message))
            }
            _ => Ok(part),
        }
    }

    /// The checksum by the upload's algorithm; an error where there is one by another.
    fn ours<'a>(&self, brought: &'a Checksum) -> S3Result<Option<&'a String>> {
        let ours = self.upload.kind.algorithm;
        let other = super::algorithm::Algorithm::ALL.into_iter().find(|a| *a != ours && a.value(brought).is_some());
        match other {
            Some(other) if self.upload.declared => {
                let message = format!("expected a checksum by {}, not by {}", ours.name(), other.name());
                Err(S3Error::with_message(S3ErrorCode::InvalidRequest, message))
            }
            _ => Ok(ours.value(brought)),
        }
    }

    /// What the object will be, where that is what the request expects.
    pub(super) fn finished(&self, input: &CompleteMultipartUploadInput, parts: &[Part]) -> S3Result<Finished> {
        let bytes = parts.iter().map(|part| part.bytes).sum::<u64>();
        if input.mpu_object_size.is_some_and(|wanted| u64::try_from(wanted) != Ok(bytes)) {
            let message =
                format!("The provided 'x-amz-mp-object-size' header does not match: the parts have {bytes} bytes");
            return Err(S3Error::with_message(S3ErrorCode::InvalidRequest, message));
        }
        let kind = self.upload.kind;
        if input.checksum_type.as_ref().is_some_and(|wanted| wanted.as_str() != kind.type_name()) {
            let message = format!("The upload was created using the {} checksum type", kind.type_name());
            return Err(S3Error::with_message(S3ErrorCode::InvalidRequest, message));
        }
        let broken = || S3Error::with_message(S3ErrorCode::InternalError, "a part's record cannot be read");
        let checksum = kind.of_object(parts).ok_or_else(broken)?;
        let expected = Checksum {
            checksum_crc32: input.checksum_crc32.clone(),
            checksum_crc32c: input.checksum_crc32c.clone(),
            checksum_crc64nvme: input.checksum_crc64nvme.clone(),
            checksum_sha1: input.checksum_sha1.clone(),
            checksum_sha256: input.checksum_sha256.clone(),
            ..Checksum::default()
        };
        // The number of parts may be left off.
        let same = |wanted: &String| *wanted == checksum || checksum.split('-').next() == Some(wanted);
        if self.ours(&expected)?.is_some_and(|wanted| !same(wanted)) {
            let name = kind.algorithm.name().to_lowercase();
            let message = format!("The {name} you specified did not match the calculated checksum.");
            return Err(S3Error::with_message(S3ErrorCode::BadDigest, message));
        }
        let mut md5s = Md5::new();
        for part in parts {
            md5s.update(&hexadecimal(&part.etag).ok_or_else(broken)?);
        }
        let md5: String = md5s.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Finished { etag: format!("{md5}-{}", parts.len()), checksum, bytes })
    }

    pub(super) fn completed(&self, finished: &Finished) -> Completed {
        let checksum = self.upload.kind.algorithm.checksum(finished.checksum.clone());
        Completed { bytes: finished.bytes, etag: finished.etag.clone(), checksum }
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let byte = |at: usize| u8::from_str_radix(text.get(at..at.checked_add(2)?)?, 16).ok();
    (0..text.len()).step_by(2).map(byte).collect()
}
