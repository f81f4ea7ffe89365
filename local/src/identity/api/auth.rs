//! Signing in and out over the JSON API.

use super::challenge::{authentication_result, sign_in_answer};
use super::error::ApiError;
use super::input::Input;
use crate::identity::Identity;
use crate::identity::grants::Revocation;
use serde_json::{Value, json};

/// `InitiateAuth`: a password, the beginning of a proof of one, or a refresh token for tokens or for a challenge.
pub(super) fn initiate_auth(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let client = input.client(identity)?;
    let parameters = input.object("AuthParameters")?;
    match input.text("AuthFlow")? {
        "USER_PASSWORD_AUTH" if client.password_auth => {
            let (username, password) = (parameters.text("USERNAME")?, parameters.text("PASSWORD")?);
            sign_in_answer(identity, client, identity.sign_in(username, password, client)?)
        }
        "USER_SRP_AUTH" if client.srp_auth => {
            let (username, public) = (parameters.text("USERNAME")?, parameters.text("SRP_A")?);
            let unusable = || ApiError::InvalidParameter("SRP_A must be a number, hexadecimal and below N".to_owned());
            let challenge = identity.begin_srp(username, public, client)?.ok_or_else(unusable)?;
            Ok(json!({
                "ChallengeName": "PASSWORD_VERIFIER",
                "ChallengeParameters": {
                    "SALT": challenge.salt,
                    "SECRET_BLOCK": challenge.secret_block,
                    "SRP_B": challenge.public,
                    "USERNAME": challenge.user_id,
                    "USER_ID_FOR_SRP": challenge.user_id,
                },
            }))
        }
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" if !client.rotate_refresh_tokens => {
            let tokens = identity.refresh(parameters.text("REFRESH_TOKEN")?, client)?;
            Ok(authentication_result(tokens))
        }
        flow @ ("USER_PASSWORD_AUTH" | "USER_SRP_AUTH") => Err(flow_not_enabled(flow)),
        // With rotation on, Cognito leaves GetTokensFromRefreshToken and /oauth2/token as the ways to refresh.
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => Err(flow_not_enabled("REFRESH_TOKEN_AUTH")),
        _ => Err(ApiError::InvalidParameter(
            "AuthFlow must be USER_SRP_AUTH, USER_PASSWORD_AUTH, REFRESH_TOKEN_AUTH or REFRESH_TOKEN here".to_owned(),
        )),
    }
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
    identity.sign_out_everywhere(&input.person(identity)?.username)?;
    Ok(json!({}))
}

/// `RevokeToken`: ends the sign-in that a refresh token belongs to.
pub(super) fn revoke_token(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let (client, token) = (input.client(identity)?, input.text("Token")?);
    if token.contains('.') {
        return Err(ApiError::UnsupportedTokenType);
    }
    match identity.revoke(token, client)? {
        Revocation::Done => Ok(json!({})),
        Revocation::OtherClient => Err(ApiError::NotAuthorized("The token was issued to another client.")),
    }
}

fn flow_not_enabled(flow: &str) -> ApiError {
    ApiError::InvalidParameter(format!("{flow} flow not enabled for this client"))
}
