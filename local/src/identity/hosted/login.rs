//! The way from an authorize request to a code: a session, or the form and a password.

use super::cookies::{FormSecret, is_own_form};
use super::pages::{LoginPage, NewPasswordPage, display_name, failure_page, form_page, redirect, with_cookie};
use super::request::{AuthorizeRequest, Refusal};
use super::steps::sign_in_failed;
use crate::identity::challenges::{Answering, ChallengeError};
use crate::identity::directory::User;
use crate::identity::params::Params;
use crate::identity::{Identity, IdentityError, blocking};
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use std::sync::Arc;

pub(super) const FOREIGN_FORM: &str = "This form is out of date. Please try again.";
pub(super) const CHALLENGE_OVER: &str = "That took too long. Please sign in again.";

/// `GET /oauth2/authorize`: straight back with a code where there is a session, to `/login` where there is none.
pub(super) async fn authorize(
    State(identity): State<Arc<Identity>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    respond(identity, query, headers, Bytes::new(), |identity, visit| {
        let Some(session) = identity.session(&visit.headers) else {
            return Ok(redirect(StatusCode::FOUND, &format!("/login?{}", visit.query)));
        };
        let code = identity.issue_code(visit.request, &session)?;
        Ok(redirect(StatusCode::FOUND, &visit.request.answer(&code)))
    })
    .await
}

/// `GET /login`: the form.
pub(super) async fn show(
    State(identity): State<Arc<Identity>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    respond(identity, query, headers, Bytes::new(), |identity, visit| {
        visit.login_page(identity, StatusCode::OK, "", None)
    })
    .await
}

/// `POST /login`: the form with a name and a password.
pub(super) async fn submit(
    State(identity): State<Arc<Identity>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    respond(identity, query, headers, body, |identity, visit| {
        let username = visit.field("username").unwrap_or_default().trim();
        if !is_own_form(&visit.headers, visit.field("csrf")) {
            return visit.login_page(identity, StatusCode::FORBIDDEN, username, Some(FOREIGN_FORM));
        }
        let password = visit.field("password").unwrap_or_default();
        match identity.sign_in(username, password, visit.request.client) {
            Ok(sign_in) => visit.go_on(identity, sign_in),
            Err(error) => visit.login_page(identity, StatusCode::UNAUTHORIZED, username, Some(sign_in_failed(error)?)),
        }
    })
    .await
}

/// `POST /login/new-password`: the form with the password of somebody's own choice.
pub(super) async fn submit_new_password(
    State(identity): State<Arc<Identity>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    respond(identity, query, headers, body, |identity, visit| {
        let username = visit.field("username").unwrap_or_default();
        if !is_own_form(&visit.headers, visit.field("csrf")) {
            return visit.login_page(identity, StatusCode::FORBIDDEN, username, Some(FOREIGN_FORM));
        }
        let challenge = visit.field("challenge").unwrap_or_default();
        let password = visit.field("new_password").unwrap_or_default();
        let answering = Answering { session: challenge, client: visit.request.client, username: None };
        match identity.answer_new_password(&answering, password) {
            Ok(sign_in) => visit.go_on(identity, sign_in),
            Err(ChallengeError::Invalid | ChallengeError::WrongCode) => {
                visit.login_page(identity, StatusCode::UNAUTHORIZED, username, Some(CHALLENGE_OVER))
            }
            Err(ChallengeError::Password(reason)) => {
                visit.new_password_page(identity, StatusCode::BAD_REQUEST, username, challenge, Some(reason))
            }
            Err(ChallengeError::Internal(error)) => Err(error),
        }
    })
    .await
}

/// A request for one of the pages that carries a good authorize request.
pub(super) struct Visit<'a> {
    pub(super) request: &'a AuthorizeRequest<'a>,
    pub(super) query: &'a str,
    pub(super) headers: HeaderMap,
    form: Params,
}

impl Visit<'_> {
    /// A field of the form; one that is there twice is as good as none.
    pub(super) fn field(&self, name: &'static str) -> Option<&str> {
        self.form.optional(name).ok().flatten()
    }

    pub(super) fn login_page(
        &self,
        identity: &Identity,
        status: StatusCode,
        username: &str,
        message: Option<&str>,
    ) -> Result<Response, IdentityError> {
        let secret = FormSecret::of(&self.headers)?;
        let client_name = display_name(self.request.client);
        let page = LoginPage { client_name, query: self.query, csrf: secret.field(), username, message };
        Ok(with_cookie(form_page(status, &page, &self.request.redirect_uri), &secret.cookie(identity)))
    }

    pub(super) fn new_password_page(
        &self,
        identity: &Identity,
        status: StatusCode,
        username: &str,
        challenge: &str,
        message: Option<&str>,
    ) -> Result<Response, IdentityError> {
        let secret = FormSecret::of(&self.headers)?;
        let page = NewPasswordPage { query: self.query, csrf: secret.field(), username, challenge, message };
        Ok(with_cookie(form_page(status, &page, &self.request.redirect_uri), &secret.cookie(identity)))
    }

    pub(super) fn sign_in(&self, identity: &Identity, user: &User) -> Result<Response, IdentityError> {
        let (session, cookie) = identity.start_session(&self.headers, &user.username)?;
        let code = identity.issue_code(self.request, &session)?;
        // 303, so that the browser does not post the password again to the client.
        Ok(with_cookie(redirect(StatusCode::SEE_OTHER, &self.request.answer(&code)), &cookie))
    }
}

/// Judges the authorize request in the query and lets `page` answer, off the async threads.
pub(super) async fn respond(
    identity: Arc<Identity>,
    query: Option<String>,
    headers: HeaderMap,
    body: Bytes,
    page: impl FnOnce(&Identity, &Visit<'_>) -> Result<Response, IdentityError> + Send + 'static,
) -> Response {
    let work = move |identity: &Identity| {
        let query = query.unwrap_or_default();
        match AuthorizeRequest::parse(identity, &query) {
            Ok(request) => {
                let visit = Visit { request: &request, query: &query, headers, form: Params::parse(&body) };
                page(identity, &visit).unwrap_or_else(|error| failure_page(&error))
            }
            Err(refusal) => refuse(&refusal),
        }
    };
    blocking(identity, work).await.unwrap_or_else(|error| failure_page(&error))
}

/// The answer to a request that goes no further.
pub(super) fn refuse(refusal: &Refusal) -> Response {
    match refusal {
        Refusal::Page(message) => super::pages::error_page(message),
        Refusal::Redirect(location) => redirect(StatusCode::FOUND, location),
    }
}
