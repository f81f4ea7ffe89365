//! What people do without being signed in: signing up, and choosing a forgotten password anew. As with Cognito's
//! `PreventUserExistenceErrors`, an answer does not say whether there is such a user, that of `SignUp` apart.

use super::error::ApiError;
use super::input::Input;
use super::view::delivery_details;
use crate::identity::Identity;
use crate::identity::directory::UserStatus;
use crate::identity::users::NewUser;
use crate::identity::verification::{CodeDelivery, CodeError, Purpose};
use serde_json::{Value, json};

/// `SignUp`, where the pool lets people.
pub(super) fn sign_up(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    input.client(identity)?;
    if !identity.config.rules.self_sign_up {
        return Err(ApiError::NotAuthorized("SignUp is not permitted for this user pool"));
    }
    let (username, password) = (input.text("Username")?, input.text("Password")?);
    let mut attributes = input.attributes("UserAttributes")?;
    if let Some(name) = attributes.keys().find(|name| name.ends_with("_verified")) {
        return Err(ApiError::InvalidParameter(format!("{name} is not for people to set")));
    }
    if username.contains('@') {
        attributes.entry("email".to_owned()).or_insert_with(|| username.to_owned());
    }
    let status = UserStatus::Unconfirmed;
    let user = identity.create_user(NewUser { username, attributes, password, status })?;
    let delivery = identity.send_code(&user, Purpose::SignUp)?;
    Ok(json!({
        "UserConfirmed": false,
        "UserSub": user.sub,
        "CodeDeliveryDetails": delivery_details(&delivery),
    }))
}

/// `ConfirmSignUp`.
pub(super) fn confirm_sign_up(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    input.client(identity)?;
    let (username, code) = (input.text("Username")?, input.text("ConfirmationCode")?);
    identity.take_code(username, Purpose::SignUp, code, |user| {
        if user.status == UserStatus::Unconfirmed {
            user.status = UserStatus::Confirmed;
        }
    })?;
    Ok(json!({}))
}

/// `ResendConfirmationCode`.
pub(super) fn resend_confirmation_code(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    input.client(identity)?;
    let username = input.text("Username")?;
    let unconfirmed = identity.user(username).filter(|user| user.status == UserStatus::Unconfirmed && user.enabled);
    let delivery = match unconfirmed {
        Some(user) => identity.send_code(&user, Purpose::SignUp)?,
        None => identity.pretend_to_send(username, Purpose::SignUp)?,
    };
    Ok(answer(&delivery))
}

/// `ForgotPassword`.
pub(super) fn forgot_password(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    input.client(identity)?;
    let username = input.text("Username")?;
    let able = identity.user(username).filter(|user| user.enabled && user.status == UserStatus::Confirmed);
    let sent = able.map(|user| identity.send_code(&user, Purpose::Reset));
    let delivery = match sent {
        Some(Err(CodeError::NoAddress)) | None => identity.pretend_to_send(username, Purpose::Reset)?,
        Some(sent) => sent?,
    };
    Ok(answer(&delivery))
}

/// `ConfirmForgotPassword`.
pub(super) fn confirm_forgot_password(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    input.client(identity)?;
    let (username, code) = (input.text("Username")?, input.text("ConfirmationCode")?);
    identity.reset_password(username, code, input.text("Password")?)?;
    Ok(json!({}))
}

fn answer(delivery: &CodeDelivery) -> Value {
    json!({ "CodeDeliveryDetails": delivery_details(delivery) })
}
