//! `/api/admin/groups`: the groups of the user pool, for administrators.

use std::sync::Arc;

use axum::Json;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::people::{Managed, refusal};
use super::refusals::Refusals;
use super::text::short_line;
use crate::Problem;
use crate::app::App;
use crate::identity::Group;

/// The longest name of a group, characters.
pub const GROUP: usize = 128;
/// The longest description, characters: the pool's limit.
const DESCRIPTION: usize = 2048;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, create))
}

/// A group of people. Rules of the policy and what is shared name it.
#[derive(Serialize, ToSchema)]
#[schema(as = Group)]
pub struct GroupView {
    pub name: String,
    pub description: Option<String>,
}

/// Groups.
#[derive(Serialize, ToSchema)]
pub struct GroupList {
    /// By name.
    pub items: Vec<GroupView>,
}

/// A group to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Without spaces.
    name: String,
    description: Option<String>,
}

/// All groups.
#[utoipa::path(
    get, path = "/api/admin/groups", operation_id = "list_groups", tag = "admin",
    responses((status = 200, body = GroupList), Refusals)
)]
pub async fn list(managed: Managed) -> Result<Json<GroupList>, Problem> {
    let groups = managed.pool.groups().await.map_err(|error| refusal(&error, "groups"))?;
    Ok(Json(GroupList { items: groups.into_iter().map(view).collect() }))
}

/// Makes a group.
#[utoipa::path(
    post, path = "/api/admin/groups", operation_id = "create_group", tag = "admin", request_body = NewGroup,
    responses((status = 201, body = GroupView), Refusals)
)]
pub async fn create(managed: Managed, Body(new): Body<NewGroup>) -> Result<(StatusCode, Json<GroupView>), Problem> {
    let name = short_line("name", &new.name, GROUP)?;
    if name.contains(|c: char| c.is_whitespace() || c == '/') {
        return Err(Problem::invalid("name", "not_a_name", "name must not hold spaces or slashes."));
    }
    let description = new.description.as_deref().filter(|text| !text.trim().is_empty());
    let description = description.map(|text| short_line("description", text, DESCRIPTION)).transpose()?;
    managed.pool.create_group(name, description).await.map_err(|error| refusal(&error, "name"))?;
    let made = Group { name: name.to_owned(), description: description.map(str::to_owned) };
    Ok((StatusCode::CREATED, Json(view(made))))
}

fn view(group: Group) -> GroupView {
    GroupView { name: group.name, description: group.description }
}
