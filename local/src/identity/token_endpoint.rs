//! `/oauth2/token` and `/oauth2/revoke`: form in, JSON out, errors as RFC 6749 and RFC 7009 name them.

use super::codes::Redemption;
use super::grants::{RefreshError, Revocation, Tokens};
use super::params::{ParamError, Params};
use super::{Client, Identity, IdentityError, blocking};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::Arc;

/// Both endpoints.
pub(super) fn routes() -> Router<Arc<Identity>> {
    Router::new().route("/oauth2/token", post(token)).route("/oauth2/revoke", post(revoke))
}

async fn token(State(identity): State<Arc<Identity>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = blocking(identity, move |identity| exchange(identity, &form(&headers, &body)?)).await;
    answer(outcome.unwrap_or_else(|error| Err(error.into())))
}

async fn revoke(State(identity): State<Arc<Identity>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = blocking(identity, move |identity| end(identity, &form(&headers, &body)?)).await;
    answer(outcome.unwrap_or_else(|error| Err(error.into())))
}

/// Why there are no tokens.
enum OAuthError {
    /// One of RFC 6749's codes, and what was expected.
    Refused(&'static str, String),
    Internal(IdentityError),
}

impl From<IdentityError> for OAuthError {
    fn from(error: IdentityError) -> Self {
        Self::Internal(error)
    }
}

impl From<ParamError> for OAuthError {
    fn from(error: ParamError) -> Self {
        Self::Refused("invalid_request", error.to_string())
    }
}

fn exchange(identity: &Identity, params: &Params) -> Result<Value, OAuthError> {
    let grant_type = params.required("grant_type")?;
    let client = client(identity, params)?;
    let tokens = match grant_type {
        "authorization_code" => {
            let redemption = Redemption {
                code: params.required("code")?,
                client,
                redirect_uri: params.required("redirect_uri")?,
                code_verifier: params.required("code_verifier")?,
            };
            identity.redeem_code(&redemption)?.ok_or_else(|| {
                invalid_grant("the code is unknown, used or expired, or client, redirect_uri or code_verifier differ")
            })?
        }
        "refresh_token" => {
            identity.refresh(params.required("refresh_token")?, client).map_err(|error| match error {
                RefreshError::Invalid => invalid_grant("the refresh token is unknown, expired or revoked"),
                RefreshError::Reused => invalid_grant("the refresh token was rotated and is no longer accepted"),
                RefreshError::Internal(error) => error.into(),
            })?
        }
        _ => {
            let expected = "grant_type must be authorization_code or refresh_token".to_owned();
            return Err(OAuthError::Refused("unsupported_grant_type", expected));
        }
    };
    Ok(token_answer(&tokens))
}

fn end(identity: &Identity, params: &Params) -> Result<Value, OAuthError> {
    let token = params.required("token")?;
    let client = client(identity, params)?;
    if token.contains('.') {
        let expected = "only refresh tokens can be revoked".to_owned();
        return Err(OAuthError::Refused("unsupported_token_type", expected));
    }
    match identity.revoke(token, client)? {
        Revocation::Done => Ok(json!({})),
        Revocation::OtherClient => {
            Err(OAuthError::Refused("invalid_request", "the token was issued to another client".to_owned()))
        }
    }
}

fn token_answer(tokens: &Tokens) -> Value {
    let mut answer = json!({
        "id_token": tokens.id_token,
        "access_token": tokens.access_token,
        "expires_in": tokens.expires_in,
        "token_type": "Bearer",
    });
    if let (Some(answer), Some(refresh_token)) = (answer.as_object_mut(), &tokens.refresh_token) {
        answer.insert("refresh_token".into(), json!(refresh_token));
    }
    answer
}

fn form(headers: &HeaderMap, body: &[u8]) -> Result<Params, OAuthError> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(Params::parse(body))
    } else {
        let expected = "content-type must be application/x-www-form-urlencoded".to_owned();
        Err(OAuthError::Refused("invalid_request", expected))
    }
}

fn client<'a>(identity: &'a Identity, params: &Params) -> Result<&'a Client, OAuthError> {
    let id = params.required("client_id")?;
    identity.client(id).ok_or_else(|| OAuthError::Refused("invalid_client", "client_id is unknown".to_owned()))
}

fn invalid_grant(description: &str) -> OAuthError {
    OAuthError::Refused("invalid_grant", description.to_owned())
}

fn answer(outcome: Result<Value, OAuthError>) -> Response {
    let (status, body) = match outcome {
        Ok(body) => (StatusCode::OK, body),
        Err(OAuthError::Refused(error, description)) => {
            (StatusCode::BAD_REQUEST, json!({ "error": error, "error_description": description }))
        }
        Err(OAuthError::Internal(error)) => {
            tracing::error!(%error, "an OAuth request failed");
            (StatusCode::INTERNAL_SERVER_ERROR, json!({ "error": "server_error" }))
        }
    };
    (status, [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], Json(body)).into_response()
}
