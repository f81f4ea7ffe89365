//! From the bytes of a token to a [`VerifiedSession`], in the order that makes each refusal's reason determined.

mod candidates;
mod claims;
mod jws;
mod keys;
mod strict_json;

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use crate::policy::TokenUse;
use crate::reason::Reason;

pub use candidates::{ACCESS_COOKIE, AMPLIFY_PREFIX, Candidate, Candidates, bearer, candidates};
pub use claims::Claims;
pub use jws::{CompactJws, verify_compact};
pub use keys::{KeySet, PublicKey};

/// An accepted issuer of tokens.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// Which claims it writes.
    pub kind: IssuerKind,
    /// Its `iss`, compared whole.
    pub issuer: String,
    /// The applications whose tokens count.
    pub clients: Vec<String>,
    /// Its keys.
    pub keys: KeySet,
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
    /// Longer tokens are refused unread.
    pub max_bytes: usize,
}

/// A token that held in every respect at the moment it was judged. Only [`judge`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedSession {
    token: String,
    claims: Claims,
    expires_at: u64,
    groups: Vec<String>,
}

impl VerifiedSession {
    /// The token itself, for the origin to verify again. Never to be logged.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// `sub`: who this is.
    pub fn subject(&self) -> Option<&str> {
        self.claims.text("sub")
    }

    /// Cognito's name for the user (`username` in access tokens, `cognito:username` in ID tokens).
    pub fn username(&self) -> Option<&str> {
        self.claims.text("username").or_else(|| self.claims.text("cognito:username"))
    }

    /// `cognito:groups`.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// `exp`, Unix seconds.
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// All claims.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }
}

/// Judges one token at one moment (`now` in Unix seconds).
///
/// # Errors
/// The first check that fails, in the order of docs/security.md: form, header, issuer and key, signature, claims.
pub fn judge(token: &str, issuers: &[Issuer], expect: Expectation, now: u64) -> Result<VerifiedSession, Reason> {
    if token.len() > expect.max_bytes {
        return Err(Reason::TokenTooLarge);
    }
    let jws = CompactJws::parse(token)?;
    let payload = strict_json::object(&jws.payload).ok_or(Reason::TokenMalformed)?;
    let kid = jws.key_id()?;
    let claims = Claims::new(payload);
    let issuer = claims.text("iss").and_then(|iss| issuers.iter().find(|i| i.issuer == iss));
    let issuer = issuer.ok_or(Reason::IssuerUnknown)?;
    if issuer.keys.is_empty() {
        return Err(Reason::KeysUnavailable);
    }
    let key = issuer.keys.find(kid).ok_or(Reason::KeyUnknown)?;
    signature_holds(&jws, key)?;
    let expires_at = claims.check_times(now, expect.leeway_seconds)?;
    claims.check_audience(issuer, expect.token_use)?;
    let groups = claims.groups()?.unwrap_or_default();
    claims.check_text("sub")?;
    Ok(VerifiedSession { token: token.to_owned(), claims, expires_at, groups })
}

fn signature_holds(jws: &CompactJws<'_>, key: &PublicKey) -> Result<(), Reason> {
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.pkcs1())
        .verify(jws.signed.as_bytes(), &jws.signature)
        .map_err(|_| Reason::SignatureInvalid)
}
