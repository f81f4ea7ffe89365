//! Signing in and out over the JSON API.

use super::error::ApiError;
use super::input::Input;
use crate::identity::directory::{User, UserStatus};
use crate::identity::grants::Tokens;
use crate::identity::tokens::API_SCOPE;
use crate::identity::{Client, Identity};
use serde_json::{Value, json};

/// `InitiateAuth`: a password or a refresh token for tokens, or for a challenge.
pub(super) fn initiate_auth(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let client = input.client(identity)?;
    let parameters = input.object("AuthParameters")?;
    match input.text("AuthFlow")? {
        "USER_PASSWORD_AUTH" if client.password_auth => {
            let (username, password) = (parameters.text("USERNAME")?, parameters.text("PASSWORD")?);
            let user = identity
                .authenticate(username, password)
                .ok_or(ApiError::NotAuthorized("Incorrect username or password."))?;
            match user.status {
                UserStatus::Confirmed => Ok(authentication_result(identity.sign_in_by_api(&user, client)?)),
                UserStatus::ForceChangePassword => new_password_challenge(identity, &user, client),
            }
        }
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" if !client.rotate_refresh_tokens => {
            let tokens = identity.refresh(parameters.text("REFRESH_TOKEN")?, client)?;
            Ok(authentication_result(tokens))
        }
        "USER_PASSWORD_AUTH" => Err(flow_not_enabled("USER_PASSWORD_AUTH")),
        // With rotation on, Cognito leaves GetTokensFromRefreshToken and /oauth2/token as the ways to refresh.
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => Err(flow_not_enabled("REFRESH_TOKEN_AUTH")),
        _ => Err(ApiError::InvalidParameter(
            "AuthFlow must be USER_PASSWORD_AUTH, REFRESH_TOKEN_AUTH or REFRESH_TOKEN here".to_owned(),
        )),
    }
}

/// `RespondToAuthChallenge`: the new password that `NEW_PASSWORD_REQUIRED` asked for.
pub(super) fn respond_to_auth_challenge(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let client = input.client(identity)?;
    if input.text("ChallengeName")? != "NEW_PASSWORD_REQUIRED" {
        return Err(ApiError::InvalidParameter("ChallengeName must be NEW_PASSWORD_REQUIRED here".to_owned()));
    }
    let responses = input.object("ChallengeResponses")?;
    let (username, password) = (responses.text("USERNAME")?, responses.text("NEW_PASSWORD")?);
    let user = identity.answer_challenge(input.text("Session")?, client, Some(username), password)?;
    Ok(authentication_result(identity.sign_in_by_api(&user, client)?))
}

/// `GetTokensFromRefreshToken`: new tokens, and a new refresh token where the client rotates.
pub(super) fn tokens_from_refresh_token(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let client = input.client(identity)?;
    let mut answer = authentication_result(identity.refresh(input.text("RefreshToken")?, client)?);
    if let Some(answer) = answer.as_object_mut() {
        answer.shift_remove("ChallengeParameters");
    }
    Ok(answer)
}

/// `GlobalSignOut`: revokes every refresh token of the user whose access token is shown.
pub(super) fn global_sign_out(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let access =
        identity.verify_access(input.text("AccessToken")?).ok_or(ApiError::NotAuthorized("Invalid Access Token"))?;
    if !access.scope.split(' ').any(|scope| scope == API_SCOPE) {
        return Err(ApiError::NotAuthorized("Access Token does not have required scopes"));
    }
    let live = identity
        .store
        .read(|directory| directory.refresh_tokens.values().any(|refresh| refresh.origin_jti == access.origin_jti));
    if !live {
        return Err(ApiError::NotAuthorized("Access Token has been revoked"));
    }
    identity.sign_out_everywhere(&access.username)?;
    Ok(json!({}))
}

fn new_password_challenge(identity: &Identity, user: &User, client: &Client) -> Result<Value, ApiError> {
    let session = identity.challenge(user, client)?;
    Ok(json!({
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeParameters": {
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": "[]",
            "userAttributes": json!(user.attributes).to_string(),
        },
        "Session": session,
    }))
}

fn authentication_result(tokens: Tokens) -> Value {
    let mut result = json!({
        "AccessToken": tokens.access_token,
        "ExpiresIn": tokens.expires_in,
        "IdToken": tokens.id_token,
        "TokenType": "Bearer",
    });
    if let (Some(result), Some(refresh_token)) = (result.as_object_mut(), tokens.refresh_token) {
        result.insert("RefreshToken".to_owned(), Value::String(refresh_token));
    }
    json!({ "AuthenticationResult": result, "ChallengeParameters": {} })
}

fn flow_not_enabled(flow: &str) -> ApiError {
    ApiError::InvalidParameter(format!("{flow} flow not enabled for this client"))
}
