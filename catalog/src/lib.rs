//! What Stagedoor knows of media and people: one trait, and the stores behind it.
//!
//! The catalog is the only record of what was uploaded and what became of it. A row's status only moves forward
//! ([`Status`]), every change is conditional, and each change says whether it was this call that made it: a step that
//! runs twice, or twice at once, ends the same. It reads no clock: the present is an argument.
//!
//! [`Catalog`] is a trait for each room of it, joined. [`SqliteCatalog`] and [`DynamoCatalog`] are behind it, and one
//! conformance suite (`tests/conformance`) says what they have in common.

mod collections;
pub mod dynamo;
mod error;
mod licences;
pub mod limits;
mod links;
mod media;
mod once;
mod open;
mod page;
mod people;
mod record;
pub mod sqlite;
mod uploads;
mod usage;
mod viewer;
mod watch;
mod webhooks;

pub use collections::{Collection, CollectionChange, CollectionStore, NewCollection, Sharing};
pub use dynamo::DynamoCatalog;
pub use error::CatalogError;
pub use licences::{Licence, LicenceStore, NewLicence};
pub use links::{Link, LinkId, LinkRefusal, LinkStore, LinkTarget, NewLink, Opening};
pub use media::{
    Filter, Kind, Media, MediaChange, MediaId, MediaStore, NewMedia, Outcome, Picture, Progress, RESTORE_MS, Rendition,
    Scope, Source, Status, ThumbHash, Visibility,
};
pub use once::{Answer, Once, OnceStore, REMEMBERED_MS, UNDER_WAY_MS};
pub use open::{Address, open};
pub use page::Page;
pub use people::{Export, PeopleStore, Person, PersonChange};
pub use sqlite::SqliteCatalog;
pub use uploads::{Upload, UploadStore};
pub use usage::{Amount, Month, Usage, UsageStore};
pub use viewer::{Change, UnixMillis, Viewer};
pub use watch::{WatchPosition, WatchStore};
pub use webhooks::{Attempt, Delivery, DeliveryStatus, NewDelivery, Webhook, WebhookChange, WebhookStore};

/// The catalog: every room of it.
pub trait Catalog:
    MediaStore
    + UploadStore
    + PeopleStore
    + LicenceStore
    + UsageStore
    + CollectionStore
    + LinkStore
    + WatchStore
    + WebhookStore
    + OnceStore
{
}

impl<T> Catalog for T where
    T: MediaStore
        + UploadStore
        + PeopleStore
        + LicenceStore
        + UsageStore
        + CollectionStore
        + LinkStore
        + WatchStore
        + WebhookStore
        + OnceStore
{
}
