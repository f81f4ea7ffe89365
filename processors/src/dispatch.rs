//! The first look at an upload: is its object there, what is it, which processor takes it.

use catalog::{Amount, MediaId, NewMedia, Outcome, Source, Status};
use percent_encoding::percent_decode_str;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use sniff::{SNIFF_BYTES, Sniffed, sniff};

use crate::usage::stored;
use crate::{ProcessError, Refusal, Services, now};

/// What dispatch is called with: S3's notification of new objects, or one title to be looked at (again).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Event {
    /// S3's records; keys are URL-encoded, `+` is a space.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
    /// A title's id.
    pub media_id: Option<String>,
    /// `s3:TestEvent`, which S3 sends when a notification is set up.
    #[serde(rename = "Event")]
    pub test: Option<String>,
}

/// One record of an S3 notification. Size and tag are not read: events may be stale, the object is asked itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// `ObjectCreated:Put`, `ObjectCreated:CompleteMultipartUpload`, …
    pub event_name: String,
    /// Where.
    pub s3: Place,
}

/// The object of a [`Record`].
#[derive(Debug, Deserialize)]
pub struct Place {
    /// Its bucket.
    pub bucket: Bucket,
    /// The object.
    pub object: Object,
}

/// A bucket in a [`Place`].
#[derive(Debug, Deserialize)]
pub struct Bucket {
    /// Its name.
    pub name: String,
}

/// An object in a [`Place`].
#[derive(Debug, Deserialize)]
pub struct Object {
    /// Its key, URL-encoded.
    pub key: String,
}

/// What dispatch answers.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Dispatched {
    /// One item for each title that the event was about.
    pub items: Vec<Item>,
}

/// One title.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its id.
    pub media_id: MediaId,
    /// What is to become of it.
    pub kind: Next,
}

/// What is to become of a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// It goes to the image processor.
    Image,
    /// It goes to the video processor.
    Video,
    /// It is neither; the row has failed with a reason.
    Unsupported,
    /// There is no such row, or its object is not there.
    Missing,
    /// It was ready or failed before.
    Ended,
}

/// Takes an event to rows, and each row's object to a kind.
///
/// # Errors
/// What is wrong with the event, the catalog or the object store; never what is wrong with a file.
pub async fn dispatch(services: &Services, event: Event) -> Result<Dispatched, ProcessError> {
    let mut items = Vec::new();
    for record in &event.records {
        if let Some(media_id) = row_of(services, record).await? {
            items.push(look(services, media_id).await?);
        }
    }
    if let Some(text) = event.media_id {
        let media_id = MediaId::try_from(text).map_err(|message| ProcessError::Event { field: "media_id", message })?;
        items.push(look(services, media_id).await?);
    } else if event.records.is_empty() && event.test.is_none() {
        let message = "expected Records or media_id".to_owned();
        return Err(ProcessError::Event { field: "Records", message });
    }
    Ok(Dispatched { items })
}

/// The row of a new object, made where there is none; `None`: the record is not for us.
async fn row_of(services: &Services, record: &Record) -> Result<Option<MediaId>, ProcessError> {
    let Place { bucket: Bucket { name: bucket }, object } = &record.s3;
    if *bucket != services.raw_bucket || !record.event_name.trim_start_matches("s3:").starts_with("ObjectCreated:") {
        tracing::warn!(%bucket, event = %record.event_name, "an event that is not about a new upload is skipped");
        return Ok(None);
    }
    let Some(key) = decoded(&object.key) else {
        tracing::warn!(key = %object.key, "an object whose key is not UTF-8 is skipped");
        return Ok(None);
    };
    let Some(Parts { owner, title, declared }) = parts(&key) else {
        tracing::warn!(%key, "an object whose key is not that of an upload (OWNER/…/NAME) is skipped");
        return Ok(None);
    };

    let known = match &declared {
        // Only the key that was handed out for this title: another one's owner must not be able to fill it.
        Some(id) => services.catalog.find(id).await?.filter(|row| row.source.key == key),
        None => None,
    };
    let id = match known {
        Some(row) => row.id,
        None => id_of(bucket, &key)?,
    };
    // Without an object there is nothing to add; `look` says whether a row was there before.
    if let Some(facts) = services.objects.head(bucket, &key).await? {
        let source = Source { key: key.clone(), bytes: facts.bytes, etag: facts.etag };
        let (owner, title) = (owner.to_owned(), title.to_owned());
        let media = NewMedia { id: id.clone(), owner, title, source, status: Status::Uploaded };
        let (at, catalog) = (now(), &services.catalog);
        if !catalog.uploaded(&id, &media.source, at).await? && catalog.insert(&media, at).await? {
            tracing::info!(media_id = %id, "an object was found in the bucket and got a row");
            stored(services, &media.owner, Amount { bytes: media.source.bytes, minutes: 0 }).await?;
        }
    }
    Ok(Some(id))
}

/// Judges one row by its object's first bytes.
async fn look(services: &Services, media_id: MediaId) -> Result<Item, ProcessError> {
    let kind = judge(services, &media_id).await?;
    tracing::info!(%media_id, ?kind, "dispatched");
    Ok(Item { media_id, kind })
}

async fn judge(services: &Services, id: &MediaId) -> Result<Next, ProcessError> {
    let Some(row) = services.catalog.find(id).await? else { return Ok(Next::Missing) };
    match row.status {
        Status::Ready | Status::Failed => return Ok(Next::Ended),
        Status::Uploading => {
            let Some(facts) = services.objects.head(&services.raw_bucket, &row.source.key).await? else {
                return Ok(Next::Missing);
            };
            let source = Source { key: row.source.key.clone(), bytes: facts.bytes, etag: facts.etag };
            services.catalog.uploaded(id, &source, now()).await?;
        }
        Status::Uploaded | Status::Processing => {}
    }
    let first = services.objects.first_bytes(&services.raw_bucket, &row.source.key, SNIFF_BYTES).await?;
    let (refusal, next) = match first.as_deref().map(sniff) {
        Some(Sniffed::Image(_)) => return Ok(Next::Image),
        Some(Sniffed::Video(_)) => return Ok(Next::Video),
        Some(Sniffed::Empty) => (Refusal::Empty, Next::Unsupported),
        Some(Sniffed::Unknown) => (Refusal::Unknown, Next::Unsupported),
        // It was there once: nobody will bring it back, so the page must not say "waiting" for ever.
        None => (Refusal::Gone, Next::Missing),
    };
    services.catalog.finish(id, &Outcome::Failed { reason: refusal.to_string() }, now()).await?;
    Ok(next)
}

/// What a raw key says: `{owner}/{media id}/original` where we made it, `{owner}/…/{file name}` where others did.
struct Parts<'a> {
    owner: &'a str,
    title: &'a str,
    declared: Option<MediaId>,
}

fn parts(key: &str) -> Option<Parts<'_>> {
    let (owner, rest) = key.split_once('/')?;
    let title = rest.rsplit('/').next()?;
    // The owner becomes a folder of the media bucket and so a part of URLs, where none of this may need an escape.
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    if owner.is_empty() || owner.starts_with('.') || !owner.bytes().all(plain) || title.is_empty() {
        return None;
    }
    // A person's picture on its way to the app.
    if rest.strip_prefix("avatar/").is_some_and(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())) {
        return None;
    }
    let declared = rest.strip_suffix("/original").and_then(|id| MediaId::try_from(id.to_owned()).ok());
    Some(Parts { owner, title, declared })
}

fn decoded(key: &str) -> Option<String> {
    let spaces = key.replace('+', " ");
    percent_decode_str(&spaces).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The id of an object that somebody dropped into the bucket: the same for every delivery of its event.
fn id_of(bucket: &str, key: &str) -> Result<MediaId, ProcessError> {
    let hash = digest(&SHA256, format!("{bucket}/{key}").as_bytes());
    let hex: String = hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    MediaId::try_from(hex).map_err(|message| ProcessError::Event { field: "Records[].s3.object.key", message })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn keys_are_decoded_as_s3_encodes_them() {
        assert_eq!(decoded("ada/my+film+%2B1.mp4").as_deref(), Some("ada/my film +1.mp4"));
        assert_eq!(decoded("ada/%C3%BC.jpg").as_deref(), Some("ada/ü.jpg"));
        assert_eq!(decoded("ada/%FF.jpg"), None);
    }

    #[test]
    fn keys_are_taken_apart() {
        let ours = parts("ada/0123-ab/original").unwrap();
        assert_eq!((ours.owner, ours.title), ("ada", "original"));
        assert_eq!(ours.declared.unwrap().as_str(), "0123-ab");
        for key in ["ada/x.jpg", "ada/2024/May/x.jpg", "ada/a b/original", "ada/a/b/original"] {
            let dropped = parts(key).unwrap();
            assert_eq!((dropped.owner, dropped.declared), ("ada", None), "{key}");
        }
        assert_eq!(parts("ada/2024/x y.jpg").unwrap().title, "x y.jpg");
        assert!(parts("ada/avatar/x.jpg").is_some());
        for key in [
            "ada/avatar/0123456789abcdef0123456789abcdef",
            "x.jpg",
            "/x.jpg",
            "ada/",
            "ada/folder/",
            "../x.jpg",
            "./x.jpg",
            "a b/x.jpg",
            "a%2f/x.jpg",
            "",
        ] {
            assert!(parts(key).is_none(), "{key}");
        }
    }

    #[test]
    fn a_dropped_object_has_the_id_of_its_place() {
        // The first half of `printf raw/ada/x.jpg | sha256sum`.
        assert_eq!(id_of("raw", "ada/x.jpg").unwrap().as_str(), "0738aff3862def0f5e9f122b0cea2d39");
    }
}
