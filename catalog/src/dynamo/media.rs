use async_trait::async_trait;

use super::DynamoCatalog;
use super::audience::{Audience, changes, listing_of, listings_for, of_visibility, pointer};
use super::expression::{Condition, Update};
use super::item::{Item, json, n, row, s};
use super::keys::{Key, Room, sorted, stamp};
use super::list::Listing;
use super::read::{ALL, Order, Stretch};
use super::schema::{media_item, status_name};
use super::write::{Action, Written};
use crate::page::Position;
use crate::{
    CatalogError, Change, Filter, Kind, Media, MediaChange, MediaId, MediaStore, NewMedia, Outcome, Page, Progress,
    RESTORE_MS, Rendition, Scope, Source, Status, UnixMillis, Visibility, record,
};

/// The name in index `work` of all deleted titles.
const DELETED: &str = "media|deleted";

#[async_trait]
impl MediaStore for DynamoCatalog {
    async fn insert(&self, media: &NewMedia, now: UnixMillis) -> Result<bool, CatalogError> {
        let NewMedia { id, owner, title, source, status } = media.clone();
        let key = Key::media(&id);
        let media = Media {
            id,
            owner,
            title,
            comment: String::new(),
            visibility: Visibility::Owner,
            version: 1,
            kind: Kind::Unknown,
            status,
            progress: None,
            reason: None,
            source,
            renditions: Vec::new(),
            later: false,
            duration_ms: None,
            width: None,
            height: None,
            thumbhash: None,
            deleted_at: None,
            created_at: now,
            updated_at: now,
        };
        Ok(self.put(&key, &media_item(&key, &media)?, &Condition::absent()).await?.made())
    }

    async fn find(&self, id: &MediaId) -> Result<Option<Media>, CatalogError> {
        self.get(&Key::media(id)).await
    }

    async fn browse(
        &self,
        scope: &Scope,
        filter: &Filter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, CatalogError> {
        let names = match scope {
            Scope::Owned(owner) => vec![listing_of("media", "own", owner)],
            Scope::Deleted(owner) => vec![listing_of("media", "deleted", owner)],
            Scope::Visible(viewer) => listings_for("media", viewer),
        };
        let search = filter.search.as_deref().map(record::fold);
        let wanted = |media: &Media| {
            let seen = match scope {
                Scope::Owned(owner) => media.owner == *owner && media.deleted_at.is_none(),
                Scope::Deleted(owner) => media.owner == *owner && media.deleted_at.is_some(),
                Scope::Visible(viewer) => media.visible_to(viewer),
            };
            seen && filter.kind.is_none_or(|kind| media.kind == kind)
                && filter.status.is_none_or(|status| media.status == status)
                && search.as_ref().is_none_or(|search| record::fold(&media.title).contains(search))
        };
        let place = |media: &Media| Position { created_at: media.created_at, id: media.id.to_string() };
        self.page(Listing::new(Room::Media, names, cursor, limit), limit, place, wanted).await
    }

    async fn in_status(&self, statuses: &[Status]) -> Result<Vec<Media>, CatalogError> {
        let mut found = Vec::new();
        for &status in statuses {
            let name = status_name(status);
            let stretch =
                Stretch { room: Room::Media, index: "work", name: &name, below: ALL, order: Order::OldestFirst };
            let rows: Vec<Media> = self.listed(&stretch, usize::MAX).await?;
            // The index may be behind the rows.
            found.extend(rows.into_iter().filter(|media| media.status == status));
        }
        found.sort_by(|a, b| (a.created_at, a.id.as_str()).cmp(&(b.created_at, b.id.as_str())));
        found.dedup_by(|a, b| a.id == b.id);
        Ok(found)
    }

    async fn uploaded(&self, id: &MediaId, source: &Source, now: UnixMillis) -> Result<bool, CatalogError> {
        let condition = Condition::new("#status = :from", [(":from", json(&Status::Uploading)?)]);
        let update = moved(condition, Status::Uploaded, now)?.set("source", json(source)?);
        Ok(self.update(&Key::media(id), &update).await?.made())
    }

    async fn processing(&self, id: &MediaId, kind: Kind, now: UnixMillis) -> Result<bool, CatalogError> {
        let update = moved(unfinished()?, Status::Processing, now)?.set("kind", json(&kind)?);
        Ok(self.update(&Key::media(id), &update).await?.made())
    }

    async fn progress(&self, id: &MediaId, progress: &Progress, now: UnixMillis) -> Result<bool, CatalogError> {
        let further = Condition::new(
            "#status = :processing AND (attribute_not_exists(#progress) OR #progress.#done < :done)",
            [(":processing", json(&Status::Processing)?), (":done", n(progress.done))],
        );
        let update = Update::when(further).set("progress", json(progress)?).set("updated_at", n(now));
        Ok(self.update(&Key::media(id), &update).await?.made())
    }

    async fn finish(&self, id: &MediaId, outcome: &Outcome, now: UnixMillis) -> Result<bool, CatalogError> {
        let update = match outcome {
            Outcome::Ready { renditions, duration_ms, picture, later } => {
                let thumbhash = picture.as_ref().and_then(|p| p.thumbhash.as_ref());
                moved(unfinished()?, Status::Ready, now)?
                    .set("renditions", json(renditions)?)
                    .set("later", json(later)?)
                    .maybe("duration_ms", duration_ms.map(n))
                    .maybe("width", picture.as_ref().map(|p| n(p.width)))
                    .maybe("height", picture.as_ref().map(|p| n(p.height)))
                    .maybe("thumbhash", thumbhash.map(json).transpose()?)
            }
            Outcome::Failed { reason } => moved(unfinished()?, Status::Failed, now)?.set("reason", s(reason)),
        };
        Ok(self.update(&Key::media(id), &update.remove("progress")).await?.made())
    }

    async fn add_later(&self, id: &MediaId, renditions: &[Rendition], now: UnixMillis) -> Result<bool, CatalogError> {
        let ready = [(":ready", json(&Status::Ready)?), (":waits", json(&true)?)];
        let waits = Condition::new("#status = :ready AND #later = :waits", ready);
        let update = Update::when(waits).append("renditions", json(&renditions)?).set("later", json(&false)?);
        Ok(self.update(&Key::media(id), &update.set("updated_at", n(now))).await?.made())
    }

    async fn retry(&self, id: &MediaId, now: UnixMillis) -> Result<bool, CatalogError> {
        let failed = [(":failed", json(&Status::Failed)?)];
        let condition = Condition::new("#status = :failed AND attribute_not_exists(#deleted_at)", failed);
        let update = moved(condition, Status::Uploaded, now)?.remove("reason").remove("progress");
        Ok(self.update(&Key::media(id), &update).await?.made())
    }

    async fn describe(
        &self,
        id: &MediaId,
        version: u64,
        change: &MediaChange,
        now: UnixMillis,
    ) -> Result<Change, CatalogError> {
        change.check()?;
        let key = Key::media(id);
        let Some(media) = self.find(id).await?.filter(|media| media.deleted_at.is_none()) else {
            return Ok(Change::Missing);
        };
        if media.version != version {
            return Ok(Change::Stale);
        }
        let update = Update::when(alive_with(version))
            .maybe("title", change.title.as_ref().map(s))
            .maybe("comment", change.comment.as_ref().map(s))
            .maybe("visibility", change.visibility.as_ref().map(json).transpose()?)
            .add("version", 1)
            .set("updated_at", n(now));
        let to = change.visibility.as_ref().unwrap_or(&media.visibility);
        let made =
            self.with_pointers(&key, &media, update, &of_visibility(&media.visibility), &of_visibility(to)).await?;
        if made {
            return Ok(Change::Made);
        }
        let there = self.find(id).await?.is_some_and(|media| media.deleted_at.is_none());
        Ok(if there { Change::Stale } else { Change::Missing })
    }

    async fn delete(&self, id: &MediaId, now: UnixMillis) -> Result<bool, CatalogError> {
        self.delete_as_of(id, now, now).await
    }

    async fn restore(&self, id: &MediaId, now: UnixMillis) -> Result<bool, CatalogError> {
        let key = Key::media(id);
        let Some(media) = self.find(id).await?.filter(|media| media.deleted_at.is_some()) else { return Ok(false) };
        // The version says that it is shared as it was read: it cannot change while the row is deleted.
        let condition = Condition::new(
            "#deleted_at >= :since AND #version = :if_version",
            [(":since", n(now.saturating_sub(RESTORE_MS))), (":if_version", n(media.version))],
        );
        let place = sorted(media.created_at, media.id.as_str());
        let update = Update::when(condition)
            .remove("deleted_at")
            .set("list", s(listing_of("media", "own", &media.owner)))
            .set("sorted", s(&place))
            .set("updated_at", n(now));
        let mut actions =
            vec![Action::Update(key.clone(), update), Action::Delete(deleted_pointer(&key), Condition::default())];
        actions.extend(changes(&key, "media", &place, &Audience::new(), &of_visibility(&media.visibility))?);
        self.transact(&actions).await
    }

    async fn purgeable(&self, now: UnixMillis, limit: usize) -> Result<Vec<Media>, CatalogError> {
        let before = now.saturating_sub(RESTORE_MS);
        if before <= 0 {
            return Ok(Vec::new());
        }
        let below = stamp(before);
        let stretch =
            Stretch { room: Room::Media, index: "work", name: DELETED, below: &below, order: Order::OldestFirst };
        let keys: Vec<Key> = self.stretch(&stretch, limit).await?.iter().map(|(_, key)| key.its_row()).collect();
        let mut rows: Vec<Media> = self.rows(&keys).await?;
        rows.retain(|media| media.deleted_at.is_some_and(|at| at < before));
        Ok(rows)
    }

    async fn purge(&self, id: &MediaId, now: UnixMillis) -> Result<bool, CatalogError> {
        let key = Key::media(id);
        let condition = Condition::new("#deleted_at < :before", [(":before", n(now.saturating_sub(RESTORE_MS)))]);
        let pointer = Action::Delete(deleted_pointer(&key), Condition::default());
        self.transact(&[Action::Delete(key, condition), pointer]).await
    }
}

impl DynamoCatalog {
    /// Deletes a title as of some moment. `false`: it is deleted as of that moment or an earlier one, or is not there.
    pub(super) async fn delete_as_of(
        &self,
        id: &MediaId,
        at: UnixMillis,
        now: UnixMillis,
    ) -> Result<bool, CatalogError> {
        let key = Key::media(id);
        // Who may see it is read first, as its pointers go with it; where that changed meanwhile, it is read again.
        loop {
            let Some(media) = self.find(id).await? else { return Ok(false) };
            let condition = match media.deleted_at {
                None => alive_with(media.version),
                Some(earlier) if at == 0 && earlier > 0 => Condition::new("#deleted_at = :is", [(":is", n(earlier))]),
                Some(_) => return Ok(false),
            };
            let update = Update::when(condition)
                .set("deleted_at", n(at))
                .set("list", s(listing_of("media", "deleted", &media.owner)))
                .set("updated_at", n(now));
            let place = deleted_pointer(&key);
            let pointer = pointer(&place, [("work", DELETED.to_owned()), ("due", sorted(at, id.as_str()))])?;
            let mut actions = vec![Action::Update(key.clone(), update), Action::Put(place, pointer)];
            let audience = of_visibility(&media.visibility);
            if media.deleted_at.is_none() {
                actions.extend(changes(&key, "media", "", &audience, &Audience::new())?);
            }
            if self.transact(&actions).await? {
                return Ok(true);
            }
        }
    }

    /// Every title of an owner, deleted ones too, newest first.
    pub(super) async fn all_media_of(&self, owner: &str) -> Result<Vec<Media>, CatalogError> {
        let mut found: Vec<Media> = Vec::new();
        for kind in ["own", "deleted"] {
            let name = listing_of("media", kind, owner);
            let stretch =
                Stretch { room: Room::Media, index: "listing", name: &name, below: ALL, order: Order::NewestFirst };
            found.extend(self.listed::<Media>(&stretch, usize::MAX).await?);
        }
        found.sort_by(|a, b| (b.created_at, b.id.as_str()).cmp(&(a.created_at, a.id.as_str())));
        found.dedup_by(|a, b| a.id == b.id);
        Ok(found)
    }

    /// Changes a row, and its pointers where its audience changes.
    async fn with_pointers(
        &self,
        key: &Key,
        media: &Media,
        update: Update,
        from: &Audience,
        to: &Audience,
    ) -> Result<bool, CatalogError> {
        let place = sorted(media.created_at, media.id.as_str());
        let pointers = changes(key, "media", &place, from, to)?;
        if pointers.is_empty() {
            return Ok(self.update(key, &update).await?.made());
        }
        let mut actions = vec![Action::Update(key.clone(), update)];
        actions.extend(pointers);
        self.transact(&actions).await
    }
}

/// The pointer that says that a row is deleted.
fn deleted_pointer(key: &Key) -> Key {
    key.beside("deleted".to_owned())
}

/// A row of that version that is not deleted.
fn alive_with(version: u64) -> Condition {
    let values = [(":if_version", n(version))];
    Condition::new("#version = :if_version AND attribute_not_exists(#deleted_at)", values)
}

/// A row that has not ended, and whose object is there.
fn unfinished() -> Result<Condition, CatalogError> {
    let values = [(":uploaded", json(&Status::Uploaded)?), (":processing", json(&Status::Processing)?)];
    Ok(Condition::new("#status IN (:uploaded, :processing)", values))
}

fn moved(condition: Condition, to: Status, now: UnixMillis) -> Result<Update, CatalogError> {
    let update = Update::when(condition).set("status", json(&to)?).set("work", s(status_name(to)));
    Ok(update.set("updated_at", n(now)))
}

/// What became of a change that was conditional on a version.
pub(super) fn change(written: &Written) -> Change {
    match written {
        Written::Made(_) => Change::Made,
        Written::Refused(Some(_)) => Change::Stale,
        Written::Refused(None) => Change::Missing,
    }
}

/// The row that a write left or met.
pub(super) fn row_of<T: serde::de::DeserializeOwned>(item: Item) -> Result<Option<T>, CatalogError> {
    if item.is_empty() { Ok(None) } else { row(item).map(Some) }
}
