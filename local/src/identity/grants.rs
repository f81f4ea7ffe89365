//! What a sign-in leads to: tokens, their renewal and their end. The JSON API and the OAuth endpoints share it.

use super::directory::{Directory, ROTATION_GRACE_SECONDS, RefreshToken, User};
use super::secrets::{digest, random_id, random_token};
use super::tokens::{API_SCOPE, TokenSubject};
use super::users::UserError;
use super::{Client, Identity, IdentityError};

/// What a client is given.
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) id_token: String,
    /// Missing from a refresh by a client that does not rotate: the old one stays good.
    pub(super) refresh_token: Option<String>,
    /// The access token's life in seconds.
    pub(super) expires_in: u64,
}

/// Why a refresh token is not honoured.
pub(super) enum RefreshError {
    /// Unknown, revoked, expired, or another client's.
    Invalid,
    /// Retired by rotation, and the grace is over.
    Reused,
    Internal(IdentityError),
}

/// How a request to revoke ended.
pub(super) enum Revocation {
    /// Nothing that came of the sign-in can be renewed any more, or there was no such token.
    Done,
    OtherClient,
}

impl From<IdentityError> for RefreshError {
    fn from(error: IdentityError) -> Self {
        Self::Internal(error)
    }
}

impl Identity {
    /// Tokens for a person who has just given their password over the JSON API.
    pub(super) fn sign_in_by_api(&self, user: &User, client: &Client) -> Result<Tokens, IdentityError> {
        let (now, secret) = (self.now(), random_token()?);
        let refresh = RefreshToken {
            username: user.username.clone(),
            client_id: client.id.clone(),
            scope: API_SCOPE.to_owned(),
            auth_time: now,
            origin_jti: random_id(),
            expires_at: now + self.config.lifetimes.refresh_seconds,
            rotated_at: None,
        };
        self.store.change(now, |directory| directory.refresh_tokens.insert(digest(&secret), refresh.clone()))?;
        self.tokens(user, &refresh, Some(secret), None)
    }

    /// New tokens for a refresh token.
    pub(super) fn refresh(&self, secret: &str, client: &Client) -> Result<Tokens, RefreshError> {
        let (now, key) = (self.now(), digest(secret));
        let successor = if client.rotate_refresh_tokens { Some(random_token()?) } else { None };
        let (user, refresh) = self.store.change(now, |directory| {
            let (user, refresh) = live_refresh_token(directory, &key, client, now)?;
            if let Some(successor) = &successor {
                let fresh = RefreshToken { rotated_at: None, ..refresh.clone() };
                directory.refresh_tokens.insert(digest(successor), fresh);
                if let Some(old) = directory.refresh_tokens.get_mut(&key) {
                    old.rotated_at.get_or_insert(now);
                }
            }
            Ok::<_, RefreshError>((user, refresh))
        })??;
        Ok(self.tokens(&user, &refresh, successor, None)?)
    }

    /// Ends the sign-in that a refresh token belongs to.
    pub(super) fn revoke(&self, secret: &str, client: &Client) -> Result<Revocation, IdentityError> {
        self.store.change(self.now(), |directory| match directory.refresh_tokens.get(&digest(secret)) {
            Some(token) if token.client_id != client.id => Revocation::OtherClient,
            Some(token) => {
                let origin_jti = token.origin_jti.clone();
                directory.revoke_sign_in(&origin_jti);
                Revocation::Done
            }
            None => Revocation::Done,
        })
    }

    /// Ends every sign-in of a user. As with Cognito, the session of the hosted pages stays; `/logout` ends that.
    pub(super) fn sign_out_everywhere(&self, username: &str) -> Result<(), IdentityError> {
        self.store.change(self.now(), |directory| {
            directory.refresh_tokens.retain(|_, token| token.username != username);
        })
    }

    /// Lets a user in, or shuts them out: then every sign-in of theirs ends, that of the hosted pages too.
    pub(super) fn enable(&self, username: &str, enabled: bool) -> Result<(), UserError> {
        let user = self.change_user(username, |user| user.enabled = enabled)?;
        if !enabled {
            self.store.change(self.now(), |directory| {
                directory.refresh_tokens.retain(|_, token| token.username != user.username);
                directory.sessions.retain(|_, session| session.username != user.username);
                directory.challenges.retain(|_, challenge| challenge.username != user.username);
            })?;
        }
        Ok(())
    }

    /// Signs the tokens of the sign-in that `refresh` stands for; `secret` is the refresh token to hand out, if any.
    pub(super) fn tokens(
        &self,
        user: &User,
        refresh: &RefreshToken,
        secret: Option<String>,
        nonce: Option<&str>,
    ) -> Result<Tokens, IdentityError> {
        let pair = self.sign_tokens(&TokenSubject {
            user,
            client_id: &refresh.client_id,
            scope: &refresh.scope,
            auth_time: refresh.auth_time,
            origin_jti: &refresh.origin_jti,
            nonce,
        })?;
        Ok(Tokens {
            access_token: pair.access_token,
            id_token: pair.id_token,
            refresh_token: secret,
            expires_in: self.config.lifetimes.access_seconds,
        })
    }
}

fn live_refresh_token(
    directory: &Directory,
    key: &str,
    client: &Client,
    now: u64,
) -> Result<(User, RefreshToken), RefreshError> {
    let refresh = directory.refresh_tokens.get(key).ok_or(RefreshError::Invalid)?;
    if refresh.client_id != client.id || refresh.expires_at <= now {
        return Err(RefreshError::Invalid);
    }
    if refresh.rotated_at.is_some_and(|at| at + ROTATION_GRACE_SECONDS <= now) {
        return Err(RefreshError::Reused);
    }
    let user = directory.user(&refresh.username).filter(|user| user.enabled).ok_or(RefreshError::Invalid)?;
    Ok((user.clone(), refresh.clone()))
}
