//! One title through its processor: fetch, make, put, finish.

mod call;
mod film;
mod later;
mod made;

use std::path::Path;

use catalog::{Amount, Kind, Media, MediaId, Outcome, Status};
use pictures::{Recipe, Step};
use serde::{Deserialize, Serialize};
use sniff::{SNIFF_BYTES, Sniffed, sniff};
use tokio::io::AsyncReadExt;

pub use call::{Answer, Call, Message, Unprocessed, image_calls};
pub use later::later;
pub use made::{Content, Made};

use crate::usage::stored;
use crate::{Failure, ProcessError, Refusal, Services, image, now};
use film::film;
use made::{folder, publish};

/// What the image and video processors are called with.
#[derive(Debug, Deserialize)]
pub struct Event {
    /// The title's id.
    pub media_id: MediaId,
    /// The title is ready, and what takes longer is to be made now.
    #[serde(default)]
    pub later: bool,
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

/// The image processor.
///
/// # Errors
/// What failed on our side; the row is left to be taken up again.
pub async fn image(services: &Services, event: Event) -> Result<Processed, ProcessError> {
    if event.later {
        return later(services, event.media_id).await;
    }
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
    match kind {
        // In a box, as are the calls inside: the state of them all is deeper than the compiler looks.
        Kind::Video => Box::pin(film(services, row, directory.path())).await,
        _ => picture(services, row, directory.path()).await,
    }
}

async fn picture(services: &Services, row: &Media, directory: &Path) -> Result<Outcome, Failure> {
    let source = directory.join("source");
    let (sniffed, etag) = fetch(services, &row.source.key, &source).await?;
    match sniffed {
        Sniffed::Image(_) => {}
        Sniffed::Empty => return Err(Refusal::Empty.into()),
        // Dispatch saw something else: the object was replaced since.
        _ => return Err(Refusal::Unknown.into()),
    }
    let recipe = Recipe::default();
    let made = image::render(&source, &recipe, Step::First, directory, &services.tools).await?;
    let renditions = publish(services, &folder(services, row, &etag, &recipe.hash()), made.files).await?;
    Ok(Outcome::Ready { renditions, duration_ms: None, picture: Some(made.picture), later: made.later })
}

/// A picture's bytes in a file; what it is, and which version of it: its entity tag.
async fn fetch(services: &Services, key: &str, to: &Path) -> Result<(Sniffed, String), Failure> {
    let bucket = &services.raw_bucket;
    // Its length before it is fetched.
    let facts = services.objects.head(bucket, key).await?.ok_or(Refusal::Gone)?;
    if facts.bytes > image::MAX_BYTES {
        return Err(Refusal::ImageBytes(facts.bytes).into());
    }
    services.objects.download(bucket, key, &facts.etag, to).await?.ok_or(Refusal::Gone)?;
    let mut first = Vec::new();
    tokio::fs::File::open(to).await?.take(SNIFF_BYTES).read_to_end(&mut first).await?;
    Ok((sniff(&first), facts.etag))
}
