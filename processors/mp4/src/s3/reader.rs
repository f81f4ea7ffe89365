//! An object, read in ranges.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};

use super::error::failed;
use super::{Attributes, ObjectError, ObjectProblem, ObjectUri};
use crate::read::{ReadAt, Traffic};

/// The first request brings so many bytes, which are kept: with most films the boxes before the media data.
const FIRST: u64 = 64 * 1024;
/// So often the rest of one body is asked for.
const CUTS: u32 = 5;
/// Before the first of these; twice as long before each further one.
const PAUSE: Duration = Duration::from_millis(100);

const GET: &str = "GetObject";

/// One version of an object in S3, by ranged requests with `If-Match`: once the object is replaced or deleted, reading fails with
/// [`crate::SourceChanged`]. A body that is cut off is continued where it ended.
#[derive(Debug)]
pub struct ObjectReader {
    client: Client,
    uri: ObjectUri,
    size: u64,
    etag: String,
    attributes: Attributes,
    first: Bytes,
    traffic: Mutex<Traffic>,
}

/// How a request for a range ended.
enum Ended {
    Whole,
    /// With a body that is cut off.
    Cut(String),
}

impl ObjectReader {
    /// Opens an object by reading its first 64 KiB.
    ///
    /// # Errors
    /// The object is not there, may not be read, or the store answers without a range or an `ETag`.
    pub async fn open(client: &Client, uri: &ObjectUri) -> Result<Self, ObjectError> {
        let request = client.get_object().bucket(&uri.bucket).key(&uri.key);
        let answer = match request.range(format!("bytes=0-{}", FIRST - 1)).send().await {
            Ok(answer) => Some(answer),
            // No range can be had of an object without bytes.
            Err(error) if error.raw_response().is_some_and(|raw| raw.status().as_u16() == 416) => None,
            Err(error) => return Err(failed(GET, uri, &error)),
        };
        let mut reader = Self {
            client: client.clone(),
            uri: uri.clone(),
            size: 0,
            etag: String::new(),
            attributes: Attributes::default(),
            first: Bytes::new(),
            traffic: Mutex::new(Traffic { requests: 1, bytes: 0 }),
        };
        if let Some(answer) = answer {
            let (start, size) = content_range(&answer).unwrap_or((u64::MAX, 0));
            let Some(etag) = answer.e_tag().filter(|_| start == 0) else {
                return Err(reader.error("the answer names no range or no ETag; ranged requests are needed"));
            };
            reader.size = size;
            etag.clone_into(&mut reader.etag);
            reader.attributes = Attributes::of(&answer);
            let mut first = BytesMut::new();
            // What is missing of it is read when it is wanted.
            reader.receive(answer.body, usize::try_from(FIRST.min(size)).unwrap_or(0), &mut first).await?;
            reader.first = first.freeze();
        }
        Ok(reader)
    }

    /// Its name.
    pub fn uri(&self) -> &ObjectUri {
        &self.uri
    }

    /// The entity tag that every request asks for, with its quotes.
    pub fn etag(&self) -> &str {
        &self.etag
    }

    /// Its headers and metadata.
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// What was read so far, opening included. What the client retried by itself counts as one request.
    pub fn traffic(&self) -> Traffic {
        *self.counted()
    }

    // What is behind the lock is whole at all times.
    fn counted(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, message: &str) -> ObjectError {
        ObjectError { action: GET, uri: self.uri.clone(), problem: ObjectProblem::Other(message.to_owned()) }
    }

    /// Asks for `length` bytes, and adds those that come to `bytes`.
    async fn request(&self, offset: u64, length: usize, bytes: &mut BytesMut) -> Result<Ended, ObjectError> {
        let last = offset.saturating_add(length as u64).saturating_sub(1);
        let request = self.client.get_object().bucket(&self.uri.bucket).key(&self.uri.key);
        let request = request.range(format!("bytes={offset}-{last}")).if_match(&self.etag);
        self.counted().requests += 1;
        let answer = request.send().await.map_err(|error| match failed(GET, &self.uri, &error) {
            // It was there before.
            ObjectError { problem: ObjectProblem::Missing(_), action, uri } => {
                ObjectError { action, uri, problem: ObjectProblem::Changed }
            }
            other => other,
        })?;
        if content_range(&answer) != Some((offset, self.size)) {
            return Err(self.error("the answer brings another range than the one asked for"));
        }
        self.receive(answer.body, length, bytes).await
    }

    async fn receive(&self, mut body: ByteStream, length: usize, bytes: &mut BytesMut) -> Result<Ended, ObjectError> {
        let mut missing = length;
        loop {
            match body.try_next().await {
                Ok(Some(chunk)) if chunk.len() <= missing => {
                    missing -= chunk.len();
                    self.counted().bytes += chunk.len() as u64;
                    bytes.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => return Err(self.error("the answer brings more bytes than were asked for")),
                Ok(None) if missing == 0 => return Ok(Ended::Whole),
                Ok(None) => return Ok(Ended::Cut("the body ended early".to_owned())),
                Err(error) => return Ok(Ended::Cut(format!("the body broke off: {error}"))),
            }
        }
    }
}

impl ReadAt for ObjectReader {
    fn size(&self) -> u64 {
        self.size
    }

    async fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        if offset.checked_add(length as u64).is_none_or(|end| end > self.size) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let kept = usize::try_from(offset).ok().and_then(|at| self.first.get(at..at.checked_add(length)?));
        if let Some(kept) = kept {
            return Ok(self.first.slice_ref(kept));
        }
        let mut bytes = BytesMut::with_capacity(length);
        let mut cuts = 0;
        while bytes.len() < length {
            let have = bytes.len();
            let ended = self.request(offset + have as u64, length - have, &mut bytes).await?;
            let Ended::Cut(message) = ended else { break };
            if cuts == CUTS {
                return Err(self.error(&message).into());
            }
            tokio::time::sleep(PAUSE * 2u32.saturating_pow(cuts)).await;
            cuts += 1;
        }
        Ok(bytes.freeze())
    }
}

/// Where the bytes of an answer begin, and the size of the whole object.
fn content_range(answer: &GetObjectOutput) -> Option<(u64, u64)> {
    let (range, size) = answer.content_range()?.strip_prefix("bytes ")?.split_once('/')?;
    Some((range.split_once('-')?.0.parse().ok()?, size.parse().ok()?))
}
