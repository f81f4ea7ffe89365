use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use catalog::{CatalogError, MediaId, Outcome, Source, Status, UnixMillis};
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::intake::EventsConfig;
use super::invoke::Invoke;
use super::payload::{AllDone, Answer, Dispatched, Notified, Processed, Route, later_event, media_event, s3_event};
use crate::objects::ObjectCreated;
use crate::runtime::InvokeError;

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// What people read at a title that could not be processed, as often as it was tried.
const GAVE_UP: &str = "Processing failed repeatedly; the original is kept.";

/// One event to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Work {
    /// An object is in the raw bucket.
    Object(ObjectCreated),
    /// A row is `uploaded` or further.
    Media(MediaId),
    /// A row is `ready` and waits for what takes longer.
    Later(MediaId),
}

/// Delivers events to functions.
pub(super) struct Delivery {
    pub config: EventsConfig,
    pub titles: Titles,
    /// A permit for each processor that may work at the same time.
    pub workers: Semaphore,
    pub stop: CancellationToken,
}

/// A lock for each title that is being worked on.
#[derive(Default)]
pub(super) struct Titles(Mutex<HashMap<MediaId, Weak<tokio::sync::Mutex<()>>>>);

/// Why an event is not delivered.
enum Undelivered {
    /// Everything is being stopped: no failure.
    Stopped,
    /// Every attempt failed.
    GaveUp,
}

/// The next pause of a row of pauses.
pub(super) fn longer(pause: Duration) -> Duration {
    pause.saturating_mul(2).min(LONGEST_PAUSE)
}

impl Delivery {
    /// Takes one event all the way.
    pub(super) async fn run(&self, work: Work) {
        let (payload, about) = match &work {
            Work::Object(object) => (s3_event(object), format!("object {}", object.key)),
            Work::Media(id) => (media_event(id), format!("media {id}")),
            Work::Later(id) => return self.later(id).await,
        };
        match self.attempts::<Dispatched>(&*self.config.dispatch, "dispatch", &payload, &about).await {
            Err(Undelivered::Stopped) => {}
            Err(Undelivered::GaveUp) => self.give_up_undispatched(work).await,
            Ok(dispatched) => {
                futures::future::join_all(dispatched.items.into_iter().map(|item| async move {
                    match item.kind {
                        Route::Image => self.process(item.media_id, &*self.config.image, "image").await,
                        Route::Video => self.process(item.media_id, &*self.config.video, "video").await,
                        kind @ (Route::Unsupported | Route::Missing | Route::Ended) => {
                            tracing::info!(media_id = %item.media_id, ?kind, "events: media {} needs no processor", item.media_id);
                            // Dispatch may have ended it, in this call or in one whose answer was lost.
                            self.notify(&item.media_id).await;
                        }
                    }
                }))
                .await;
            }
        }
    }

    /// Has a processor work on a title, unless one has ended it meanwhile.
    async fn process(&self, id: MediaId, processor: &dyn Invoke, name: &'static str) {
        let title = self.titles.lock_of(&id);
        let alone = title.lock().await;
        match self.config.catalog.find(&id).await {
            Ok(Some(media)) if matches!(media.status, Status::Ready | Status::Failed) => return,
            Ok(_) => {}
            // The processor reads the row itself, and its failure counts.
            Err(e) => tracing::warn!(media_id = %id, "events: media {id}: {e}"),
        }
        let about = format!("media {id}");
        match self.attempts::<Processed>(processor, name, &media_event(&id), &about).await {
            Ok(Processed { status }) => match status {
                Answer::Ready | Answer::Ended => tracing::info!(media_id = %id, "events: media {id} is done"),
                Answer::Failed => tracing::warn!(media_id = %id, "events: media {id} cannot be processed"),
            },
            Err(Undelivered::Stopped) => return,
            Err(Undelivered::GaveUp) => return self.give_up(&id).await,
        }
        drop(alone);
        self.notify(&id).await;
        self.later(&id).await;
    }

    /// Has what takes longer made of a title that waits for it. Where that fails for good, the title stays as it is, and the next start
    /// tries again.
    async fn later(&self, id: &MediaId) {
        let title = self.titles.lock_of(id);
        let _alone = title.lock().await;
        match self.config.catalog.find(id).await {
            Ok(Some(media)) if media.later => {}
            Ok(_) => return,
            // The processor reads the row itself, and its failure counts.
            Err(e) => tracing::warn!(media_id = %id, "events: media {id}: {e}"),
        }
        let about = format!("media {id}, later");
        match self.attempts::<AllDone>(&*self.config.image, "image", &later_event(id), &about).await {
            Ok(AllDone) => tracing::info!(media_id = %id, "events: media {id} has its later renditions"),
            Err(Undelivered::Stopped) => {}
            Err(Undelivered::GaveUp) => {
                tracing::error!(media_id = %id, "events: media {id} has no later renditions; the next start tries again");
            }
        }
    }

    /// Has everybody told that a title has ended.
    async fn notify(&self, id: &MediaId) {
        let about = format!("media {id}");
        let told = self.attempts::<Notified>(&*self.config.notify, "notify", &media_event(id), &about).await;
        if matches!(told, Err(Undelivered::GaveUp)) {
            tracing::error!(media_id = %id, "events: nobody was told that media {id} has ended");
        }
    }

    /// Invokes until there is an answer.
    async fn attempts<T: DeserializeOwned>(
        &self,
        function: &dyn Invoke,
        name: &'static str,
        payload: &Bytes,
        about: &str,
    ) -> Result<T, Undelivered> {
        let mut pause = self.config.redelivery;
        for attempt in 1..=self.config.max_attempts {
            if attempt > 1 {
                tokio::time::sleep(pause).await;
                pause = longer(pause);
            }
            let failure = match self.invoke(function, name, payload).await {
                Ok(answer) => match serde_json::from_slice(&answer) {
                    Ok(answer) => return Ok(answer),
                    Err(e) => format!("its answer: {e}"),
                },
                Err(InvokeError::Stopped) => return Err(Undelivered::Stopped),
                Err(e) => e.to_string(),
            };
            let of = self.config.max_attempts;
            tracing::warn!(
                function = name,
                about,
                attempt,
                "events: {about}: {name}, attempt {attempt} of {of}: {failure}"
            );
        }
        Err(Undelivered::GaveUp)
    }

    async fn invoke(&self, function: &dyn Invoke, name: &str, payload: &Bytes) -> Result<Bytes, InvokeError> {
        // Dispatch looks at a few bytes, notify at none: they need not wait behind films.
        let _worker = if matches!(name, "dispatch" | "notify") {
            None
        } else {
            Some(self.workers.acquire().await.map_err(|_| InvokeError::Stopped)?)
        };
        function.invoke(payload.clone()).await
    }

    /// Ends the titles that the event is about although dispatch never said which.
    async fn give_up_undispatched(&self, work: Work) {
        let object = match work {
            Work::Media(id) => return self.give_up(&id).await,
            // Its title has ended, and dispatch was never asked.
            Work::Later(_) => return,
            Work::Object(object) => object,
        };
        let open = [Status::Uploading, Status::Uploaded, Status::Processing];
        match self.config.catalog.in_status(&open).await {
            Err(e) => tracing::error!(key = object.key, "events: object {}: {e}", object.key),
            Ok(rows) => {
                let mut rows = rows.into_iter().filter(|row| row.source.key == object.key).peekable();
                if rows.peek().is_none() {
                    tracing::error!(
                        key = object.key,
                        "events: object {} has no row; the next start tries again",
                        object.key
                    );
                }
                for row in rows {
                    let source = Source { key: object.key.clone(), bytes: object.bytes, etag: object.etag.clone() };
                    if let Err(e) = self.config.catalog.uploaded(&row.id, &source, now()).await {
                        tracing::error!(media_id = %row.id, "events: media {}: {e}", row.id);
                    }
                    self.give_up(&row.id).await;
                }
            }
        }
    }

    /// Ends a title as failed; tried until the catalog has it, since a row that never ends waits forever on a page.
    async fn give_up(&self, id: &MediaId) {
        let outcome = Outcome::Failed { reason: GAVE_UP.to_owned() };
        let mut pause = self.config.redelivery;
        while !self.stop.is_cancelled() {
            let ended: Result<bool, CatalogError> = self.config.catalog.finish(id, &outcome, now()).await;
            match ended {
                Ok(ended) => {
                    tracing::error!(media_id = %id, ended, "events: media {id} is given up");
                    return self.notify(id).await;
                }
                Err(e) => tracing::error!(media_id = %id, "events: media {id} cannot be ended: {e}"),
            }
            tokio::time::sleep(pause).await;
            pause = longer(pause);
        }
    }
}

impl Titles {
    fn lock_of(&self, id: &MediaId) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(id).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(tokio::sync::Mutex::new(()));
        locks.insert(id.clone(), Arc::downgrade(&lock));
        lock
    }
}

pub(super) fn now() -> UnixMillis {
    UnixMillis::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or(UnixMillis::MAX)
}
