use std::path::Path;

use catalog::{Media, Outcome, Picture, Progress, Rendition};
use mp4_front::ReadAt;
use sniff::{SNIFF_BYTES, Sniffed, sniff};

use super::made::{folder, publish};
use crate::video::{Film, MAX_BYTES, Main, Source};
use crate::{Failure, Refusal, Services, now};

/// What is made of films, by which their renditions' keys change when it does.
const RECIPE: &str = "film 2";

/// What is done with a film, one after the other, as its page says it.
const STEPS: [&str; 3] = ["copy", "poster", "previews"];

/// A film: the playable file, its poster, its previews. A call that was cut off is made good by the next one: every step makes the same
/// objects under the same keys.
pub(super) async fn film(services: &Services, row: &Media, directory: &Path) -> Result<Outcome, Failure> {
    let (bucket, key) = (&services.raw_bucket, &row.source.key);
    let facts = services.objects.head(bucket, key).await?.ok_or(Refusal::Gone)?;
    if facts.bytes > MAX_BYTES {
        return Err(Refusal::VideoBytes(facts.bytes).into());
    }
    let source = services.objects.film(bucket, key).await?.ok_or(Refusal::Gone)?;
    if matches!(&source, Source::Object(object) if object.etag().trim_matches('"') != facts.etag) {
        return Err(std::io::Error::other("the object was replaced while it was looked at").into());
    }
    let length = usize::try_from(source.size().min(SNIFF_BYTES)).unwrap_or(0);
    let container = match sniff(&source.read_at(0, length).await?) {
        Sniffed::Video(container) => container,
        Sniffed::Empty => return Err(Refusal::Empty.into()),
        // Dispatch saw something else: the object was replaced since.
        _ => return Err(Refusal::Unknown.into()),
    };
    begun(services, row, 0).await?;
    let film = Box::pin(Film::open(&source, container, directory, &services.tools)).await?;
    let folder = folder(services, row, &facts.etag, RECIPE);
    // First what can fail by the film: nothing is stored of one that does not decode.
    begun(services, row, 1).await?;
    let pictures = Box::pin(film.poster()).await?;
    begun(services, row, 2).await?;
    let previews = Box::pin(film.previews()).await?;
    let mut renditions = vec![main(services, &film, &source, &folder).await?];
    renditions.extend(publish(services, &folder, pictures.files).await?);
    renditions.extend(publish(services, &folder, previews).await?);
    let size = film.planned.shown;
    let picture = Picture { width: size.width, height: size.height, ..pictures.picture };
    let duration_ms = milliseconds(film.duration_s);
    Ok(Outcome::Ready { renditions, duration_ms, picture: Some(picture), later: false })
}

/// The playable file: by the store itself where it can.
async fn main(services: &Services, film: &Film<'_>, source: &Source, folder: &str) -> Result<Rendition, Failure> {
    let (file_name, content_type) = film.names();
    let (bucket, key) = (&services.media_bucket, format!("{folder}/{file_name}"));
    let (objects, size) = (&services.objects, film.planned.shown);
    let bytes = match &film.main {
        Main::Planned(plan) => objects.put_film(source, plan, bucket, &key, content_type).await?,
        Main::Written(path) => {
            let bytes = tokio::fs::metadata(path).await?.len();
            publish(services, folder, vec![film.made(path.clone(), bytes)]).await?;
            bytes
        }
    };
    let (name, content_type) = ("video".to_owned(), content_type.to_owned());
    Ok(Rendition { name, key, content_type, width: size.width, height: size.height, bytes })
}

/// Says on the row which step has begun.
async fn begun(services: &Services, row: &Media, done: usize) -> Result<(), Failure> {
    let Some(step) = STEPS.get(done) else { return Ok(()) };
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let progress = Progress { step: (*step).to_owned(), done: count(done), of: count(STEPS.len()) };
    services.catalog.progress(&row.id, &progress, now()).await.map_err(crate::ProcessError::from)?;
    Ok(())
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a film's length")]
fn milliseconds(seconds: f64) -> Option<u64> {
    (seconds > 0.0).then(|| (seconds * 1000.0).round() as u64)
}
