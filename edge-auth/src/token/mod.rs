//! From the bytes of a token to a [`VerifiedSession`], in the order that makes each refusal's reason determined.

mod candidates;
mod claims;
mod jws;
mod keys;
mod rsa;
mod strict_json;

use std::sync::Arc;

use crate::policy::TokenUse;
use crate::reason::Reason;

pub use candidates::{ACCESS_COOKIE, AMPLIFY_PREFIX, Candidate, Candidates, bearer, candidates};
pub use claims::Claims;
pub use jws::{CompactJws, Header, KnownHeaders, verify_compact, verify_rs256};
pub use keys::{KeySet, PublicKey};
pub use strict_json::{Object, Texts, Value};

/// An accepted issuer of tokens.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// Which claims it writes.
    pub kind: IssuerKind,
    /// Its `iss`, compared whole.
    pub issuer: String,
    /// The applications whose tokens count.
    pub clients: Vec<String>,
    /// Its keys, as baked in.
    pub keys: KeySet,
    /// When those were fetched, Unix seconds.
    pub fetched_at: Option<u64>,
    /// Where newer ones are; `None` where there will be no others.
    pub jwks_uri: Option<String>,
}

/// Which claims an issuer writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerKind {
    /// `token_use`; `client_id` in access tokens, `aud` in ID tokens.
    Cognito,
    /// `aud`, a string or an array.
    Oidc,
}

/// What a token must be, apart from well signed.
#[derive(Debug, Clone, Copy)]
pub struct Expectation {
    /// Which of Cognito's tokens counts.
    pub token_use: TokenUse,
    /// Clock skew that is forgiven.
    pub leeway_seconds: u32,
}

/// A token that held in every respect at the moment it was judged. Only [`UnverifiedToken::verify`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedSession(Arc<Session>);

#[derive(Debug)]
struct Session {
    token: String,
    claims: Claims,
    expires_at: u64,
}

impl VerifiedSession {
    /// The token itself, for the origin to verify again. Never to be logged.
    pub fn token(&self) -> &str {
        &self.0.token
    }

    /// `sub`: who this is.
    pub fn subject(&self) -> Option<&str> {
        self.0.claims.text("sub")
    }

    /// Cognito's name for the user (`username` in access tokens, `cognito:username` in ID tokens).
    pub fn username(&self) -> Option<&str> {
        self.0.claims.text("username").or_else(|| self.0.claims.text("cognito:username"))
    }

    /// `cognito:groups`.
    pub fn groups(&self) -> Vec<&str> {
        self.0.claims.groups().ok().flatten().unwrap_or_default()
    }

    /// `exp`, Unix seconds.
    pub fn expires_at(&self) -> u64 {
        self.0.expires_at
    }

    /// All claims.
    pub fn claims(&self) -> &Claims {
        &self.0.claims
    }
}

/// A session whose token is good in every respect but that its time has passed: renewal demands one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredSession {
    subject: String,
}

impl ExpiredSession {
    /// `sub`: whose session it was.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// A well-formed token of a configured issuer. Nobody has looked at its signature yet.
#[derive(Debug)]
pub struct UnverifiedToken<'t> {
    token: &'t str,
    jws: CompactJws<'t>,
    kid: Arc<str>,
    claims: Claims,
    issuer: usize,
}

impl<'t> UnverifiedToken<'t> {
    /// Reads a token of at most `max_bytes` and finds its issuer.
    ///
    /// # Errors
    /// The first check that fails, in the order of docs/security.md: size, form, header, issuer.
    pub fn read(
        token: &'t str,
        issuers: &[Issuer],
        max_bytes: usize,
        headers: &mut KnownHeaders,
    ) -> Result<Self, Reason> {
        if token.len() > max_bytes {
            return Err(Reason::TokenTooLarge);
        }
        let mut jws = CompactJws::parse(token)?;
        let claims = Claims::read(std::mem::take(&mut jws.payload)).ok_or(Reason::TokenMalformed)?;
        let kid = headers.key_id(jws.header)?;
        let issuer = claims.text("iss").and_then(|iss| issuers.iter().position(|i| i.issuer == iss));
        Ok(Self { token, jws, kid, claims, issuer: issuer.ok_or(Reason::IssuerUnknown)? })
    }

    /// The place of its issuer in the list.
    pub fn issuer(&self) -> usize {
        self.issuer
    }

    /// Judges it with its issuer's keys at `now` in Unix seconds.
    ///
    /// # Errors
    /// The first check that fails: key, signature, times, audience, types of claims.
    pub fn verify(
        self,
        issuer: &Issuer,
        keys: &KeySet,
        expect: Expectation,
        now: u64,
    ) -> Result<VerifiedSession, Reason> {
        self.check_signature(keys)?;
        let Self { token, claims, .. } = self;
        let expires_at = claims.check_times(now, expect.leeway_seconds)?;
        claims.check_audience(issuer, expect.token_use)?;
        claims.check_groups()?;
        claims.check_text("sub")?;
        Ok(VerifiedSession(Arc::new(Session { token: token.to_owned(), claims, expires_at })))
    }

    /// The same, of a token whose time must have passed.
    ///
    /// # Errors
    /// The first check that fails; [`Reason::TokenNotYetValid`] where the token has not expired.
    pub fn verify_expired(
        self,
        issuer: &Issuer,
        keys: &KeySet,
        expect: Expectation,
        now: u64,
    ) -> Result<ExpiredSession, Reason> {
        self.check_signature(keys)?;
        match self.claims.check_times(now, expect.leeway_seconds) {
            Err(Reason::TokenExpired) => {}
            Err(other) => return Err(other),
            Ok(_) => return Err(Reason::TokenNotYetValid),
        }
        self.claims.check_audience(issuer, expect.token_use)?;
        let subject = self.claims.check_text("sub")?.ok_or(Reason::ClaimMalformed)?;
        Ok(ExpiredSession { subject: subject.to_owned() })
    }

    fn check_signature(&self, keys: &KeySet) -> Result<(), Reason> {
        if keys.is_empty() {
            return Err(Reason::KeysUnavailable);
        }
        let key = keys.find(&self.kid).ok_or(Reason::KeyUnknown)?;
        verify_rs256(key, self.jws.signed.as_bytes(), &self.jws.signature)
    }
}
