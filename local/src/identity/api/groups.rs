//! Groups and who is in them.

use super::error::ApiError;
use super::input::Input;
use super::pages::page;
use super::view::description as user_description;
use crate::identity::directory::Group;
use crate::identity::{Identity, POOL_ID};
use serde_json::{Map, Value, json};

const MAX_NAME_CHARS: usize = 128;
/// The most groups or users in one answer.
const MAX_PAGE: u64 = 60;

/// `CreateGroup`.
pub(super) fn create_group(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let name = input.text("GroupName")?;
    if name.chars().count() > MAX_NAME_CHARS || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        let expected = format!("GroupName must be 1 to {MAX_NAME_CHARS} characters without spaces");
        return Err(ApiError::InvalidParameter(expected));
    }
    let group = Group {
        description: input.optional_text("Description")?.map(str::to_owned),
        precedence: input.optional_number("Precedence")?,
        created_at: identity.now(),
    };
    identity.store.change(identity.now(), |directory| {
        if directory.groups.contains_key(name) {
            return Err(ApiError::GroupExists);
        }
        directory.groups.insert(name.to_owned(), group.clone());
        Ok(json!({ "Group": description(name, &group) }))
    })?
}

/// `ListGroups` by name.
pub(super) fn list_groups(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let (limit, after) = (input.limit(MAX_PAGE)?, input.optional_text("NextToken")?);
    Ok(identity.store.read(|directory| {
        let groups = directory.groups.iter().map(|(name, group)| (name.as_str(), description(name, group)));
        page(groups, after, limit, "Groups", "NextToken")
    }))
}

/// `ListUsersInGroup` by name.
pub(super) fn list_users(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let (group, limit) = (input.text("GroupName")?, input.limit(MAX_PAGE)?);
    let after = input.optional_text("NextToken")?;
    identity.store.read(|directory| {
        if !directory.groups.contains_key(group) {
            return Err(group_not_found());
        }
        let users = directory.users.iter().filter(|(_, user)| user.groups.contains(group));
        let users = users.map(|(name, user)| (name.as_str(), user_description(user, "Attributes")));
        Ok(page(users, after, limit, "Users", "NextToken"))
    })
}

/// `AdminListGroupsForUser` by name.
pub(super) fn list_groups_of_user(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let (username, limit) = (input.text("Username")?, input.limit(MAX_PAGE)?);
    let after = input.optional_text("NextToken")?;
    identity.store.read(|directory| {
        let user = directory.user(username).ok_or(ApiError::UserNotFound)?;
        let groups = directory.groups.iter().filter(|(name, _)| user.groups.contains(*name));
        let groups = groups.map(|(name, group)| (name.as_str(), description(name, group)));
        Ok(page(groups, after, limit, "Groups", "NextToken"))
    })
}

/// `AdminAddUserToGroup`. Tokens say so from the next sign-in or refresh on.
pub(super) fn add_user(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    change_membership(identity, input, true)
}

/// `AdminRemoveUserFromGroup`. Tokens say so from the next sign-in or refresh on.
pub(super) fn remove_user(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    change_membership(identity, input, false)
}

fn change_membership(identity: &Identity, input: &Input<'_>, member: bool) -> Result<Value, ApiError> {
    let (username, group) = (input.text("Username")?, input.text("GroupName")?);
    identity.store.change(identity.now(), |directory| {
        if !directory.groups.contains_key(group) {
            return Err(group_not_found());
        }
        let user = directory.user_mut(username).ok_or(ApiError::UserNotFound)?;
        if member {
            user.groups.insert(group.to_owned());
        } else {
            user.groups.remove(group);
        }
        Ok(json!({}))
    })?
}

fn group_not_found() -> ApiError {
    ApiError::ResourceNotFound("Group not found.".to_owned())
}

fn description(name: &str, group: &Group) -> Value {
    let mut fields = Map::new();
    fields.insert("GroupName".to_owned(), json!(name));
    fields.insert("UserPoolId".to_owned(), json!(POOL_ID));
    if let Some(description) = &group.description {
        fields.insert("Description".to_owned(), json!(description));
    }
    if let Some(precedence) = group.precedence {
        fields.insert("Precedence".to_owned(), json!(precedence));
    }
    fields.insert("CreationDate".to_owned(), json!(group.created_at));
    fields.insert("LastModifiedDate".to_owned(), json!(group.created_at));
    Value::Object(fields)
}
