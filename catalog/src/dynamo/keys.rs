//! Where an item is, and under which name lists find it. Every key of the catalog is made here.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, s};
use crate::page::Position;
use crate::{MediaId, Month, UnixMillis};

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Room {
    /// `p#SUB`: `row`, `watch#MEDIA`, `once#KEY`. `w#WEBHOOK`: `row`, `d#DELIVERY`.
    People,
    /// `m#MEDIA`: `row`, `a#AUDIENCE`, `deleted`. `u#UPLOAD`: `row`. `c#COLLECTION`: `row`, `a#AUDIENCE`.
    /// `k#LINK`: `row`.
    Media,
    /// `l#KEY`: `row`.
    Licences,
    /// `p#SUB`: `stored`, `month#MONTH`.
    Usage,
}

impl Room {
    pub const ALL: [Self; 4] = [Self::People, Self::Media, Self::Licences, Self::Usage];

    /// The table's name in `tables.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Media => "media",
            Self::Licences => "licences",
            Self::Usage => "usage",
        }
    }
}

/// The sort key of an item that stands for the thing itself.
pub(super) const ROW: &str = "row";

/// An item's place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub room: Room,
    pub pk: String,
    pub sk: String,
}

impl Key {
    fn row(room: Room, pk: String) -> Self {
        Self { room, pk, sk: ROW.to_owned() }
    }

    pub fn media(id: &MediaId) -> Self {
        Self::row(Room::Media, format!("m#{id}"))
    }

    pub fn upload(id: &str) -> Self {
        Self::row(Room::Media, format!("u#{id}"))
    }

    pub fn collection(id: &str) -> Self {
        Self::row(Room::Media, format!("c#{id}"))
    }

    pub fn link(id: &str) -> Self {
        Self::row(Room::Media, format!("k#{id}"))
    }

    pub fn person(sub: &str) -> Self {
        Self::row(Room::People, format!("p#{sub}"))
    }

    pub fn watch(sub: &str, media: &MediaId) -> Self {
        Self::person(sub).beside(format!("watch#{media}"))
    }

    pub fn once(sub: &str, key: &str) -> Self {
        Self::person(sub).beside(format!("once#{key}"))
    }

    pub fn webhook(id: &str) -> Self {
        Self::row(Room::People, format!("w#{id}"))
    }

    pub fn delivery(webhook: &str, id: &str) -> Self {
        Self::webhook(webhook).beside(format!("d#{id}"))
    }

    pub fn licence(key: &str) -> Self {
        Self::row(Room::Licences, format!("l#{key}"))
    }

    pub fn stored(sub: &str) -> Self {
        Self { room: Room::Usage, pk: format!("p#{sub}"), sk: "stored".to_owned() }
    }

    pub fn month(sub: &str, month: &Month) -> Self {
        Self::stored(sub).beside(format!("month#{}", month.as_str()))
    }

    /// Another item of the same partition.
    pub fn beside(&self, sk: String) -> Self {
        Self { room: self.room, pk: self.pk.clone(), sk }
    }

    pub fn item(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([("pk".to_owned(), s(&self.pk)), ("sk".to_owned(), s(&self.sk))])
    }

    /// The place of an item that was read.
    pub fn of(room: Room, item: &Item) -> Option<Self> {
        let text = |name: &str| item.get(name)?.as_s().ok().cloned();
        Some(Self { room, pk: text("pk")?, sk: text("sk")? })
    }
}

/// A moment as part of a sort key: of one length, so that text sorts as time does. Nothing here is older than 1970.
pub(super) fn stamp(at: UnixMillis) -> String {
    format!("{:020}", at.max(0))
}

/// The sort key of a list by time.
pub(super) fn sorted(at: UnixMillis, id: &str) -> String {
    format!("{}#{id}", stamp(at))
}

/// The sort key behind which a page begins.
pub(super) fn behind(position: &Position) -> String {
    sorted(position.created_at, &position.id)
}

/// The place that a sort key names.
pub(super) fn position(sorted: &str) -> Option<Position> {
    let (at, id) = sorted.split_once('#')?;
    Some(Position { created_at: at.parse().ok()?, id: id.to_owned() })
}
