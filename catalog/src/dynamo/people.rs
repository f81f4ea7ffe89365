use async_trait::async_trait;

use super::DynamoCatalog;
use super::expression::{Condition, Update};
use super::item::{item, json, n, s};
use super::keys::{Key, Room};
use super::media::change;
use super::read::{ALL, Order, Stretch};
use super::schema::Type;
use crate::{
    CatalogError, Change, Collection, CollectionStore as _, Export, LicenceStore as _, Link, PeopleStore, Person,
    PersonChange, UnixMillis, Upload, UploadStore as _, UsageStore as _, WatchStore as _, Webhook, WebhookStore as _,
};

#[async_trait]
impl PeopleStore for DynamoCatalog {
    async fn person(&self, sub: &str) -> Result<Option<Person>, CatalogError> {
        self.get(&Key::person(sub)).await
    }

    async fn add_person(&self, sub: &str, person: &PersonChange, now: UnixMillis) -> Result<bool, CatalogError> {
        person.check()?;
        let PersonChange { name, bio, avatar_key, preferences } = person.clone();
        let sub = sub.to_owned();
        let key = Key::person(&sub);
        let row = Person { sub, name, bio, avatar_key, preferences, version: 1, created_at: now, updated_at: now };
        Ok(self.put(&key, &item(&key, Type::Person, &row, [])?, &Condition::absent()).await?.made())
    }

    async fn change_person(
        &self,
        sub: &str,
        version: u64,
        person: &PersonChange,
        now: UnixMillis,
    ) -> Result<Change, CatalogError> {
        person.check()?;
        let update = Update::when(Condition::version(version))
            .set("name", s(&person.name))
            .set("bio", s(&person.bio))
            .set_or_remove("avatar_key", person.avatar_key.as_ref().map(s))
            .set("preferences", json(&person.preferences)?)
            .set("updated_at", n(now))
            .add("version", 1);
        Ok(change(&self.update(&Key::person(sub), &update).await?))
    }

    async fn export_person(&self, sub: &str) -> Result<Export, CatalogError> {
        let links: Vec<Link> = self.theirs(Room::Media, format!("links|{sub}")).await?;
        let webhooks: Vec<Webhook> = self.theirs(Room::People, format!("webhooks|{sub}")).await?;
        Ok(Export {
            person: self.person(sub).await?,
            media: self.all_media_of(sub).await?,
            uploads: self.theirs(Room::Media, format!("uploads|{sub}")).await?,
            licences: self.theirs(Room::Licences, format!("licences|{sub}")).await?,
            usage: self.usage_of(sub).await?,
            collections: self.theirs(Room::Media, format!("collections|own|{sub}")).await?,
            links: links.into_iter().map(Link::without_hash).collect(),
            watch: self.last_watched(sub, usize::MAX).await?,
            webhooks: webhooks.into_iter().map(Webhook::without_secret).collect(),
        })
    }

    async fn delete_person(&self, sub: &str, now: UnixMillis) -> Result<bool, CatalogError> {
        let mut changed = false;
        for media in self.all_media_of(sub).await? {
            changed |= self.delete_as_of(&media.id, 0, now).await?;
        }
        for licence in self.theirs::<crate::Licence>(Room::Licences, format!("licences|{sub}")).await? {
            changed |= self.release_licence(&licence.key, sub, now).await?;
        }
        for upload in self.theirs::<Upload>(Room::Media, format!("uploads|{sub}")).await? {
            changed |= self.end_upload(&upload.id).await?;
        }
        for collection in self.theirs::<Collection>(Room::Media, format!("collections|own|{sub}")).await? {
            changed |= self.delete_collection(&collection.id).await?;
        }
        for link in self.theirs::<Link>(Room::Media, format!("links|{sub}")).await? {
            changed |= self.remove(&Key::link(link.id.as_str()), &Condition::present()).await?;
        }
        for webhook in self.theirs::<Webhook>(Room::People, format!("webhooks|{sub}")).await? {
            changed |= self.delete_webhook(&webhook.id).await?;
        }
        let (person, stored) = (Key::person(sub), Key::stored(sub));
        changed |= self.clear(person.room, &person.pk).await? > 0;
        changed |= self.clear(stored.room, &stored.pk).await? > 0;
        Ok(changed)
    }
}

impl DynamoCatalog {
    /// All rows that index `listing` has under a name, newest first.
    async fn theirs<T: serde::de::DeserializeOwned>(&self, room: Room, name: String) -> Result<Vec<T>, CatalogError> {
        let stretch = Stretch { room, index: "listing", name: &name, below: ALL, order: Order::NewestFirst };
        self.listed(&stretch, usize::MAX).await
    }
}
