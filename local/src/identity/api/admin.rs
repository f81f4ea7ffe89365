//! What an administrator does with users. Signatures are not checked, see the module's own page.

use super::error::ApiError;
use super::input::Input;
use crate::identity::Identity;
use crate::identity::directory::{User, UserStatus};
use crate::identity::secrets::random_token;
use crate::identity::users::NewUser;
use serde_json::{Value, json};
use std::ops::Bound;

/// The most users in one answer of `ListUsers`.
const MAX_PAGE: u64 = 60;

/// `AdminCreateUser`. No mail is sent: without a `TemporaryPassword` nobody knows the password until
/// `AdminSetUserPassword`. `MessageAction` `RESEND` gives a user who has not signed in yet a new temporary password.
pub(super) fn create_user(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    input.check_pool()?;
    let username = input.text("Username")?;
    let generated = random_token()?;
    let password = input.optional_text("TemporaryPassword")?.unwrap_or(&generated);
    let user = match input.optional_text("MessageAction")? {
        Some("RESEND") => {
            let user = identity.user(username).ok_or(ApiError::UserNotFound)?;
            if user.status != UserStatus::ForceChangePassword {
                return Err(ApiError::UnsupportedUserState("Resend not possible. User has signed in before."));
            }
            identity.set_password(username, password, UserStatus::ForceChangePassword)?;
            user
        }
        None | Some("SUPPRESS") => {
            let attributes = input.attributes("UserAttributes")?;
            let status = UserStatus::ForceChangePassword;
            identity.create_user(NewUser { username, attributes, password, status })?
        }
        Some(_) => return Err(ApiError::InvalidParameter("MessageAction must be RESEND or SUPPRESS".to_owned())),
    };
    Ok(json!({ "User": description(&user, "Attributes") }))
}

/// `AdminSetUserPassword`: a `Permanent` one is the user's own, any other must be changed at the next sign-in.
pub(super) fn set_user_password(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    input.check_pool()?;
    let permanent = input.flag("Permanent")?;
    let status = if permanent { UserStatus::Confirmed } else { UserStatus::ForceChangePassword };
    identity.set_password(input.text("Username")?, input.text("Password")?, status)?;
    Ok(json!({}))
}

/// `AdminGetUser`.
pub(super) fn user(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    input.check_pool()?;
    let user = identity.user(input.text("Username")?).ok_or(ApiError::UserNotFound)?;
    Ok(description(&user, "UserAttributes"))
}

/// `ListUsers` by name, in pages of up to 60; filters are refused rather than ignored.
pub(super) fn list_users(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    input.check_pool()?;
    if input.optional_text("Filter")?.is_some_and(|filter| !filter.is_empty()) {
        return Err(ApiError::InvalidParameter("Filter is not supported by this stand-in".to_owned()));
    }
    let limit = input.optional_number("Limit")?.unwrap_or(MAX_PAGE);
    if limit > MAX_PAGE {
        return Err(ApiError::InvalidParameter(format!("Limit must be at most {MAX_PAGE}")));
    }
    // Like Cognito, 0 means no limit of the caller's own.
    let limit = usize::try_from(if limit == 0 { MAX_PAGE } else { limit }).unwrap_or(usize::MAX);
    let after = input.optional_text("PaginationToken")?.map_or(Bound::Unbounded, Bound::Excluded);
    let (users, next) = identity.store.read(|directory| {
        let mut rest = directory.users.range::<str, _>((after, Bound::Unbounded));
        let page: Vec<_> = rest.by_ref().take(limit).collect();
        let next = page.last().map(|(name, _)| (*name).clone()).filter(|_| rest.next().is_some());
        (page.into_iter().map(|(_, user)| description(user, "Attributes")).collect::<Vec<_>>(), next)
    });
    let mut answer = json!({ "Users": users });
    if let (Some(answer), Some(next)) = (answer.as_object_mut(), next) {
        answer.insert("PaginationToken".to_owned(), Value::String(next));
    }
    Ok(answer)
}

/// A user as Cognito shows it; the list of attributes goes by a different name in different answers.
fn description(user: &User, attributes_field: &str) -> Value {
    let sub = json!({ "Name": "sub", "Value": user.sub });
    let others = user.attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value }));
    let attributes: Vec<Value> = std::iter::once(sub).chain(others).collect();
    json!({
        "Username": user.username,
        attributes_field: attributes,
        "UserCreateDate": user.created_at,
        "UserLastModifiedDate": user.modified_at,
        "Enabled": true,
        "UserStatus": user.status,
    })
}
