use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::{Media, UnixMillis};

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T = Media> {
    /// Newest first.
    pub items: Vec<T>,
    /// Hand this to the next call for what follows; `None` at the end.
    pub next: Option<String>,
}

/// Where in a list, newest first, a page begins: behind the row of that moment and id. It is a place and no right:
/// whoever may see a row is judged anew for each page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    pub created_at: UnixMillis,
    pub id: String,
}

impl Position {
    /// Before everything.
    pub const fn start() -> Self {
        Self { created_at: UnixMillis::MAX, id: String::new() }
    }

    /// What a cursor says. One that is not ours lies behind everything: an empty page, and nothing learnt.
    pub fn parse(cursor: Option<&str>) -> Self {
        let Some(text) = cursor else { return Self::start() };
        let parsed = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| {
            let text = String::from_utf8(bytes).ok()?;
            let (created_at, id) = text.split_once('.')?;
            Some(Self { created_at: created_at.parse().ok()?, id: id.to_owned() })
        });
        parsed.unwrap_or(Self { created_at: UnixMillis::MIN, id: String::new() })
    }

    pub fn cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}", self.created_at, self.id))
    }
}

/// A page of at most `limit` items out of rows that were asked for with one more.
pub(crate) fn page<T>(mut items: Vec<T>, limit: usize, position: impl Fn(&T) -> Position) -> Page<T> {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|item| position(item).cursor());
    Page { items, next }
}
