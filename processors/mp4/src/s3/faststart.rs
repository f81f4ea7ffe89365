//! A plan carried out in S3.

use std::path::Path;

use aws_sdk_s3::Client;

use super::multipart::{MediaData, Target};
use super::{Attributes, Error, ObjectReader, ObjectUri};
use crate::faststart::local::NewFile;
use crate::faststart::{Outcome, PartRules, Plan, Verdict, Work, parts};
use crate::limits::Limits;
use crate::movie::Movie;
use crate::read::{Cached, FileReader, ReadAt, Traffic, read_exact};

/// So many bytes are asked for at once where the media data comes to a local file.
const DOWNLOAD: u64 = 8 << 20;

/// How a plan is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How much of the film is read.
    pub limits: Limits,
    /// How parts are cut.
    pub rules: PartRules,
    /// How many parts are copied or sent at once; at least 1. Default: 8.
    pub at_once: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: Limits::default(), rules: PartRules::default(), at_once: 8 }
    }
}

/// Makes the object `target` as `source` with its index in front; S3 copies the media data by itself. Only [`Verdict::Move`]
/// writes.
///
/// `target` may be `source`; it is replaced at once, and only if it is still the version that was read. Another target is
/// replaced whatever it is. On failure the upload is aborted. An answer that is lost after S3 has put the parts together is an
/// error too, although the object is there; doing it again does no harm.
///
/// # Errors
/// [`Error::Film`] where the source is no film that can be read, as [`Movie::open`] and [`Movie::faststart`] say, and where a request
/// for its bytes fails or it was replaced meanwhile; [`Error::Object`] where it cannot be opened, or another request fails;
/// [`Error::TooLarge`]; [`Error::NotAborted`]. [`Verdict::Refused`] is no error: nothing is written then.
pub async fn faststart(
    client: &Client,
    source: &ObjectUri,
    target: &ObjectUri,
    options: &Options,
) -> Result<Outcome, Error> {
    let object = ObjectReader::open(client, source).await?;
    let (verdict, cached) = judge(&object, options).await?;
    let Verdict::Move(plan) = &verdict else { return Ok(outcome(verdict, object.traffic())) };
    drop(cached);
    let work = carry_out(client, &object, plan, target, object.attributes(), options).await?;
    Ok(Outcome { verdict, work })
}

/// Makes the object `target` of one that is open by a plan, with these headers and metadata; otherwise as [`faststart()`].
///
/// # Errors
/// [`Error::Film`] where a request for the source's bytes fails or it was replaced meanwhile; [`Error::Object`] where another request
/// fails; [`Error::TooLarge`]; [`Error::NotAborted`].
pub async fn carry_out(
    client: &Client,
    object: &ObjectReader,
    plan: &Plan,
    target: &ObjectUri,
    attributes: &Attributes,
    options: &Options,
) -> Result<Work, Error> {
    let replaces = (object.uri() == target).then(|| object.etag());
    let upload = Target { client, uri: target, attributes, replaces, at_once: options.at_once };
    // What of the film goes with the index is read in a few pieces, the beginning of one of which may be kept from before.
    let cached = Cached::new(object);
    let mut work = upload.make(plan, parts(plan, &options.rules)?, &cached, MediaData::Object(object)).await?;
    add(&mut work, object.traffic());
    Ok(work)
}

/// Makes the object `target` as the local film `source` with its index in front. The whole film is sent, in parts from the disk.
/// Only [`Verdict::Move`] sends anything.
///
/// # Errors
/// As [`faststart()`]; the source that cannot be read, or was written to meanwhile, is the local file.
pub async fn upload(client: &Client, source: &Path, target: &ObjectUri, options: &Options) -> Result<Outcome, Error> {
    let file = FileReader::open(source).map_err(crate::Error::from)?;
    let (verdict, cached) = judge(&file, options).await?;
    let Verdict::Move(plan) = &verdict else { return Ok(outcome(verdict, cached.traffic())) };
    let quicktime = plan.head().get(4..12) == Some(b"ftypqt  ") || plan.head().get(4..8) == Some(b"moov");
    let media_type = if quicktime { "video/quicktime" } else { "video/mp4" };
    let attributes = Attributes { content_type: Some(media_type.to_owned()), ..Attributes::default() };
    let upload = Target { client, uri: target, attributes: &attributes, replaces: None, at_once: options.at_once };
    // A part that fails is sent again whole.
    let rules = PartRules { copy: options.rules.copy.min(16 << 20), ..options.rules };
    let media_data = MediaData::File { path: source, reader: &file };
    let mut work = upload.make(plan, parts(plan, &rules)?, &cached, media_data).await?;
    add(&mut work, cached.traffic());
    Ok(Outcome { verdict, work })
}

/// Writes the local file `target` as the object `source` with its index in front, as [`crate::faststart::file()`] does. The whole
/// film is read. Only [`Verdict::Move`] writes.
///
/// # Errors
/// [`Error::Film`] as with [`faststart()`], also where the local file cannot be written; [`Error::Object`] where the source cannot be
/// opened.
pub async fn download(client: &Client, source: &ObjectUri, target: &Path, options: &Options) -> Result<Outcome, Error> {
    let object = ObjectReader::open(client, source).await?;
    let (verdict, _) = judge(&object, options).await?;
    let mut work = Work::default();
    if let Verdict::Move(plan) = &verdict {
        save(plan, &object, target).await?;
        work.bytes_written = plan.size();
    }
    add(&mut work, object.traffic());
    Ok(Outcome { verdict, work })
}

/// Writes the local file `target` by a plan for an object that is open.
///
/// # Errors
/// [`Error::Film`]: the object's bytes cannot be read, it was replaced meanwhile, or the local file cannot be written.
pub async fn save(plan: &Plan, object: &ObjectReader, target: &Path) -> Result<(), Error> {
    let mut new = NewFile::beside(target)?;
    new.write(plan.head())?;
    for range in plan.copies() {
        let mut start = range.start;
        while start < range.end {
            let end = start.saturating_add(DOWNLOAD).min(range.end);
            let length = usize::try_from(end - start).unwrap_or(usize::MAX);
            new.write(&read_exact(object, start, length).await?)?;
            start = end;
        }
    }
    Ok(new.finish()?)
}

async fn judge<'a, R: ReadAt>(source: &'a R, options: &Options) -> Result<(Verdict, Cached<&'a R>), Error> {
    let cached = Cached::new(source);
    let verdict = Movie::open(&cached, options.limits).await?.faststart()?;
    Ok((verdict, cached))
}

fn outcome(verdict: Verdict, read: Traffic) -> Outcome {
    let mut work = Work::default();
    add(&mut work, read);
    Outcome { verdict, work }
}

fn add(work: &mut Work, read: Traffic) {
    work.bytes_read += read.bytes;
    work.requests += read.requests;
}
