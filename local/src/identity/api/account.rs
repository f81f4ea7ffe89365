//! What people do with their own account, by their access token.

use super::error::ApiError;
use super::input::Input;
use super::view::{attributes, delivery_details};
use crate::identity::Identity;
use crate::identity::directory::{Factor, UserStatus};
use crate::identity::second_factor::{accepts, new_key};
use crate::identity::users::{UserError, check_attributes};
use crate::identity::verification::{CodeError, Purpose};
use serde_json::{Value, json};

/// `GetUser`.
pub(super) fn user(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let user = input.person(identity)?;
    let mut answer = json!({
        "Username": user.username,
        "UserAttributes": attributes(&user),
        "UserMFASettingList": user.factors.names(),
    });
    if let (Some(answer), Some(preferred)) = (answer.as_object_mut(), user.factors.preferred) {
        answer.insert("PreferredMfaSetting".to_owned(), json!(preferred.as_str()));
    }
    Ok(answer)
}

/// `ChangePassword`.
pub(super) fn change_password(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let user = input.person(identity)?;
    identity.authenticate(&user.username, input.text("PreviousPassword")?)?;
    identity.set_password(&user.username, input.text("ProposedPassword")?, UserStatus::Confirmed)?;
    Ok(json!({}))
}

/// `UpdateUserAttributes`. A changed address is unproven, and a code goes to it.
pub(super) fn update_attributes(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let (person, changes) = (input.person(identity)?, input.attributes("UserAttributes")?);
    check_attributes(&changes)?;
    if let Some(name) = changes.keys().find(|name| name.ends_with("_verified")) {
        return Err(UserError::Attribute(name.clone()).into());
    }
    let unproven: Vec<&str> = ["email", "phone_number"]
        .into_iter()
        .filter(|name| changes.get(*name).is_some_and(|new| person.attribute(name) != Some(new.as_str())))
        .collect();
    let user = identity.change_user(&person.username, |user| {
        user.attributes.extend(changes.clone());
        for name in &unproven {
            user.attributes.insert(format!("{name}_verified"), "false".to_owned());
        }
    })?;
    let sent = unproven.into_iter().map(|name| identity.send_code(&user, Purpose::Attribute(name)));
    // An address that was taken away gets no code.
    let sent = sent.filter(|sent| !matches!(sent, Err(CodeError::NoAddress)));
    let details: Vec<Value> = sent.map(|sent| sent.map(|sent| delivery_details(&sent))).collect::<Result<_, _>>()?;
    Ok(json!({ "CodeDeliveryDetailsList": details }))
}

/// `GetUserAttributeVerificationCode`.
pub(super) fn attribute_code(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let user = input.person(identity)?;
    let delivery = identity.send_code(&user, Purpose::Attribute(address_name(input)?))?;
    Ok(json!({ "CodeDeliveryDetails": delivery_details(&delivery) }))
}

/// `VerifyUserAttribute`.
pub(super) fn verify_attribute(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let user = input.person(identity)?;
    identity.take_code(&user.username, Purpose::Attribute(address_name(input)?), input.text("Code")?, |_| ())?;
    Ok(json!({}))
}

/// `AssociateSoftwareToken`: a key for an authenticator app, in a sign-in or by an access token.
pub(super) fn associate_software_token(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    if let Some(session) = input.optional_text("Session")? {
        let (key, session) = identity.offer_key_in_sign_in(session)?;
        return Ok(json!({ "SecretCode": key, "Session": session }));
    }
    let (user, key) = (input.person(identity)?, new_key()?);
    identity.change_user(&user.username, |user| user.factors.totp_offered = Some(key.clone()))?;
    Ok(json!({ "SecretCode": key }))
}

/// `VerifySoftwareToken`: the first code of the app. Only then the key counts, in place of an older one.
pub(super) fn verify_software_token(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let code = input.text("UserCode")?;
    if let Some(session) = input.optional_text("Session")? {
        let session = identity.prove_key_in_sign_in(session, code).map_err(|error| match error.into() {
            ApiError::CodeMismatch(_) => ApiError::EnableSoftwareToken,
            other => other,
        })?;
        return Ok(json!({ "Status": "SUCCESS", "Session": session }));
    }
    let user = input.person(identity)?;
    let offered = user.factors.totp_offered.ok_or(ApiError::EnableSoftwareToken)?;
    identity.attempts.begin(&user.username, identity.now()).map_err(|_| ApiError::LimitExceeded)?;
    let step = accepts(&offered, code, identity.now()).ok_or(ApiError::EnableSoftwareToken)?;
    identity.attempts.forgive(&user.username);
    identity.change_user(&user.username, |user| {
        let factors = &mut user.factors;
        (factors.totp_key, factors.totp_offered, factors.totp_last_step) = (Some(offered), None, step);
    })?;
    Ok(json!({ "Status": "SUCCESS" }))
}

/// `SetUserMFAPreference`: which factors are asked for.
pub(super) fn set_preference(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let user = input.person(identity)?;
    let (sms, totp) = (input.object("SMSMfaSettings")?, input.object("SoftwareTokenMfaSettings")?);
    if totp.flag("Enabled")? && user.factors.totp_key.is_none() {
        return Err(ApiError::InvalidParameter("User has not verified software token mfa".to_owned()));
    }
    if sms.flag("Enabled")? && user.attribute("phone_number_verified") != Some("true") {
        return Err(ApiError::InvalidParameter("User does not have a verified phone number".to_owned()));
    }
    let mut factors = user.factors.clone();
    for (setting, factor) in [(&sms, Factor::Sms), (&totp, Factor::Totp)] {
        let enabled = match factor {
            Factor::Sms => &mut factors.sms_enabled,
            Factor::Totp => &mut factors.totp_enabled,
        };
        if setting.has("Enabled") {
            *enabled = setting.flag("Enabled")?;
        }
        let enabled = *enabled;
        if setting.flag("PreferredMfa")? && enabled {
            factors.preferred = Some(factor);
        } else if setting.has("PreferredMfa") || !enabled {
            factors.preferred = factors.preferred.filter(|preferred| *preferred != factor);
        }
    }
    identity.change_user(&user.username, |user| user.factors = factors)?;
    Ok(json!({}))
}

/// The attribute that `AttributeName` names, which must be an address.
fn address_name<'a>(input: &'a Input<'_>) -> Result<&'a str, ApiError> {
    match input.text("AttributeName")? {
        name @ ("email" | "phone_number") => Ok(name),
        _ => Err(ApiError::InvalidParameter("AttributeName must be email or phone_number".to_owned())),
    }
}
