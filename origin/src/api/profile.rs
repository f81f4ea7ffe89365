//! `/api/profile`: what a person says of themselves.

mod avatar;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::{Change, Person, PersonChange};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::refusals::Refusals;
use super::text::line;
use crate::app::App;
use crate::{Problem, Session};

pub use avatar::take as take_avatar;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(profile, change))
        .routes(routes!(avatar::take))
        .routes(routes!(avatar::complete))
}

/// A person as they see themselves.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Profile {
    /// The `sub` of their tokens.
    pub sub: String,
    /// What the user pool calls them.
    pub username: String,
    /// What others see them called.
    pub name: String,
    /// What they say of themselves.
    pub bio: String,
    /// The path of their picture on this site.
    pub avatar: Option<String>,
    /// What they set, as the pages write it.
    pub preferences: Map<String, Value>,
    /// Their groups.
    pub groups: Vec<String>,
    /// Whether they are an administrator.
    pub admin: bool,
    /// Counts changes; 0 before the first.
    pub version: u64,
}

/// What is to be changed of a profile; what is not named stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfilePatch {
    /// 1 to 300 characters on one line.
    name: Option<String>,
    /// At most 5,000 characters.
    bio: Option<String>,
    /// All of them; at most 16 KB as JSON.
    #[schema(value_type = Option<Object>)]
    preferences: Option<Map<String, Value>>,
    /// `null` takes the picture away; another is set by `/api/profile/avatar`.
    #[serde(default, deserialize_with = "null")]
    #[schema(value_type = Option<()>)]
    avatar: Option<()>,
    /// The version that was read; the change is refused where another was made meanwhile.
    version: Option<u64>,
}

/// `null`, told from a field that is not there.
fn null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<()>, D::Error> {
    <()>::deserialize(deserializer).map(Some)
}

impl App {
    /// The caller's profile, whether they have written one or not.
    pub async fn profile(&self, session: &Session) -> Result<Profile, Problem> {
        let person = self.catalog.person(session.owner()).await?;
        Ok(self.profile_of(session, person))
    }

    fn profile_of(&self, session: &Session, person: Option<Person>) -> Profile {
        let admin = self.is_administrator(session);
        let (sub, username) = (session.owner().to_owned(), session.name().to_owned());
        let groups = session.viewer().groups.clone();
        match person {
            None => Profile {
                name: username.clone(),
                bio: String::new(),
                avatar: None,
                preferences: Map::new(),
                version: 0,
                sub,
                username,
                groups,
                admin,
            },
            Some(person) => Profile {
                name: person.name,
                bio: person.bio,
                avatar: person.avatar_key.map(|key| format!("/{key}")),
                preferences: person.preferences,
                version: person.version,
                sub,
                username,
                groups,
                admin,
            },
        }
    }

    /// Changes the caller's row by `edit`, made where there is none, and anew where somebody else was first; a `version`
    /// that is given has to be the row's.
    async fn edit_profile(
        &self,
        session: &Session,
        version: Option<u64>,
        edit: impl Fn(&mut PersonChange) + Send,
    ) -> Result<Profile, Problem> {
        loop {
            let person = self.catalog.person(session.owner()).await?;
            let is = person.as_ref().map_or(0, |person| person.version);
            if version.is_some_and(|version| version != is) {
                return Err(Problem::stale());
            }
            let mut change = person.map_or_else(
                || PersonChange { name: session.name().to_owned(), ..PersonChange::default() },
                |person| PersonChange {
                    name: person.name,
                    bio: person.bio,
                    avatar_key: person.avatar_key,
                    preferences: person.preferences,
                },
            );
            edit(&mut change);
            change.check()?;
            let (sub, now) = (session.owner(), self.now());
            let made = if is == 0 {
                self.catalog.add_person(sub, &change, now).await?
            } else {
                self.catalog.change_person(sub, is, &change, now).await? == Change::Made
            };
            if made {
                return self.profile(session).await;
            }
        }
    }
}

/// The caller's profile.
#[utoipa::path(
    get, path = "/api/profile", operation_id = "get_profile", tag = "profile",
    responses((status = 200, body = Profile), Refusals)
)]
async fn profile(State(app): State<Arc<App>>, session: Session) -> Result<Json<Profile>, Problem> {
    Ok(Json(app.profile(&session).await?))
}

/// Changes the caller's profile.
#[utoipa::path(
    patch, path = "/api/profile", operation_id = "change_profile", tag = "profile", request_body = ProfilePatch,
    responses((status = 200, body = Profile), Refusals)
)]
pub async fn change(
    State(app): State<Arc<App>>,
    session: Session,
    Body(patch): Body<ProfilePatch>,
) -> Result<Json<Profile>, Problem> {
    let name = patch.name.as_deref().map(|name| line("name", name).map(str::to_owned)).transpose()?;
    let profile = app.edit_profile(&session, patch.version, |person| {
        if let Some(name) = &name {
            person.name.clone_from(name);
        }
        if let Some(bio) = &patch.bio {
            person.bio.clone_from(bio);
        }
        if let Some(preferences) = &patch.preferences {
            person.preferences.clone_from(preferences);
        }
        if patch.avatar.is_some() {
            person.avatar_key = None;
        }
    });
    Ok(Json(profile.await?))
}
