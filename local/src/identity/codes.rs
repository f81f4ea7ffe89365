//! Authorization codes: made by the hosted pages, exchanged once at the token endpoint.

use super::directory::{AuthorizationCode, Directory, RefreshToken, Session, User};
use super::grants::Tokens;
use super::hosted::AuthorizeRequest;
use super::secrets::{digest, random_id, random_token, same};
use super::{Client, Identity, IdentityError};

const CODE_SECONDS: u64 = 300;

/// What a client shows to get tokens for a code.
pub(super) struct Redemption<'a> {
    pub(super) code: &'a str,
    pub(super) client: &'a Client,
    pub(super) redirect_uri: &'a str,
    /// PKCE: the text whose digest came with the authorize request.
    pub(super) code_verifier: &'a str,
}

impl Identity {
    /// A code for the person of the session, bound to the request; good for five minutes.
    pub(super) fn issue_code(
        &self,
        request: &AuthorizeRequest<'_>,
        session: &Session,
    ) -> Result<String, IdentityError> {
        let (now, secret) = (self.now(), random_token()?);
        let code = AuthorizationCode {
            username: session.username.clone(),
            client_id: request.client.id.clone(),
            redirect_uri: request.redirect_uri.clone(),
            scope: request.scope.clone(),
            nonce: request.nonce.clone(),
            code_challenge: request.code_challenge.clone(),
            auth_time: session.auth_time,
            origin_jti: random_id(),
            expires_at: now + CODE_SECONDS,
            used: false,
        };
        self.store.change(now, |directory| directory.codes.insert(digest(&secret), code))?;
        Ok(secret)
    }

    /// Tokens for a code, once. `None` is a refusal. The first attempt uses the code up, right or wrong; another one
    /// means that it has leaked, and ends the sign-in that came of it.
    pub(super) fn redeem_code(&self, redemption: &Redemption<'_>) -> Result<Option<Tokens>, IdentityError> {
        let (now, secret) = (self.now(), random_token()?);
        let expires_at = now + self.config.lifetimes.refresh_seconds;
        let outcome = self.store.change(now, |directory| {
            let (user, code) = use_up(directory, redemption, now)?;
            let refresh = RefreshToken {
                username: code.username,
                client_id: code.client_id,
                scope: code.scope,
                auth_time: code.auth_time,
                origin_jti: code.origin_jti,
                expires_at,
                rotated_at: None,
            };
            directory.refresh_tokens.insert(digest(&secret), refresh.clone());
            Some((user, refresh, code.nonce))
        })?;
        let Some((user, refresh, nonce)) = outcome else { return Ok(None) };
        self.tokens(&user, &refresh, Some(secret), nonce.as_deref()).map(Some)
    }
}

fn use_up(directory: &mut Directory, redemption: &Redemption<'_>, now: u64) -> Option<(User, AuthorizationCode)> {
    let code = directory.codes.get_mut(&digest(redemption.code))?;
    let first_use = !std::mem::replace(&mut code.used, true);
    let code = code.clone();
    if !first_use {
        directory.revoke_sign_in(&code.origin_jti);
        return None;
    }
    let bound = code.client_id == redemption.client.id && code.redirect_uri == redemption.redirect_uri;
    let proven = same(&digest(redemption.code_verifier), &code.code_challenge);
    let good = bound && proven && code.expires_at > now;
    let user = directory.user(&code.username).filter(|user| user.enabled).cloned()?;
    good.then_some((user, code))
}
