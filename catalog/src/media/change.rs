use serde::{Deserialize, Serialize};

use crate::limits::{self, at_most};
use crate::{CatalogError, Viewer};

/// Who may see a title beside its owner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Nobody.
    #[default]
    Owner,
    /// Members of one of these groups, at most [`limits::GROUPS`]; names compare whole and case-sensitively.
    Groups(Vec<String>),
    /// Everyone who is signed in.
    Everyone,
}

impl Visibility {
    /// Whether it lets that person in. Its owner is not its matter.
    pub fn admits(&self, viewer: &Viewer) -> bool {
        match self {
            Self::Owner => false,
            Self::Groups(groups) => groups.iter().any(|group| viewer.groups.contains(group)),
            Self::Everyone => true,
        }
    }
}

/// What a person writes of a title of theirs. A field that is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaChange {
    /// The new title: 1 to [`limits::TITLE`] characters.
    pub title: Option<String>,
    /// The new comment: at most [`limits::TEXT`] characters.
    pub comment: Option<String>,
    /// Who may see it from now on.
    pub visibility: Option<Visibility>,
}

impl MediaChange {
    /// # Errors
    /// [`CatalogError::Invalid`] names the first field that is too long, or empty where it may not be.
    pub fn check(&self) -> Result<(), CatalogError> {
        if let Some(title) = &self.title {
            limits::title("title", title)?;
        }
        if let Some(comment) = &self.comment {
            at_most("comment", comment.chars().count(), limits::TEXT, "characters")?;
        }
        if let Some(Visibility::Groups(groups)) = &self.visibility {
            at_most("visibility.groups", groups.len(), limits::GROUPS, "groups")?;
            limits::names("visibility.groups", groups)?;
        }
        Ok(())
    }
}
