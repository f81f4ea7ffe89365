//! Lists out of several stretches of the index at once, newest first, each row once.

use std::collections::VecDeque;

use serde::de::DeserializeOwned;

use super::DynamoCatalog;
use super::keys::{Key, Room, behind, position};
use super::read::{Order, Stretch};
use crate::limits::EXAMINED;
use crate::page::Position;
use crate::{CatalogError, Page};

/// One name in the index, read as far as it was needed.
struct Source {
    name: String,
    /// Sort keys and rows' places that are not taken yet.
    ahead: VecDeque<(String, Key)>,
    /// Where the next stretch begins; `None` at the end.
    below: Option<String>,
}

/// What a list is made of.
pub(super) struct Listing {
    room: Room,
    sources: Vec<Source>,
    /// Sort keys read in one go.
    step: usize,
}

impl Listing {
    pub fn new(room: Room, names: Vec<String>, cursor: Option<&str>, limit: usize) -> Self {
        let below = behind(&Position::parse(cursor));
        let source = |name| Source { name, ahead: VecDeque::new(), below: Some(below.clone()) };
        Self { room, sources: names.into_iter().map(source).collect(), step: limit.saturating_add(1).clamp(25, 100) }
    }

    /// The next sort keys with their rows, at most as many as one batch reads; none at the end.
    async fn next(&mut self, store: &DynamoCatalog) -> Result<Vec<(String, Key)>, CatalogError> {
        let mut batch: Vec<(String, Key)> = Vec::new();
        while batch.len() < self.step {
            for source in &mut self.sources {
                source.fill(store, self.room, self.step).await?;
            }
            let newest = self.sources.iter_mut().filter(|source| !source.ahead.is_empty());
            let newest = newest.max_by(|a, b| a.front().cmp(&b.front()));
            let Some((sorted, key)) = newest.and_then(|source| source.ahead.pop_front()) else { break };
            // A row that is shared in several ways has one sort key in all of them.
            if batch.last().is_none_or(|(last, _)| *last != sorted) {
                batch.push((sorted, key));
            }
        }
        Ok(batch)
    }
}

impl Source {
    fn front(&self) -> Option<&str> {
        self.ahead.front().map(|(sorted, _)| sorted.as_str())
    }

    async fn fill(&mut self, store: &DynamoCatalog, room: Room, step: usize) -> Result<(), CatalogError> {
        let Some(below) = self.below.clone().filter(|_| self.ahead.is_empty()) else { return Ok(()) };
        let stretch = Stretch { room, index: "listing", name: &self.name, below: &below, order: Order::NewestFirst };
        let found = store.stretch(&stretch, step).await?;
        self.below = found.last().filter(|_| found.len() >= step).map(|(sorted, _)| sorted.clone());
        self.ahead = found.into();
        Ok(())
    }
}

impl DynamoCatalog {
    /// A page of the rows of a listing that pass `wanted`.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        mut listing: Listing,
        limit: usize,
        place: impl Fn(&T) -> Position,
        wanted: impl Fn(&T) -> bool,
    ) -> Result<Page<T>, CatalogError> {
        let (mut items, mut examined) = (Vec::new(), 0_usize);
        let mut last: Option<String> = None;
        loop {
            let batch = listing.next(self).await?;
            // Nothing is behind the last source's end; a row read twice across batches is the same row.
            let batch: Vec<_> = batch.into_iter().filter(|(sorted, _)| last.as_ref() != Some(sorted)).collect();
            let Some((end, _)) = batch.last() else { return Ok(Page { items, next: None }) };
            let end = end.clone();
            examined = examined.saturating_add(batch.len());
            let keys: Vec<Key> = batch.iter().map(|(_, key)| key.its_row()).collect();
            for row in self.rows::<T>(&keys).await?.into_iter().filter(&wanted) {
                if items.len() >= limit {
                    let next = items.last().map(|item| place(item).cursor());
                    return Ok(Page { items, next });
                }
                items.push(row);
            }
            if examined >= EXAMINED {
                return Ok(Page { items, next: position(&end).map(|position| position.cursor()) });
            }
            last = Some(end);
        }
    }
}
