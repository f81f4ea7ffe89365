//! Cognito's JSON API: `POST /` with the operation in `X-Amz-Target` and its input as `application/x-amz-json-1.1`.

mod admin;
mod auth;
mod error;
mod groups;
mod input;

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
    match operation {
        "InitiateAuth" => auth::initiate_auth(identity, input),
        "RespondToAuthChallenge" => auth::respond_to_auth_challenge(identity, input),
        "GetTokensFromRefreshToken" => auth::tokens_from_refresh_token(identity, input),
        "GlobalSignOut" => auth::global_sign_out(identity, input),
        "AdminCreateUser" => admin::create_user(identity, input),
        "AdminSetUserPassword" => admin::set_user_password(identity, input),
        "AdminGetUser" => admin::user(identity, input),
        "ListUsers" => admin::list_users(identity, input),
        "CreateGroup" => groups::create_group(identity, input),
        "AdminAddUserToGroup" => groups::add_user_to_group(identity, input),
        _ => Err(ApiError::UnknownOperation),
    }
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
