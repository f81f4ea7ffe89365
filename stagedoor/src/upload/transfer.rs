//! One file's way: known, resumed, or sent.

use std::collections::HashMap;
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::Semaphore;

use super::destination::{Arrived, Begun, Description, Destination, Part, UnderWay};
use super::file::{self, LocalFile, stretch};
use super::journal::{Entry, Journal};
use super::progress::Bar;
use crate::client::{ClientError, patiently};

/// The reason where a file has arrived, and is none that can be shown.
pub const FAILED: &str = "failed";

/// How often parts are sent anew that the store turns out not to have.
const ROUNDS: u32 = 3;

/// Sends files; all of them share what may be under way at once.
pub struct Uploader {
    pub destination: Arc<dyn Destination>,
    pub journal: Option<Journal>,
    requests: Semaphore,
    at_once: usize,
}

/// What became of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// The title's id, or the object's key.
    pub id: String,
    /// Whether it was there before.
    pub was_there: bool,
}

impl Uploader {
    /// `at_once`: how many requests send bytes at one moment.
    pub fn new(destination: Arc<dyn Destination>, journal: Option<Journal>, at_once: usize) -> Self {
        Self { destination, journal, requests: Semaphore::new(at_once), at_once }
    }

    /// Brings a file to its destination, whatever of it is there already.
    ///
    /// # Errors
    /// Why it is not there.
    pub async fn upload(&self, file: &LocalFile, about: &Description, bar: &Bar) -> Result<Uploaded, ClientError> {
        let mut entry = match self.journal.as_ref().and_then(|journal| journal.entry(file)) {
            Some(entry) => entry,
            None => Journal::begin(file, crc64nvme(file).await?),
        };
        if let Some(id) = self.known(&entry, file).await? {
            bar.advance(file.size);
            entry.media = Some(id.clone());
            self.keep(file, &entry)?;
            return Ok(Uploaded { id, was_there: true });
        }
        let id = if let Some(id) = self.resumed(file, &entry, bar).await? {
            id
        } else {
            if entry.media.is_some() || entry.upload.is_some() {
                // What was begun under that key is over, whatever became of it.
                entry = Journal::begin(file, entry.crc64nvme);
            }
            self.anew(file, &mut entry, about, bar).await?
        };
        entry.media = Some(id.clone());
        entry.upload = None;
        self.keep(file, &entry)?;
        Ok(Uploaded { id, was_there: false })
    }

    async fn known(&self, entry: &Entry, file: &LocalFile) -> Result<Option<String>, ClientError> {
        let content = || self.journal.as_ref()?.known(file.size, &entry.crc64nvme);
        for id in [entry.media.clone(), content()].into_iter().flatten() {
            if self.destination.is_there(&id).await? {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Goes on where an earlier run ended.
    async fn resumed(&self, file: &LocalFile, entry: &Entry, bar: &Bar) -> Result<Option<String>, ClientError> {
        if let Some(upload) = &entry.upload {
            if let Some(under_way) = self.destination.under_way(file, upload).await? {
                return self.parts(file, entry, under_way, bar).await.map(Some);
            }
            // Killed after the last part had arrived: it may be complete, or only wait to be.
            return match self.destination.complete(file, upload, &entry.crc64nvme, &[]).await {
                Ok(id) => {
                    bar.advance(file.size);
                    Ok(Some(id))
                }
                // The same bytes would be refused again.
                Err(error) if error.is_refusal() && !error.is_for(FAILED) => Ok(None),
                Err(error) => Err(error),
            };
        }
        for upload in self.destination.forgotten(file).await? {
            let Some(under_way) = self.destination.under_way(file, &upload).await? else { continue };
            if !under_way.arrived.is_empty() && self.all_ours(file, &under_way).await? {
                return self.parts(file, entry, under_way, bar).await.map(Some);
            }
        }
        Ok(None)
    }

    async fn all_ours(&self, file: &LocalFile, under_way: &UnderWay) -> Result<bool, ClientError> {
        for arrived in &under_way.arrived {
            let part = part(file, under_way.part_bytes, arrived.number, true).await?;
            if !arrived.is(&part.sums) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn anew(
        &self,
        file: &LocalFile,
        entry: &mut Entry,
        about: &Description,
        bar: &Bar,
    ) -> Result<String, ClientError> {
        let mut begun = self.begin(file, entry, about, bar).await;
        if begun.as_ref().is_err_and(is_of_old) {
            begun = self.begin(file, entry, about, bar).await;
        }
        match begun? {
            Begun::Sent { upload } => {
                entry.upload = Some(upload.clone());
                self.keep(file, entry)?;
                self.destination.complete(file, &upload, &entry.crc64nvme, &[]).await
            }
            Begun::Parts { upload, part_bytes } => {
                entry.upload = Some(upload.clone());
                self.keep(file, entry)?;
                // The same key may have begun it in an earlier run.
                let under_way = self.destination.under_way(file, &upload).await?;
                let under_way = under_way.unwrap_or(UnderWay { upload, part_bytes, arrived: Vec::new() });
                self.parts(file, entry, under_way, bar).await
            }
        }
    }

    async fn begin(
        &self,
        file: &LocalFile,
        entry: &mut Entry,
        about: &Description,
        bar: &Bar,
    ) -> Result<Begun, ClientError> {
        // Before the announcement: killed in between, the next run gets the same upload by the same key.
        entry.upload = None;
        self.keep(file, entry)?;
        let permit = self.permit().await?;
        let begun = self.destination.begin(file, &entry.crc64nvme, &entry.idempotency_key, about, bar).await;
        drop(permit);
        if begun.as_ref().is_err_and(ClientError::is_refusal) {
            // The answer to this key stays what it was; another try needs another.
            *entry = Journal::begin(file, entry.crc64nvme.clone());
            self.keep(file, entry)?;
        }
        begun
    }

    /// Sends what is missing and ends the upload.
    async fn parts(
        &self,
        file: &LocalFile,
        entry: &Entry,
        mut under_way: UnderWay,
        bar: &Bar,
    ) -> Result<String, ClientError> {
        let mut round = 1;
        loop {
            let parts = self.send_missing(file, &under_way, bar).await?;
            let ended = self.destination.complete(file, &under_way.upload, &entry.crc64nvme, &parts).await;
            match ended {
                Err(error) if error.is_for("parts_missing") && round < ROUNDS => {
                    round = round.saturating_add(1);
                    bar.restart();
                    let now = self.destination.under_way(file, &under_way.upload).await?;
                    under_way.arrived = now.map(|now| now.arrived).unwrap_or_default();
                }
                Err(_) if !file.is_unchanged() => return Err(changed(file)),
                ended => return ended,
            }
        }
    }

    async fn send_missing(&self, file: &LocalFile, under_way: &UnderWay, bar: &Bar) -> Result<Vec<Part>, ClientError> {
        let part_bytes = under_way.part_bytes.max(1);
        let count = u32::try_from(file.size.div_ceil(part_bytes)).unwrap_or(u32::MAX);
        let arrived: HashMap<u32, &Arrived> = under_way.arrived.iter().map(|part| (part.number, part)).collect();
        let parts = stream::iter((1..=count).map(|number| {
            let arrived = arrived.get(&number).copied();
            async move {
                let by_md5 = arrived.is_some_and(|arrived| arrived.sha256.is_none());
                let part = part(file, part_bytes, number, by_md5).await?;
                if arrived.is_some_and(|arrived| arrived.is(&part.sums)) {
                    bar.advance(part.sums.bytes);
                    return Ok(part);
                }
                let sent = patiently(async || {
                    let _permit = self.permit().await?;
                    self.destination.send(file, &under_way.upload, &part, bar).await
                });
                match sent.await {
                    Err(_) if !file.is_unchanged() => Err(changed(file)),
                    sent => sent.map(|()| part),
                }
            }
        }));
        parts.buffered(self.at_once).try_collect().await
    }

    async fn permit(&self) -> Result<tokio::sync::SemaphorePermit<'_>, ClientError> {
        self.requests.acquire().await.map_err(|e| ClientError::Local(e.to_string()))
    }

    fn keep(&self, file: &LocalFile, entry: &Entry) -> Result<(), ClientError> {
        let kept = self.journal.as_ref().map_or(Ok(()), |journal| journal.keep(file, entry));
        kept.map_err(|e| ClientError::Local(format!("the journal cannot be written: {e}")))
    }
}

/// Whether an earlier run's key brought this about: what was presigned then is over, or it stood for something else.
fn is_of_old(error: &ClientError) -> bool {
    ["AccessDenied", "key_reused"].iter().any(|reason| error.is_for(reason))
}

async fn part(file: &LocalFile, part_bytes: u64, number: u32, with_md5: bool) -> Result<Part, ClientError> {
    let (offset, length) = stretch(file.size, part_bytes, number);
    let path = file.path.clone();
    let sums = blocking(file, move || file::sums(&path, offset, length, with_md5)).await?;
    Ok(Part { number, offset, sums })
}

async fn crc64nvme(file: &LocalFile) -> Result<String, ClientError> {
    let this = file.clone();
    blocking(file, move || file::crc64nvme(&this)).await
}

async fn blocking<T: Send + 'static>(
    file: &LocalFile,
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, ClientError> {
    let failed = |e: std::io::Error| ClientError::Local(format!("{}: {e}", file.path.display()));
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(failed),
        Err(e) => Err(failed(std::io::Error::other(e))),
    }
}

fn changed(file: &LocalFile) -> ClientError {
    ClientError::Local(format!("{} was changed while it was sent; send it again", file.path.display()))
}
