//! `/logout`: ends the session of the hosted pages and goes where the client wants.

use super::login::refuse;
use super::pages::{failure_page, redirect, with_cookie};
use super::request::{AuthorizeRequest, Refusal};
use crate::identity::params::Params;
use crate::identity::{Identity, IdentityError, blocking};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use std::sync::Arc;

/// `GET /logout` with `client_id` and `logout_uri`, or with an authorize request, which leads to a new sign-in.
pub(super) async fn logout(
    State(identity): State<Arc<Identity>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let work = move |identity: &Identity| {
        let target = match target(identity, &query) {
            Ok(target) => target,
            Err(refusal) => return Ok(refuse(&refusal)),
        };
        let cleared = identity.end_session(&headers)?;
        Ok::<_, IdentityError>(with_cookie(redirect(StatusCode::FOUND, &target), &cleared))
    };
    blocking(identity, work).await.flatten().unwrap_or_else(|error| failure_page(&error))
}

fn target(identity: &Identity, query: &str) -> Result<String, Refusal> {
    let params = Params::parse(query.as_bytes());
    if let Ok(None) = params.optional("logout_uri") {
        AuthorizeRequest::parse(identity, query)?;
        return Ok(format!("/login?{query}"));
    }
    let known = || -> Result<Option<String>, crate::identity::params::ParamError> {
        let logout_uri = params.required("logout_uri")?;
        let client = identity.client(params.required("client_id")?);
        Ok(client.and_then(|client| client.logout_uris.iter().find(|uri| *uri == logout_uri)).cloned())
    };
    match known() {
        Ok(Some(uri)) => Ok(uri),
        Ok(None) => Err(Refusal::Page("client_id is unknown or logout_uri is not one of the client's".to_owned())),
        Err(error) => Err(Refusal::Page(error.to_string())),
    }
}
