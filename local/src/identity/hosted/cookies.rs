//! The two cookies of the hosted pages: the session, and the one that proves a form came from our page.

use crate::identity::directory::Session;
use crate::identity::secrets::{digest, random_token, same};
use crate::identity::{Identity, IdentityError};
use axum::http::{HeaderMap, header};

const SESSION: &str = "stagedoor-identity";
const FORM: &str = "stagedoor-identity-form";
/// As long as Cognito's hosted session.
const SESSION_SECONDS: u64 = 3600;

/// The secret of the browser's forms. It is in a cookie and in a hidden field; another site can set neither.
pub(super) struct FormSecret(String);

impl FormSecret {
    /// The browser's own, so that forms in several tabs stay good, or a new one.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, IdentityError> {
        match cookie(headers, FORM).filter(|value| value.len() == 43 && value.bytes().all(|b| b.is_ascii_graphic())) {
            Some(value) => Ok(Self(value.to_owned())),
            None => Ok(Self(random_token()?)),
        }
    }

    /// The value of the hidden field.
    pub(super) fn field(&self) -> &str {
        &self.0
    }

    /// The `set-cookie` header.
    pub(super) fn cookie(&self, identity: &Identity) -> String {
        identity.set_cookie(FORM, &self.0, SESSION_SECONDS)
    }
}

/// Whether a form was sent from our own page by the browser that was shown it.
pub(super) fn is_own_form(headers: &HeaderMap, field: Option<&str>) -> bool {
    let same_origin = headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin");
    let (Some(cookie), Some(field)) = (cookie(headers, FORM), field) else { return false };
    same_origin && same(cookie, field)
}

impl Identity {
    /// The live session of the browser, if it has one.
    pub(super) fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let key = digest(cookie(headers, SESSION)?);
        let now = self.now();
        self.store.read(|directory| {
            let session = directory.sessions.get(&key).filter(|session| session.expires_at > now)?;
            directory.user(&session.username).filter(|user| user.enabled)?;
            Some(session.clone())
        })
    }

    /// Signs the browser in; the session and its `set-cookie` header. A session it had before ends.
    pub(super) fn start_session(
        &self,
        headers: &HeaderMap,
        username: &str,
    ) -> Result<(Session, String), IdentityError> {
        let (now, secret) = (self.now(), random_token()?);
        let expires_at = now + SESSION_SECONDS;
        let session = Session { username: username.to_owned(), auth_time: now, expires_at };
        self.store.change(now, |directory| {
            if let Some(old) = cookie(headers, SESSION) {
                directory.sessions.remove(&digest(old));
            }
            directory.sessions.insert(digest(&secret), session.clone());
        })?;
        Ok((session, self.set_cookie(SESSION, &secret, SESSION_SECONDS)))
    }

    /// Ends the browser's session; the header that clears its cookie.
    pub(super) fn end_session(&self, headers: &HeaderMap) -> Result<String, IdentityError> {
        if let Some(secret) = cookie(headers, SESSION) {
            self.store.change(self.now(), |directory| directory.sessions.remove(&digest(secret)))?;
        }
        Ok(self.set_cookie(SESSION, "", 0))
    }

    fn set_cookie(&self, name: &str, value: &str, max_age_seconds: u64) -> String {
        let secure = if self.config.base_url.starts_with("https:") { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}")
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(other, _)| *other == name).map(|(_, value)| value).filter(|value| !value.is_empty())
}
