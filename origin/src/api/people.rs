//! `/api/admin/people`: the people of the user pool, for administrators.
//!
//! Deleting a person here ends their account in the pool; their titles stay until they are deleted by `DELETE /api/account` or by
//! an administrator.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::groups::GROUP;
use super::query::Query;
use super::refusals::Refusals;
use super::text::short_line;
use crate::access::Administrator;
use crate::app::App;
use crate::identity::{NewPerson, Person, PoolError, UserPool};
use crate::view::rfc3339;
use crate::{Problem, Session};

/// People in one answer. Each one's groups are a question of their own to the pool.
pub const PAGE: i32 = 20;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, invite))
        .routes(routes!(enable))
        .routes(routes!(disable))
        .routes(routes!(resend))
        .routes(routes!(delete))
        .routes(routes!(join, leave))
}

/// A person as the user pool knows them.
#[derive(Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonView {
    /// The owner of what they upload.
    pub sub: String,
    /// The name that these addresses take.
    pub username: String,
    pub email: Option<String>,
    pub name: Option<String>,
    /// Whether they may sign in.
    pub enabled: bool,
    /// `CONFIRMED`, `FORCE_CHANGE_PASSWORD` (invited), `UNCONFIRMED`, …
    pub status: String,
    pub groups: Vec<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
}

/// A page of people.
#[derive(Serialize, ToSchema)]
pub struct PersonList {
    /// At most 20.
    pub items: Vec<PersonView>,
    /// The cursor for what follows; `null` at the end.
    pub next: Option<String>,
}

/// Which people.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// A former answer's `next`.
    pub cursor: Option<String>,
    /// How their e-mail address begins, or where none does, their name.
    pub search: Option<String>,
}

/// A person to be invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitePerson {
    /// A temporary password goes there.
    email: String,
    name: Option<String>,
    /// Groups that are there already.
    #[serde(default)]
    groups: Vec<String>,
}

/// The pool, for an administrator.
pub struct Managed {
    pub pool: UserPool,
    pub session: Session,
}

impl FromRequestParts<Arc<App>> for Managed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Administrator(session) = Administrator::from_request_parts(parts, app).await?;
        let pool = app.pool.clone().ok_or_else(Problem::not_found)?;
        Ok(Self { pool, session })
    }
}

/// People of the user pool.
#[utoipa::path(
    get, path = "/api/admin/people", operation_id = "list_people", tag = "admin", params(PeopleQuery),
    responses((status = 200, body = PersonList), Refusals)
)]
pub async fn list(managed: Managed, Query(query): Query<PeopleQuery>) -> Result<Json<PersonList>, Problem> {
    people(&managed.pool, query.search.as_deref(), query.cursor.as_deref()).await.map(Json)
}

/// A page of people, for the API and for the page.
pub async fn people(pool: &UserPool, search: Option<&str>, cursor: Option<&str>) -> Result<PersonList, Problem> {
    let search = search.unwrap_or_default().trim();
    if search.chars().count() > 100 || search.chars().any(char::is_control) {
        return Err(Problem::invalid("search", "out_of_range", "search must be at most 100 characters on one line."));
    }
    let cursor = cursor.filter(|cursor| !cursor.is_empty());
    let found = pool.people(search, cursor, PAGE).await.map_err(|error| refusal(&error, "cursor"))?;
    Ok(PersonList { items: found.people.into_iter().map(view).collect(), next: found.next })
}

/// Invites a person by e-mail.
#[utoipa::path(
    post, path = "/api/admin/people", operation_id = "invite_person", tag = "admin", request_body = InvitePerson,
    responses((status = 201, body = PersonView), Refusals)
)]
pub async fn invite(
    managed: Managed,
    Body(new): Body<InvitePerson>,
) -> Result<(StatusCode, Json<PersonView>), Problem> {
    let pool = &managed.pool;
    let email = short_line("email", &new.email, 128)?;
    let is_address = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !is_address || email.contains(char::is_whitespace) {
        return Err(Problem::invalid("email", "not_an_address", "email must be an e-mail address."));
    }
    let name = new.name.as_deref().filter(|name| !name.trim().is_empty());
    let name = name.map(|name| short_line("name", name, 100)).transpose()?;
    if !new.groups.is_empty() {
        let known = pool.groups().await.map_err(|error| refusal(&error, "groups"))?;
        if let Some(missing) = new.groups.iter().find(|group| known.iter().all(|known| known.name != **group)) {
            return Err(Problem::invalid("groups", "unknown_group", format!("There is no group {missing:?}.")));
        }
    }
    let mut person = pool.invite(&NewPerson { email, name }).await.map_err(|error| refusal(&error, "email"))?;
    for group in &new.groups {
        let joined = pool.set_membership(&person.username, group, true).await;
        joined.map_err(|error| refusal(&error, "groups"))?;
    }
    person.groups = new.groups;
    Ok((StatusCode::CREATED, Json(view(person))))
}

/// Lets a person in again.
#[utoipa::path(
    post, path = "/api/admin/people/{username}/enable", operation_id = "enable_person", tag = "admin",
    params(("username" = String, Path)), responses((status = 204, description = "They may sign in."), Refusals)
)]
pub async fn enable(managed: Managed, Path(username): Path<String>) -> Result<StatusCode, Problem> {
    done(managed.pool.enable(&username, true).await)
}

/// Shuts a person out. Their session is not renewed any more; until it expires it still opens pages.
#[utoipa::path(
    post, path = "/api/admin/people/{username}/disable", operation_id = "disable_person", tag = "admin",
    params(("username" = String, Path)), responses((status = 204, description = "They may not sign in."), Refusals)
)]
pub async fn disable(managed: Managed, Path(username): Path<String>) -> Result<StatusCode, Problem> {
    managed.not_oneself(&username).await?;
    done(managed.pool.enable(&username, false).await)
}

/// Sends an invited person another temporary password.
#[utoipa::path(
    post, path = "/api/admin/people/{username}/resend", operation_id = "resend_invitation", tag = "admin",
    params(("username" = String, Path)), responses((status = 204, description = "It is on its way."), Refusals)
)]
pub async fn resend(managed: Managed, Path(username): Path<String>) -> Result<StatusCode, Problem> {
    done(managed.pool.invite_again(&username).await)
}

/// Deletes a person's account in the user pool. Their titles stay.
#[utoipa::path(
    delete, path = "/api/admin/people/{username}", operation_id = "delete_person", tag = "admin",
    params(("username" = String, Path)), responses((status = 204, description = "It is gone."), Refusals)
)]
pub async fn delete(managed: Managed, Path(username): Path<String>) -> Result<StatusCode, Problem> {
    managed.not_oneself(&username).await?;
    done(managed.pool.delete(&username).await)
}

/// Puts a person into a group. Their token says so from the next renewal on.
#[utoipa::path(
    put, path = "/api/admin/people/{username}/groups/{group}", operation_id = "join_group", tag = "admin",
    params(("username" = String, Path), ("group" = String, Path)),
    responses((status = 204, description = "They are in it."), Refusals)
)]
pub async fn join(managed: Managed, Path((username, group)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    done(managed.pool.set_membership(&username, short_line("group", &group, GROUP)?, true).await)
}

/// Takes a person out of a group. Their token says so from the next renewal on.
#[utoipa::path(
    delete, path = "/api/admin/people/{username}/groups/{group}", operation_id = "leave_group", tag = "admin",
    params(("username" = String, Path), ("group" = String, Path)),
    responses((status = 204, description = "They are not in it."), Refusals)
)]
pub async fn leave(
    State(app): State<Arc<App>>,
    managed: Managed,
    Path((username, group)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    if app.is_administrators(&group) {
        managed.not_oneself(&username).await?;
    }
    done(managed.pool.set_membership(&username, short_line("group", &group, GROUP)?, false).await)
}

impl Managed {
    /// Whoever locks themselves out may be the last one who could have undone it.
    async fn not_oneself(&self, username: &str) -> Result<(), Problem> {
        let person = self.pool.person(username).await.map_err(|error| refusal(&error, "username"))?;
        if person.sub == self.session.owner() {
            let detail = "This is your own account. Another administrator has to do this.";
            return Err(Problem::conflict("own_account", detail));
        }
        Ok(())
    }
}

fn done(outcome: Result<(), PoolError>) -> Result<StatusCode, Problem> {
    outcome.map(|()| StatusCode::NO_CONTENT).map_err(|error| refusal(&error, "username"))
}

/// What the pool refuses, by the field that it is about.
pub fn refusal(error: &PoolError, field: &'static str) -> Problem {
    match error {
        PoolError::NotFound => Problem::not_found(),
        PoolError::Exists => Problem::conflict("exists", "There is one of this name already."),
        PoolError::WrongState => {
            Problem::conflict("wrong_state", "This person has signed in before: there is no invitation to send.")
        }
        PoolError::Locked => Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "The user pool asks for a pause. Try again soon.",
        ),
        PoolError::Invalid => {
            Problem::invalid(field, "not_taken", format!("The user pool does not take this {field}."))
        }
        error => Problem::unavailable("identity_unavailable", &format!("{error:?}")),
    }
}

fn view(person: Person) -> PersonView {
    PersonView {
        sub: person.sub,
        username: person.username,
        email: person.email,
        name: person.name,
        enabled: person.enabled,
        status: person.status,
        groups: person.groups,
        created_at: person.created_at.map(|seconds| rfc3339(seconds * 1000)),
    }
}
