use async_trait::async_trait;

use super::{Kind, Media, MediaChange, MediaId, NewMedia, Outcome, Progress, Rendition, Source, Status};
use crate::{CatalogError, Change, Page, UnixMillis, Viewer};

/// How long a deleted title can be restored: 7 days, in milliseconds.
pub const RESTORE_MS: UnixMillis = 7 * 24 * 3_600_000;

/// Whose titles a list is made of. Deleted ones are in the last alone.
#[derive(Debug, Clone)]
pub enum Scope {
    /// One owner's.
    Owned(String),
    /// One owner's that are deleted, and not purged yet.
    Deleted(String),
    /// All that a person may see: their own, those shared with a group of theirs, those shared with everyone.
    Visible(Viewer),
}

/// Which of them. The default is all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only in this state.
    pub status: Option<Status>,
    /// Only those with this in their title, upper and lower case alike; an empty text is in every title.
    pub search: Option<String>,
}

/// Rows of media. A row's status only moves forward, and each change says whether it was this call that made it.
#[async_trait]
pub trait MediaStore: Send + Sync {
    /// Adds a row that its owner alone may see. `false`: a row of that id was there already, and stays as it is.
    async fn insert(&self, media: &NewMedia, now: UnixMillis) -> Result<bool, CatalogError>;

    /// The row of that id, whoever asks; deleted ones too.
    async fn find(&self, id: &MediaId) -> Result<Option<Media>, CatalogError>;

    /// One owner's rows, newest first, at most `limit` of them, from `cursor` on (a former page's `next`).
    async fn list(&self, owner: &str, cursor: Option<&str>, limit: usize) -> Result<Page, CatalogError> {
        self.browse(&Scope::Owned(owner.to_owned()), &Filter::default(), cursor, limit).await
    }

    /// Rows of a scope that pass a filter, newest first, at most `limit` of them. Whatever the cursor says, nothing
    /// outside the scope is in the page. A store that cannot search by index looks at [`crate::limits::EXAMINED`] rows
    /// a call, so a filtered page may be shorter than `limit`, or empty, and yet have a `next`.
    async fn browse(
        &self,
        scope: &Scope,
        filter: &Filter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, CatalogError>;

    /// Every row in one of these states, oldest first: what a restart has to take up again. Deleted ones too, as they
    /// may be restored.
    async fn in_status(&self, statuses: &[Status]) -> Result<Vec<Media>, CatalogError>;

    /// `uploading` → `uploaded`, with what is known of the object now. `false`: it was further on already, or is not there.
    async fn uploaded(&self, id: &MediaId, source: &Source, now: UnixMillis) -> Result<bool, CatalogError>;

    /// `uploaded` → `processing`; a row that is `processing` already may be taken up again (its processor may be dead).
    /// `false`: it is in any other state, or not there.
    async fn processing(&self, id: &MediaId, kind: Kind, now: UnixMillis) -> Result<bool, CatalogError>;

    /// Says how far the processor of a `processing` row is. It only goes on: as many steps done as the row has, or fewer, change
    /// nothing, so that an event that is delivered twice takes nothing back. `false`: nothing was changed, or it is not there.
    async fn progress(&self, id: &MediaId, progress: &Progress, now: UnixMillis) -> Result<bool, CatalogError>;

    /// `uploaded` or `processing` → `ready` or `failed`. `false`: it had ended before, or is not there.
    async fn finish(&self, id: &MediaId, outcome: &Outcome, now: UnixMillis) -> Result<bool, CatalogError>;

    /// Adds what the later step has made to a `ready` row that waits for it. `false`: it does not wait (any more), or is not there.
    async fn add_later(&self, id: &MediaId, renditions: &[Rendition], now: UnixMillis) -> Result<bool, CatalogError>;

    /// `failed` → `uploaded`, to be processed once more: the one step back, and a person's wish. `false`: it has not failed,
    /// is deleted, or is not there.
    async fn retry(&self, id: &MediaId, now: UnixMillis) -> Result<bool, CatalogError>;

    /// Changes what people write of a title, where `version` is still the row's; a deleted row is missing.
    async fn describe(
        &self,
        id: &MediaId,
        version: u64,
        change: &MediaChange,
        now: UnixMillis,
    ) -> Result<Change, CatalogError>;

    /// Takes a row out of every list. `false`: it was deleted before, or is not there.
    async fn delete(&self, id: &MediaId, now: UnixMillis) -> Result<bool, CatalogError>;

    /// Undoes a deletion that is not older than [`RESTORE_MS`]. `false`: it is not deleted, or for too long, or not there.
    async fn restore(&self, id: &MediaId, now: UnixMillis) -> Result<bool, CatalogError>;

    /// At most `limit` rows that cannot be restored any more at `now`, the longest deleted first: their objects are to go,
    /// and then they by [`MediaStore::purge`].
    async fn purgeable(&self, now: UnixMillis, limit: usize) -> Result<Vec<Media>, CatalogError>;

    /// Removes a row that cannot be restored any more at `now`. `false`: it can be, or is not there.
    async fn purge(&self, id: &MediaId, now: UnixMillis) -> Result<bool, CatalogError>;
}
