//! Groups and who is in them.

use super::error::ApiError;
use super::input::Input;
use crate::identity::directory::Group;
use crate::identity::{Identity, POOL_ID};
use serde_json::{Map, Value, json};

const MAX_NAME_CHARS: usize = 128;

/// `CreateGroup`.
pub(super) fn create_group(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    input.check_pool()?;
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

/// `AdminAddUserToGroup`. The group is in the tokens from the next sign-in or refresh on.
pub(super) fn add_user_to_group(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    input.check_pool()?;
    let (username, group) = (input.text("Username")?, input.text("GroupName")?);
    identity.store.change(identity.now(), |directory| {
        if !directory.groups.contains_key(group) {
            return Err(ApiError::ResourceNotFound("Group not found.".to_owned()));
        }
        let user = directory.user_mut(username).ok_or(ApiError::UserNotFound)?;
        user.groups.insert(group.to_owned());
        Ok(json!({}))
    })?
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
