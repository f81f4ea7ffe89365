//! Share links: whoever has one sees what it is for, until it ends.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::limits::at_most;
use crate::{CatalogError, MediaId, UnixMillis};

/// What a link is found by: SHA-256 of its secret, in hexadecimal. The secret itself is nowhere in the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LinkId(String);

impl LinkId {
    /// The id of the link with that secret.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkTarget {
    /// One title.
    Media(MediaId),
    /// A collection, by id.
    Collection(String),
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it is found by.
    pub id: LinkId,
    /// What it opens.
    pub target: LinkTarget,
    /// The `sub` of who made it.
    pub owner: String,
    /// From when on it opens nothing.
    pub expires_at: UnixMillis,
    /// How often it may be opened; `None` for as often as one likes.
    pub view_limit: Option<u64>,
    /// How often it was opened.
    pub views: u64,
    /// A password hash in the caller's own form; the catalog does not look into it.
    pub passphrase_hash: Option<String>,
    /// When it was taken back.
    pub revoked_at: Option<UnixMillis>,
    /// When it was made.
    pub created_at: UnixMillis,
}

/// A link to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// What it will be found by.
    pub id: LinkId,
    /// What it opens.
    pub target: LinkTarget,
    /// The `sub` of who makes it.
    pub owner: String,
    /// From when on it opens nothing.
    pub expires_at: UnixMillis,
    /// How often it may be opened.
    pub view_limit: Option<u64>,
    /// A password hash in the caller's own form.
    pub passphrase_hash: Option<String>,
}

impl NewLink {
    /// # Errors
    /// [`CatalogError::Invalid`] names the first field out of bounds.
    pub fn check(&self) -> Result<(), CatalogError> {
        at_most("passphrase_hash", self.passphrase_hash.as_ref().map_or(0, String::len), 1_024, "bytes")?;
        if self.view_limit.is_some_and(|limit| i64::try_from(limit).is_err()) {
            let message = format!("expected at most {}", i64::MAX);
            return Err(CatalogError::Invalid { field: "view_limit", message });
        }
        Ok(())
    }
}

/// Why a link does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkRefusal {
    /// There is none with that secret.
    Missing,
    /// Its owner took it back.
    Revoked,
    /// Its time is over.
    Expired,
    /// It was opened as often as it may be.
    UsedUp,
}

/// What became of opening a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// It opened, and this view is counted in it.
    Opened(Link),
    /// It did not, and nothing is counted.
    Refused(LinkRefusal),
}

impl LinkRefusal {
    /// Why a link that was just refused was: it is looked at again, and what has changed meanwhile counts.
    pub(crate) fn of(link: Option<&Link>, now: UnixMillis) -> Self {
        link.map_or(Self::Missing, |link| link.refusal(now).unwrap_or(Self::UsedUp))
    }
}

impl Link {
    pub(crate) fn without_hash(self) -> Self {
        Self { passphrase_hash: self.passphrase_hash.map(|_| String::new()), ..self }
    }

    /// Why it does not open at that moment, where it does not.
    pub fn refusal(&self, now: UnixMillis) -> Option<LinkRefusal> {
        if self.revoked_at.is_some() {
            Some(LinkRefusal::Revoked)
        } else if now >= self.expires_at {
            Some(LinkRefusal::Expired)
        } else if self.view_limit.is_some_and(|limit| self.views >= limit) {
            Some(LinkRefusal::UsedUp)
        } else {
            None
        }
    }
}

/// Share links.
#[async_trait]
pub trait LinkStore: Send + Sync {
    /// Makes a link. `false`: one of that id is there, and stays as it is.
    async fn add_link(&self, link: &NewLink, now: UnixMillis) -> Result<bool, CatalogError>;

    /// The link of that id, in whatever state. A passphrase is judged by this, before [`LinkStore::open_link`].
    async fn link(&self, id: &LinkId) -> Result<Option<Link>, CatalogError>;

    /// One owner's links, newest first.
    async fn links_of(
        &self,
        owner: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<crate::Page<Link>, CatalogError>;

    /// Opens a link and counts the view, both or neither: of two who take the last view at once, one gets it.
    async fn open_link(&self, id: &LinkId, now: UnixMillis) -> Result<Opening, CatalogError>;

    /// Takes back a link of that owner's. `false`: it was taken back before, or is not there, or is not theirs.
    async fn revoke_link(&self, id: &LinkId, owner: &str, now: UnixMillis) -> Result<bool, CatalogError>;
}
