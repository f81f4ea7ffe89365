//! Cognito's JSON API: `POST /` with the operation in `X-Amz-Target` and its input as `application/x-amz-json-1.1`.

mod account;
mod admin;
mod auth;
mod challenge;
mod error;
mod filter;
mod groups;
mod input;
mod pages;
mod recovery;
mod view;

use self::error::ApiError;
use self::input::Input;
use super::secrets::random_id;
use super::{Identity, blocking};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;
use std::sync::Arc;

const TARGET_PREFIX: &str = "AWSCognitoIdentityProviderService.";
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// The one endpoint.
pub(super) fn routes() -> Router<Arc<Identity>> {
    Router::new().route("/", post(call))
}

async fn call(State(identity): State<Arc<Identity>>, headers: HeaderMap, body: Bytes) -> Response {
    let work = move |identity: &Identity| {
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let operation = target.strip_prefix(TARGET_PREFIX).ok_or(ApiError::UnknownOperation)?;
        dispatch(identity, operation, &Input::parse(&body)?)
    };
    answer(blocking(identity, work).await.unwrap_or_else(|error| Err(ApiError::Internal(error))))
}

fn dispatch(identity: &Identity, operation: &str, input: &Input<'_>) -> Result<Value, ApiError> {
    if let Some(administer) = administration(operation) {
        input.check_pool()?;
        return administer(identity, input);
    }
    match operation {
        "InitiateAuth" => auth::initiate_auth(identity, input),
        "RespondToAuthChallenge" => challenge::respond(identity, input),
        "GetTokensFromRefreshToken" => auth::tokens_from_refresh_token(identity, input),
        "GlobalSignOut" => auth::global_sign_out(identity, input),
        "RevokeToken" => auth::revoke_token(identity, input),
        "SignUp" => recovery::sign_up(identity, input),
        "ConfirmSignUp" => recovery::confirm_sign_up(identity, input),
        "ResendConfirmationCode" => recovery::resend_confirmation_code(identity, input),
        "ForgotPassword" => recovery::forgot_password(identity, input),
        "ConfirmForgotPassword" => recovery::confirm_forgot_password(identity, input),
        "GetUser" => account::user(identity, input),
        "ChangePassword" => account::change_password(identity, input),
        "UpdateUserAttributes" => account::update_attributes(identity, input),
        "GetUserAttributeVerificationCode" => account::attribute_code(identity, input),
        "VerifyUserAttribute" => account::verify_attribute(identity, input),
        "AssociateSoftwareToken" => account::associate_software_token(identity, input),
        "VerifySoftwareToken" => account::verify_software_token(identity, input),
        "SetUserMFAPreference" => account::set_preference(identity, input),
        _ => Err(ApiError::UnknownOperation),
    }
}

type Operation = fn(&Identity, &Input<'_>) -> Result<Value, ApiError>;

/// What only an administrator's program calls: it names the pool.
fn administration(operation: &str) -> Option<Operation> {
    Some(match operation {
        "AdminCreateUser" => admin::create_user,
        "AdminSetUserPassword" => admin::set_user_password,
        "AdminGetUser" => admin::user,
        "AdminDisableUser" => admin::disable_user,
        "AdminEnableUser" => admin::enable_user,
        "AdminDeleteUser" => admin::delete_user,
        "AdminUserGlobalSignOut" => admin::sign_out,
        "AdminUpdateUserAttributes" => admin::update_attributes,
        "ListUsers" => admin::list_users,
        "CreateGroup" => groups::create_group,
        "ListGroups" => groups::list_groups,
        "ListUsersInGroup" => groups::list_users,
        "AdminListGroupsForUser" => groups::list_groups_of_user,
        "AdminAddUserToGroup" => groups::add_user,
        "AdminRemoveUserFromGroup" => groups::remove_user,
        _ => return None,
    })
}

fn answer(outcome: Result<Value, ApiError>) -> Response {
    let request_id = random_id();
    let headers = [("content-type", CONTENT_TYPE), ("x-amzn-requestid", &request_id), ("cache-control", "no-store")];
    match outcome {
        Ok(body) => (headers, body.to_string()).into_response(),
        Err(error) => {
            if let ApiError::Internal(cause) = &error {
                tracing::error!(error = %cause, request_id, "an identity API call failed");
            }
            let status = error.status();
            (status, headers, [("x-amzn-errortype", error.name())], error.body().to_string()).into_response()
        }
    }
}

impl ApiError {
    fn status(&self) -> StatusCode {
        if matches!(self, Self::Internal(_)) { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::BAD_REQUEST }
    }
}
