//! `RespondToAuthChallenge`, and what a sign-in's step looks like as an answer.

use super::error::ApiError;
use super::input::Input;
use crate::identity::challenges::Answering;
use crate::identity::directory::{Factor, Step};
use crate::identity::grants::Tokens;
use crate::identity::sign_in::{Challenged, SignIn};
use crate::identity::srp::Proof;
use crate::identity::{Client, Identity};
use serde_json::{Value, json};

/// `RespondToAuthChallenge`.
pub(super) fn respond(identity: &Identity, input: &Input<'_>) -> Result<Value, ApiError> {
    let client = input.client(identity)?;
    let responses = input.object("ChallengeResponses")?;
    let (name, username) = (input.text("ChallengeName")?, responses.text("USERNAME")?);
    if name == "PASSWORD_VERIFIER" {
        let proof = Proof {
            secret_block: responses.text("PASSWORD_CLAIM_SECRET_BLOCK")?,
            signature: responses.text("PASSWORD_CLAIM_SIGNATURE")?,
            timestamp: responses.text("TIMESTAMP")?,
        };
        return sign_in_answer(identity, client, identity.finish_srp(username, &proof, client)?);
    }
    let answering = Answering { session: input.text("Session")?, client, username: Some(username) };
    let sign_in = match name {
        "NEW_PASSWORD_REQUIRED" => identity.answer_new_password(&answering, responses.text("NEW_PASSWORD")?)?,
        "SMS_MFA" => identity.answer_code(&answering, Factor::Sms, responses.text("SMS_MFA_CODE")?)?,
        "SOFTWARE_TOKEN_MFA" => {
            identity.answer_code(&answering, Factor::Totp, responses.text("SOFTWARE_TOKEN_MFA_CODE")?)?
        }
        "SELECT_MFA_TYPE" => identity.answer_choice(&answering, factor(responses.text("ANSWER")?)?)?,
        "MFA_SETUP" => identity.answer_set_up(&answering)?,
        _ => {
            return Err(ApiError::InvalidParameter(
                "ChallengeName must be PASSWORD_VERIFIER, NEW_PASSWORD_REQUIRED, SMS_MFA, SOFTWARE_TOKEN_MFA, \
                 SELECT_MFA_TYPE or MFA_SETUP here"
                    .to_owned(),
            ));
        }
    };
    sign_in_answer(identity, client, sign_in)
}

/// Tokens, or what is asked for next.
pub(super) fn sign_in_answer(identity: &Identity, client: &Client, sign_in: SignIn) -> Result<Value, ApiError> {
    match sign_in {
        SignIn::Done(user) => Ok(authentication_result(identity.sign_in_by_api(&user, client)?)),
        SignIn::Challenged(challenged) => Ok(challenge(&challenged)),
    }
}

fn challenge(challenged: &Challenged) -> Value {
    let user = &challenged.user;
    let (name, parameters) = match &challenged.step {
        Step::NewPassword => (
            "NEW_PASSWORD_REQUIRED",
            json!({ "requiredAttributes": "[]", "userAttributes": json!(user.attributes).to_string() }),
        ),
        Step::Sms { .. } => {
            let destination = challenged.delivery.as_ref().map(|delivery| delivery.destination.as_str());
            let parameters =
                json!({ "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": destination });
            (Factor::Sms.as_str(), parameters)
        }
        Step::Totp => (Factor::Totp.as_str(), json!({ "FRIENDLY_DEVICE_NAME": "" })),
        Step::Choice => {
            ("SELECT_MFA_TYPE", json!({ "MFAS_CAN_CHOOSE": json!(["SMS_MFA", "SOFTWARE_TOKEN_MFA"]).to_string() }))
        }
        Step::SetUp { .. } => ("MFA_SETUP", json!({ "MFAS_CAN_SETUP": json!(["SOFTWARE_TOKEN_MFA"]).to_string() })),
    };
    let mut parameters = parameters;
    if let Some(parameters) = parameters.as_object_mut() {
        parameters.insert("USER_ID_FOR_SRP".to_owned(), json!(user.sub));
    }
    json!({ "ChallengeName": name, "ChallengeParameters": parameters, "Session": challenged.session })
}

/// Tokens as the API answers them.
pub(super) fn authentication_result(tokens: Tokens) -> Value {
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

fn factor(name: &str) -> Result<Factor, ApiError> {
    let factors = [Factor::Sms, Factor::Totp];
    let found = factors.into_iter().find(|factor| factor.as_str() == name);
    found.ok_or_else(|| ApiError::InvalidParameter("ANSWER must be SMS_MFA or SOFTWARE_TOKEN_MFA".to_owned()))
}
