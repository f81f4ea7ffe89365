//! The hosted pages behind a right password: what is asked next, and the form for a code.

use super::cookies::{FormSecret, is_own_form};
use super::login::{CHALLENGE_OVER, FOREIGN_FORM, Visit, respond};
use super::pages::{CodePage, form_page, with_cookie};
use crate::identity::challenges::{Answering, ChallengeError};
use crate::identity::directory::{Factor, Step};
use crate::identity::sign_in::{SignIn, SignInError};
use crate::identity::{Identity, IdentityError};
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use std::sync::Arc;

const WRONG_CODE: &str = "That code is not right. Try again, or sign in once more for a new one.";

/// What the page says; an internal error stays one.
pub(super) fn sign_in_failed(error: SignInError) -> Result<&'static str, IdentityError> {
    Ok(match error {
        SignInError::WrongPassword => "Incorrect username or password.",
        SignInError::Locked => "Too many tries. Wait a little, then try again.",
        SignInError::Disabled => "This account is switched off. Ask an administrator.",
        SignInError::Unconfirmed => "The address of this account was never confirmed.",
        SignInError::Expired => "This temporary password has expired. Ask an administrator for another invitation.",
        SignInError::Internal(error) => return Err(error),
    })
}

impl Visit<'_> {
    /// To the client with a code, or to the page of what is asked next.
    pub(super) fn go_on(&self, identity: &Identity, sign_in: SignIn) -> Result<Response, IdentityError> {
        let challenged = match sign_in {
            SignIn::Done(user) => return self.sign_in(identity, &user),
            SignIn::Challenged(challenged) => challenged,
        };
        let (user, session) = (&challenged.user, &challenged.session);
        match challenged.step {
            Step::NewPassword => self.new_password_page(identity, StatusCode::OK, &user.username, session, None),
            Step::Sms { .. } => self.code_page(identity, StatusCode::OK, session, Factor::Sms, None),
            Step::Totp => self.code_page(identity, StatusCode::OK, session, Factor::Totp, None),
            // These pages offer no choice: whoever has both an app and a phone is asked for the app's code.
            Step::Choice => {
                let totp = identity.challenge(challenged.user, self.request.client, Step::Totp)?;
                self.go_on(identity, totp)
            }
            Step::SetUp { .. } => {
                let text = "This account needs an authenticator app, which these pages cannot set up.";
                self.login_page(identity, StatusCode::FORBIDDEN, &user.username, Some(text))
            }
        }
    }

    fn code_page(
        &self,
        identity: &Identity,
        status: StatusCode,
        challenge: &str,
        factor: Factor,
        message: Option<&str>,
    ) -> Result<Response, IdentityError> {
        let secret = FormSecret::of(&self.headers)?;
        let from = match factor {
            Factor::Sms => "It was sent to your phone.",
            Factor::Totp => "Your authenticator app shows it.",
        };
        let (query, csrf) = (self.query, secret.field());
        let page = CodePage { query, csrf, challenge, factor: factor.as_str(), from, message };
        Ok(with_cookie(form_page(status, &page, &self.request.redirect_uri), &secret.cookie(identity)))
    }
}

/// `POST /login/code`: the form with a code.
pub(super) async fn submit_code(
    State(identity): State<Arc<Identity>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    respond(identity, query, headers, body, |identity, visit| {
        if !is_own_form(&visit.headers, visit.field("csrf")) {
            return visit.login_page(identity, StatusCode::FORBIDDEN, "", Some(FOREIGN_FORM));
        }
        let session = visit.field("challenge").unwrap_or_default();
        let factor = if visit.field("factor") == Some(Factor::Sms.as_str()) { Factor::Sms } else { Factor::Totp };
        let answering = Answering { session, client: visit.request.client, username: None };
        match identity.answer_code(&answering, factor, visit.field("code").unwrap_or_default()) {
            Ok(sign_in) => visit.go_on(identity, sign_in),
            Err(ChallengeError::WrongCode) => {
                visit.code_page(identity, StatusCode::UNAUTHORIZED, session, factor, Some(WRONG_CODE))
            }
            Err(ChallengeError::Invalid | ChallengeError::Password(_)) => {
                visit.login_page(identity, StatusCode::UNAUTHORIZED, "", Some(CHALLENGE_OVER))
            }
            Err(ChallengeError::Internal(error)) => Err(error),
        }
    })
    .await
}
