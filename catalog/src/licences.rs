//! Licences: who may store how much, and until when.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::limits::{self, at_most};
use crate::{Amount, CatalogError, Page, UnixMillis};

/// A licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// What a person types in.
    pub key: String,
    /// The plan's name.
    pub plan: String,
    /// How much may be stored with it.
    pub quota: Amount,
    /// From when on it is none; `None` for one that stays.
    pub expires_at: Option<UnixMillis>,
    /// Who has it; `None` while nobody does.
    pub person: Option<String>,
    /// When it was taken back.
    pub revoked_at: Option<UnixMillis>,
    /// The `sub` of who issued it.
    pub issued_by: String,
    /// When it was issued.
    pub created_at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
}

/// A licence to be issued, assigned to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLicence {
    /// What a person types in, unguessable.
    pub key: String,
    /// The plan's name.
    pub plan: String,
    /// How much may be stored with it.
    pub quota: Amount,
    /// From when on it is none.
    pub expires_at: Option<UnixMillis>,
    /// The `sub` of who issues it.
    pub issued_by: String,
}

impl NewLicence {
    /// # Errors
    /// [`CatalogError::Invalid`] names the first field out of bounds.
    pub fn check(&self) -> Result<(), CatalogError> {
        limits::present("key", &self.key)?;
        at_most("key", self.key.len(), 200, "bytes")?;
        limits::title("plan", &self.plan)?;
        self.quota.check("quota")
    }
}

impl Licence {
    /// Whether it can be used at that moment.
    pub fn valid(&self, now: UnixMillis) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// Licences.
#[async_trait]
pub trait LicenceStore: Send + Sync {
    /// Issues a licence. `false`: one of that key is there, and stays as it is.
    async fn issue_licence(&self, licence: &NewLicence, now: UnixMillis) -> Result<bool, CatalogError>;

    /// The licence of that key.
    async fn licence(&self, key: &str) -> Result<Option<Licence>, CatalogError>;

    /// Every licence, newest first.
    async fn licences(&self, cursor: Option<&str>, limit: usize) -> Result<Page<Licence>, CatalogError>;

    /// The licences assigned to a person, newest first, invalid ones too; at most 100.
    async fn licences_of(&self, person: &str) -> Result<Vec<Licence>, CatalogError>;

    /// Assigns a licence that nobody has and that is valid at `now`. `false`: it is none such, or not there.
    async fn assign_licence(&self, key: &str, person: &str, now: UnixMillis) -> Result<bool, CatalogError>;

    /// Takes a licence from that person, for somebody else. `false`: that person does not have it.
    async fn release_licence(&self, key: &str, person: &str, now: UnixMillis) -> Result<bool, CatalogError>;

    /// Ends a licence for good; who had it is kept. `false`: it was revoked before, or is not there.
    async fn revoke_licence(&self, key: &str, now: UnixMillis) -> Result<bool, CatalogError>;
}
