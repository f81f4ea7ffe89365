use std::path::Path;

use catalog::{Media, Outcome, Picture, Progress, Rendition};
use mp4_front::ReadAt;
use sniff::{SNIFF_BYTES, Sniffed, sniff};

use super::made::{folder, publish};
use crate::video::{Film, MAX_BYTES, Main, POSTER_FORMATS, Source};
use crate::{Failure, ProcessError, Refusal, Services, now};

/// What is made of films, by which their renditions' keys change when it does.
const RECIPE: &str = "film 4";

/// What is done with a film, one after the other, as its page says it. First what can fail by the film: nothing is stored of one that does
/// not decode.
const STEPS: [&str; 3] = ["poster", "previews", "copy"];

/// A film: its poster, its previews, the playable file. Each step ends with its files stored and noted in the row, so that the next call
/// begins behind it when this one is cut off; a step that is done twice makes the same objects under the same keys.
pub(super) async fn film(services: &Services, row: &Media, directory: &Path) -> Result<Outcome, Failure> {
    let (bucket, key) = (&services.raw_bucket, &row.source.key);
    let facts = services.objects.head(bucket, key).await?.ok_or(Refusal::Gone)?;
    if facts.bytes == 0 {
        return Err(Refusal::Empty.into());
    }
    if facts.bytes > MAX_BYTES {
        return Err(Refusal::VideoBytes(facts.bytes).into());
    }
    let source = services.objects.film(bucket, key).await?.ok_or(Refusal::Gone)?;
    if matches!(&source, Source::Object(object) if object.etag().trim_matches('"') != facts.etag) {
        return Err(ProcessError::Source(std::io::Error::other("it was replaced while it was looked at")).into());
    }
    let length = usize::try_from(source.size().min(SNIFF_BYTES)).unwrap_or(0);
    let Sniffed::Video(container) = sniff(&source.read_at(0, length).await.map_err(ProcessError::Source)?) else {
        // Dispatch saw something else: the object was replaced since.
        return Err(Refusal::Unknown.into());
    };
    let folder = folder(services, row, &facts.etag, RECIPE);
    let mut steps = Steps::taken_up(services, row, &folder).await?;
    let film = Box::pin(Film::open(&source, container, directory, &services.tools)).await?;
    if steps.next() == Some("poster") {
        let poster = Box::pin(film.poster(&POSTER_FORMATS)).await?;
        steps.progress.thumbhash = poster.thumbhash;
        steps.ended(publish(services, &folder, poster.files).await?).await?;
    }
    if steps.next() == Some("previews") {
        let previews = Box::pin(film.previews()).await?;
        steps.ended(publish(services, &folder, previews).await?).await?;
    }
    if steps.next() == Some("copy") {
        steps.ended(vec![main(services, &film, &source, &folder).await?]).await?;
    }
    let Progress { made: renditions, thumbhash, .. } = steps.progress;
    let size = film.planned.shown;
    let picture = Some(Picture { width: size.width, height: size.height, thumbhash });
    Ok(Outcome::Ready { renditions, duration_ms: milliseconds(film.duration_s), picture, later: false })
}

/// How far the work on a film is, on its row.
struct Steps<'a> {
    services: &'a Services,
    row: &'a Media,
    progress: Progress,
}

impl<'a> Steps<'a> {
    /// Behind what another call has noted, where that was made of the same file in the same way.
    async fn taken_up(services: &'a Services, row: &'a Media, folder: &str) -> Result<Self, Failure> {
        let all = u32::try_from(STEPS.len()).unwrap_or(u32::MAX);
        let ours = |made: &Rendition| made.key.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let before = row.progress.as_ref().filter(|before| before.of == all && before.made.iter().all(ours));
        let progress = Progress { of: all, ..before.cloned().unwrap_or_default() };
        let mut steps = Self { services, row, progress };
        steps.say().await?;
        Ok(steps)
    }

    /// What is to be done now.
    fn next(&self) -> Option<&'static str> {
        STEPS.get(usize::try_from(self.progress.done).ok()?).copied()
    }

    /// Notes that a step has ended, and what it has stored.
    async fn ended(&mut self, stored: Vec<Rendition>) -> Result<(), Failure> {
        self.progress.made.extend(stored);
        self.progress.done += 1;
        self.say().await
    }

    async fn say(&mut self) -> Result<(), Failure> {
        if let Some(next) = self.next() {
            next.clone_into(&mut self.progress.step);
        }
        self.services.catalog.progress(&self.row.id, &self.progress, now()).await.map_err(ProcessError::from)?;
        Ok(())
    }
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

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a film's length")]
fn milliseconds(seconds: f64) -> Option<u64> {
    (seconds > 0.0).then(|| (seconds * 1000.0).round() as u64)
}
