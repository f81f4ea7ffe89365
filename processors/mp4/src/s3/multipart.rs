//! New objects, in one piece or in parts.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _, stream};

use super::error::failed;
use super::{Attributes, Error, ObjectError, ObjectProblem, ObjectReader, ObjectUri};
use crate::faststart::{Part, Plan, Upload, Work, body};
use crate::read::{FileReader, ReadAt};

/// The object to be made.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub client: &'a Client,
    pub uri: &'a ObjectUri,
    pub attributes: &'a Attributes,
    /// The entity tag of what it replaces, if it must be that.
    pub replaces: Option<&'a str>,
    /// How many parts go at once.
    pub at_once: usize,
}

/// Where the media data is that does not go through memory.
#[derive(Clone, Copy)]
pub(super) enum MediaData<'a> {
    /// In S3, which copies it.
    Object(&'a ObjectReader),
    /// In a local file, from which it is sent.
    File { path: &'a Path, reader: &'a FileReader },
}

impl Target<'_> {
    /// Makes the object. The work returned holds nothing of what `source` was asked for.
    pub async fn make(
        self,
        plan: &Plan,
        upload: Upload,
        source: &impl ReadAt,
        media_data: MediaData<'_>,
    ) -> Result<Work, Error> {
        let list = match upload {
            Upload::Whole(pieces) => {
                let bytes = body(plan, &pieces, source).await?;
                media_data.check_unchanged()?;
                let work = Work { bytes_written: bytes.len() as u64, requests: 1, ..Work::default() };
                let put = self.client.put_object().bucket(&self.uri.bucket).key(&self.uri.key);
                let put = self.attributes.put(put).set_if_match(self.replaces.map(str::to_owned));
                let put = put.body(bytes.into()).send().await;
                put.map_err(|error| self.replacing(failed("PutObject", self.uri, &error)))?;
                return Ok(work);
            }
            Upload::Multipart(list) => list,
        };
        let create = self.client.create_multipart_upload().bucket(&self.uri.bucket).key(&self.uri.key);
        let created = self.attributes.create(create).send().await;
        let created = created.map_err(|error| failed("CreateMultipartUpload", self.uri, &error))?;
        let Some(id) = created.upload_id else { return Err(self.odd("CreateMultipartUpload", "no upload id").into()) };
        let made = match self.parts(&id, plan, &list, source, media_data).await {
            Ok((parts, work)) => self.complete(&id, parts).await.map(|()| work),
            Err(failure) => Err(failure),
        };
        match made {
            // Beside the parts: to begin and to complete.
            Ok(work) => Ok(Work { requests: work.requests + 2, ..work }),
            Err(failure) => Err(self.abort(id, failure).await),
        }
    }

    async fn parts(
        self,
        id: &str,
        plan: &Plan,
        list: &[Part],
        source: &impl ReadAt,
        media_data: MediaData<'_>,
    ) -> Result<(Vec<CompletedPart>, Work), Error> {
        let stopped = AtomicBool::new(false);
        let stopped = &stopped;
        // In boxes: a stream that holds the closure that makes them would not be `Send`.
        let mut all: Vec<BoxFuture<'_, _>> = Vec::with_capacity(list.len());
        for (number, part) in (1..).zip(list) {
            let future = async move {
                // Those under way end before the upload is aborted, or they would outlive it.
                if stopped.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                let done = self.part(id, number, plan, part, source, media_data).await;
                stopped.fetch_or(done.is_err(), Ordering::Relaxed);
                done.map(Some)
            };
            all.push(future.boxed());
        }
        let mut all = stream::iter(all).buffer_unordered(self.at_once.max(1));
        let (mut parts, mut work, mut failure) = (Vec::new(), Work::default(), None);
        while let Some(done) = all.next().await {
            match done {
                Ok(Some((part, bytes))) => {
                    work.parts += 1;
                    work.requests += 1;
                    work.bytes_written += bytes.written;
                    work.bytes_copied += bytes.copied;
                    parts.push(part);
                }
                Ok(None) => {}
                // A source that is another one by now explains whatever else failed.
                Err(error @ Error::Film(crate::Error::Changed)) => failure = Some(error),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        media_data.check_unchanged()?;
        parts.sort_by_key(CompletedPart::part_number);
        failure.map_or(Ok((parts, work)), Err)
    }

    async fn part(
        self,
        id: &str,
        number: i32,
        plan: &Plan,
        part: &Part,
        source: &impl ReadAt,
        media_data: MediaData<'_>,
    ) -> Result<(CompletedPart, Bytes), Error> {
        let (etag, bytes) = match (part, media_data) {
            (Part::Send(pieces), _) => {
                let bytes = body(plan, pieces, source).await?;
                let written = bytes.len() as u64;
                (self.send(id, number, bytes.into()).await?, Bytes { written, copied: 0 })
            }
            (Part::Copy(range), MediaData::Object(object)) => {
                (self.copy(id, number, object, range).await?, Bytes { written: 0, copied: range.end - range.start })
            }
            (Part::Copy(range), MediaData::File { path, .. }) => {
                let written = range.end - range.start;
                let section = ByteStream::read_from().path(path).offset(range.start).length(Length::Exact(written));
                let section = section.build().await.map_err(|error| self.odd("UploadPart", error))?;
                (self.send(id, number, section).await?, Bytes { written, copied: 0 })
            }
        };
        Ok((CompletedPart::builder().part_number(number).set_e_tag(etag).build(), bytes))
    }

    async fn send(self, id: &str, number: i32, body: ByteStream) -> Result<Option<String>, ObjectError> {
        let upload = self.client.upload_part().bucket(&self.uri.bucket).key(&self.uri.key).upload_id(id);
        let sent = upload.part_number(number).body(body).send().await;
        sent.map(|sent| sent.e_tag).map_err(|error| failed("UploadPart", self.uri, &error))
    }

    async fn copy(
        self,
        id: &str,
        number: i32,
        object: &ObjectReader,
        range: &Range<u64>,
    ) -> Result<Option<String>, ObjectError> {
        let copy = self.client.upload_part_copy().bucket(&self.uri.bucket).key(&self.uri.key).upload_id(id);
        let copy = copy.part_number(number).copy_source(object.uri().copy_source());
        let copy = copy.copy_source_range(format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
        match copy.copy_source_if_match(object.etag()).send().await {
            Ok(copied) => Ok(copied.copy_part_result.and_then(|result| result.e_tag)),
            Err(error) => {
                let mut error = failed("UploadPartCopy", self.uri, &error);
                // Of what is missing it is the source that was there before, unless the upload is meant.
                if matches!(&error.problem, ObjectProblem::Missing(said) if said.starts_with("NoSuchKey")) {
                    error.problem = ObjectProblem::Changed;
                }
                Err(error)
            }
        }
    }

    async fn complete(self, id: &str, parts: Vec<CompletedPart>) -> Result<(), Error> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let complete = self.client.complete_multipart_upload().bucket(&self.uri.bucket).key(&self.uri.key);
        let complete = complete.upload_id(id).multipart_upload(parts).set_if_match(self.replaces.map(str::to_owned));
        let completed = complete.send().await;
        completed.map_err(|error| self.replacing(failed("CompleteMultipartUpload", self.uri, &error)))?;
        Ok(())
    }

    /// What was to be replaced and is not there any more has changed.
    fn replacing(self, error: ObjectError) -> ObjectError {
        let gone = matches!(&error.problem, ObjectProblem::Missing(said) if said.starts_with("NoSuchKey"));
        let problem = if gone && self.replaces.is_some() { ObjectProblem::Changed } else { error.problem };
        ObjectError { problem, ..error }
    }

    /// What is said of an upload that failed, once its parts are gone.
    async fn abort(self, upload: String, failure: Error) -> Error {
        let abort = self.client.abort_multipart_upload().bucket(&self.uri.bucket).key(&self.uri.key);
        let aborted = abort.upload_id(&upload).send().await;
        match aborted.map_err(|error| failed("AbortMultipartUpload", self.uri, &error)) {
            Ok(_) | Err(ObjectError { problem: ObjectProblem::Missing(_), .. }) => failure,
            Err(abort) => Error::NotAborted { failure: Box::new(failure), upload, abort: Box::new(abort) },
        }
    }

    fn odd(&self, action: &'static str, what: impl std::fmt::Display) -> ObjectError {
        ObjectError { action, uri: self.uri.clone(), problem: ObjectProblem::Other(what.to_string()) }
    }
}

/// How the bytes of a part came to be in it.
struct Bytes {
    written: u64,
    copied: u64,
}

impl MediaData<'_> {
    fn check_unchanged(self) -> Result<(), Error> {
        match self {
            // Every request of it is conditional.
            Self::Object(_) => Ok(()),
            Self::File { reader, .. } => Ok(reader.check_unchanged().map_err(crate::Error::from)?),
        }
    }
}
