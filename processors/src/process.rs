//! One title through its processor: fetch, make, put, finish.

use std::path::{Path, PathBuf};

use catalog::{Amount, Kind, Media, MediaId, Outcome, Picture, Rendition, Status};
use pictures::Recipe;
use serde::{Deserialize, Serialize};
use sniff::{SNIFF_BYTES, Sniffed, sniff};

use crate::object_store::Body;
use crate::usage::stored;
use crate::{Failure, ProcessError, Refusal, Services, image, now, video};

/// What the image and video processors are called with.
#[derive(Debug, Deserialize)]
pub struct Event {
    /// The title's id.
    pub media_id: MediaId,
}

/// What they answer.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Processed {
    /// The title's id.
    pub media_id: MediaId,
    /// How it ended.
    pub status: End,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// This call made the renditions.
    Ready,
    /// This call found that nothing can be made of the file.
    Failed,
    /// The row had ended before, another call ended it meanwhile, or there is no row.
    Ended,
}

/// A file that was made from an upload, waiting to be put into the media bucket.
#[derive(Debug)]
pub struct Made {
    /// The rendition's name.
    pub name: String,
    /// Its file name in the title's folder.
    pub file_name: String,
    /// Width and height in pixels, as shown.
    pub size: image::Size,
    /// The file.
    pub content: Content,
}

/// A file on this machine.
#[derive(Debug)]
pub struct Content {
    /// Where.
    pub path: PathBuf,
    /// Its media type.
    pub content_type: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// The image processor.
///
/// # Errors
/// What failed on our side; the row is left to be taken up again.
pub async fn image(services: &Services, event: Event) -> Result<Processed, ProcessError> {
    process(services, event.media_id, Kind::Image).await
}

/// The video processor.
///
/// # Errors
/// What failed on our side; the row is left to be taken up again.
pub async fn video(services: &Services, event: Event) -> Result<Processed, ProcessError> {
    process(services, event.media_id, Kind::Video).await
}

async fn process(services: &Services, media_id: MediaId, kind: Kind) -> Result<Processed, ProcessError> {
    let Some(row) = services.catalog.find(&media_id).await? else {
        tracing::warn!(%media_id, "there is no such row");
        return Ok(Processed { media_id, status: End::Ended });
    };
    if !services.catalog.processing(&media_id, kind, now()).await? {
        return match row.status {
            Status::Uploading => Err(ProcessError::NotUploaded { id: media_id.to_string() }),
            _ => Ok(Processed { media_id, status: End::Ended }),
        };
    }
    let started = std::time::Instant::now();
    let outcome = match make(services, &row, kind).await {
        Ok(outcome) => outcome,
        Err(Failure::Refused(refusal)) => Outcome::Failed { reason: refusal.to_string() },
        Err(Failure::Process(e)) => return Err(e),
    };
    let ours = services.catalog.finish(&media_id, &outcome, now()).await?;
    if let (true, Outcome::Ready { duration_ms: Some(length), .. }) = (ours, &outcome) {
        stored(services, &row.owner, Amount { bytes: 0, minutes: length.div_ceil(60_000) }).await?;
    }
    let status = match &outcome {
        _ if !ours => End::Ended,
        Outcome::Ready { .. } => End::Ready,
        Outcome::Failed { .. } => End::Failed,
    };
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match &outcome {
        Outcome::Failed { reason } => tracing::info!(%media_id, ?kind, ?status, duration_ms, reason, "processed"),
        Outcome::Ready { .. } => tracing::info!(%media_id, ?kind, ?status, duration_ms, "processed"),
    }
    Ok(Processed { media_id, status })
}

/// Everything between `processing` and the end. The directory goes with the value, on every way out.
async fn make(services: &Services, row: &Media, kind: Kind) -> Result<Outcome, Failure> {
    let directory = tempfile::tempdir()?;
    let source = directory.path().join("source");
    let limit = if kind == Kind::Image { image::MAX_BYTES } else { video::MAX_BYTES };
    let sniffed = fetch(services, &row.source.key, &source, limit, kind).await?;
    match (kind, sniffed) {
        (Kind::Image, Sniffed::Image(_)) => {
            let recipe = Recipe::default();
            let (made, picture) = image::render(&source, &recipe, directory.path(), &services.tools).await?;
            publish(services, row, made, None, picture).await
        }
        (Kind::Video, Sniffed::Video(container)) => {
            let film = video::render(&source, container, directory.path(), &services.tools).await?;
            let duration_ms = film.duration_ms;
            publish(services, row, film.made, duration_ms, film.picture).await
        }
        (_, Sniffed::Empty) => Err(Refusal::Empty.into()),
        // Dispatch saw something else: the object was replaced since.
        _ => Err(Refusal::Unknown.into()),
    }
}

/// Looks at the object before it is fetched: its length, its type.
async fn fetch(services: &Services, key: &str, to: &Path, limit: u64, kind: Kind) -> Result<Sniffed, Failure> {
    let bucket = &services.raw_bucket;
    let facts = services.objects.head(bucket, key).await?.ok_or(Refusal::Gone)?;
    let first = services.objects.first_bytes(bucket, key, SNIFF_BYTES).await?.ok_or(Refusal::Gone)?;
    let too_large = |bytes| match kind {
        Kind::Image => Refusal::ImageBytes(bytes),
        _ => Refusal::VideoBytes(bytes),
    };
    if facts.bytes > limit {
        return Err(too_large(facts.bytes).into());
    }
    services.objects.download(bucket, key, to).await?.ok_or(Refusal::Gone)?;
    Ok(sniff(&first))
}

async fn publish(
    services: &Services,
    row: &Media,
    made: Vec<Made>,
    duration_ms: Option<u64>,
    picture: Picture,
) -> Result<Outcome, Failure> {
    let mut renditions = Vec::new();
    for Made { name, file_name, size, content: Content { path, content_type, bytes } } in made {
        let key = format!("media/{}/{}/{file_name}", row.owner, row.id);
        services.objects.put(&services.media_bucket, &key, Body::File(&path), &content_type).await?;
        renditions.push(Rendition { name, key, content_type, width: size.width, height: size.height, bytes });
    }
    Ok(Outcome::Ready { renditions, duration_ms, picture: Some(picture) })
}
