//! What an administrator does with users. Signatures are not checked, see the module's own page.

use super::error::ApiError;
use super::filter::Filter;
use super::input::Input;
use super::pages::page;
use super::view::description;
use crate::identity::Identity;
use crate::identity::directory::{User, UserStatus};
use crate::identity::mailbox::{Medium, Message};
use crate::identity::passwords::temporary_password;
use crate::identity::users::{NewUser, check_attributes};
use serde_json::{Value, json};

/// The most users in one answer of `ListUsers`.
const MAX_PAGE: u64 = 60;

/// `AdminCreateUser`: sends the temporary password, unless `MessageAction` is `SUPPRESS`. `RESEND` gives a user who has not
/// signed in yet a new one.
pub(super) fn create_user(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let username = input.text("Username")?;
    let generated = temporary_password()?;
    let password = input.optional_text("TemporaryPassword")?.unwrap_or(&generated);
    let action = input.optional_text("MessageAction")?;
    let user = match action {
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
    if action != Some("SUPPRESS") {
        let media = input.texts("DesiredDeliveryMediums")?;
        // Cognito's own default.
        invite(identity, &user, password, if media.is_empty() { &["SMS"] } else { &media })?;
    }
    Ok(json!({ "User": description(&user, "Attributes") }))
}

/// Sends the temporary password to every address of the kinds that are asked for and there.
fn invite(identity: &Identity, user: &User, password: &str, media: &[&str]) -> Result<(), ApiError> {
    let text = format!("Your username is {} and temporary password is {password}.", user.username);
    for (name, medium, attribute) in [("EMAIL", Medium::Email, "email"), ("SMS", Medium::Sms, "phone_number")] {
        let address = user.attribute(attribute).filter(|_| media.contains(&name));
        let Some(to) = address else { continue };
        let message = Message { to, medium, subject: "Your temporary password", text: &text };
        identity.mailbox.put(&message, Some(password), identity.now())?;
    }
    Ok(())
}

/// `AdminSetUserPassword`: a `Permanent` one is the user's own, any other must be changed at the next sign-in.
pub(super) fn set_user_password(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let permanent = input.flag("Permanent")?;
    let status = if permanent { UserStatus::Confirmed } else { UserStatus::ForceChangePassword };
    identity.set_password(input.text("Username")?, input.text("Password")?, status)?;
    Ok(json!({}))
}

/// `AdminGetUser`.
pub(super) fn user(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let user = identity.user(input.text("Username")?).ok_or(ApiError::UserNotFound)?;
    Ok(description(&user, "UserAttributes"))
}

/// `AdminDisableUser`.
pub(super) fn disable_user(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    identity.enable(input.text("Username")?, false)?;
    Ok(json!({}))
}

/// `AdminEnableUser`.
pub(super) fn enable_user(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    identity.enable(input.text("Username")?, true)?;
    Ok(json!({}))
}

/// `AdminDeleteUser`.
pub(super) fn delete_user(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let username = input.text("Username")?;
    let removed = identity.store.change(identity.now(), |directory| directory.remove_user(username))?;
    removed.map(|_| json!({})).ok_or(ApiError::UserNotFound)
}

/// `AdminUserGlobalSignOut`.
pub(super) fn sign_out(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let user = identity.user(input.text("Username")?).ok_or(ApiError::UserNotFound)?;
    identity.sign_out_everywhere(&user.username)?;
    Ok(json!({}))
}

/// `AdminUpdateUserAttributes`: an administrator is believed, also that an address is verified.
pub(super) fn update_attributes(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let changes = input.attributes("UserAttributes")?;
    check_attributes(&changes)?;
    identity.change_user(input.text("Username")?, |user| user.attributes.extend(changes))?;
    Ok(json!({}))
}

/// `ListUsers` by name, in pages of up to 60.
pub(super) fn list_users(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let filter = Filter::parse(input.optional_text("Filter")?.unwrap_or_default())?;
    let (limit, after) = (input.limit(MAX_PAGE)?, input.optional_text("PaginationToken")?);
    Ok(identity.store.read(|directory| {
        let users = directory.users.iter().filter(|(_, user)| filter.as_ref().is_none_or(|f| f.takes(user)));
        let users = users.map(|(name, user)| (name.as_str(), description(user, "Attributes")));
        page(users, after, limit, "Users", "PaginationToken")
    }))
}
