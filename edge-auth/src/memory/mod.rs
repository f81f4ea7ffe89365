//! What a running function remembers between requests: the issuers' keys as last fetched, headers and tokens that it has
//! verified, and tokens that were signed out.
//!
//! Nothing here does I/O: [`Memory`] says which key set is wanted ([`Unproven::KeysWanted`]), whoever runs the function
//! fetches it. What is remembered never changes a verdict, apart from newer keys and from tokens signed out here.

mod keys;
mod signed_out;
mod verified;

use std::sync::Arc;

use crate::config::EdgeConfig;
use crate::policy::TokenUse;
use crate::reason::Reason;
use crate::token::{Expectation, ExpiredSession, Issuer, KeySet, KnownHeaders, UnverifiedToken, VerifiedSession};

pub(crate) use keys::IssuerKeys;
use signed_out::SignedOut;
use verified::VerifiedTokens;

/// What one running function remembers.
#[derive(Debug)]
pub struct Memory {
    issuers: Vec<IssuerKeys>,
    headers: KnownHeaders,
    verified: VerifiedTokens,
    signed_out: SignedOut,
}

/// A verified session and how the log names its person.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub session: VerifiedSession,
    /// A keyed digest of `sub`; `None` where there is no `sub` or no key.
    pub subject: Option<Arc<str>>,
}

/// Why a token could not be shown to be good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// It is not good.
    Refused(Reason),
    /// The keys of the issuer at this place must be fetched before anybody can say.
    KeysWanted(usize),
}

impl Unproven {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Refused(reason) => reason.as_str(),
            Self::KeysWanted(_) => "keys_wanted",
        }
    }
}

impl From<Reason> for Unproven {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}

impl Memory {
    /// The memory of a function that has just started: the keys that are baked in, and nothing else.
    pub fn new(config: &EdgeConfig) -> Self {
        Self {
            issuers: config.issuers.iter().map(IssuerKeys::baked).collect(),
            headers: KnownHeaders::default(),
            verified: VerifiedTokens::default(),
            signed_out: SignedOut::default(),
        }
    }

    /// Judges a token as the policy says.
    pub(crate) fn session(&mut self, token: &str, config: &EdgeConfig, now: u64) -> Result<Known, Unproven> {
        let tokens = &config.policy.tokens;
        if token.len() > tokens.max_bytes {
            return Err(Reason::TokenTooLarge.into());
        }
        let leeway = tokens.leeway_seconds.into();
        let digest = self.verified.digest(token);
        if let Some(known) = self.verified.find(digest, token, &self.issuers, now, leeway) {
            return Ok(known);
        }
        let unverified = self.read(token, config)?;
        let at = unverified.issuer();
        let session = self.judge(unverified, tokens.token_use, config, now)?;
        if self.signed_out.holds(token, now, leeway) {
            return Err(Reason::TokenSignedOut.into());
        }
        let subject = session.subject().and_then(|sub| config.subject_digest(sub)).map(Arc::from);
        let known = Known { session, subject };
        self.verified.insert(digest, &known, at, &self.issuers, now);
        Ok(known)
    }

    /// Judges a token of another use than the policy's, without remembering it.
    pub(crate) fn verify(
        &mut self,
        token: &str,
        token_use: TokenUse,
        config: &EdgeConfig,
        now: u64,
    ) -> Result<VerifiedSession, Unproven> {
        let unverified = self.read(token, config)?;
        self.judge(unverified, token_use, config, now)
    }

    /// The session of a token that is good in every respect but that its time has passed.
    pub(crate) fn expired(&mut self, token: &str, config: &EdgeConfig, now: u64) -> Result<ExpiredSession, Unproven> {
        let tokens = &config.policy.tokens;
        if self.signed_out.holds(token, now, tokens.leeway_seconds.into()) {
            return Err(Reason::TokenSignedOut.into());
        }
        let unverified = self.read(token, config)?;
        self.with_keys(unverified, config, now, |unverified, issuer, keys| {
            unverified.verify_expired(issuer, keys, expectation(config, tokens.token_use), now)
        })
    }

    /// Refuses the token from now on, in this instance, until it would have expired.
    pub(crate) fn sign_out(&mut self, session: &VerifiedSession) {
        self.verified.remove(session.token());
        self.signed_out.insert(session.token(), session.expires_at());
    }

    /// Notes that the keys of that issuer are being fetched: for a while nobody else fetches them.
    pub(crate) fn fetch_begins(&mut self, issuer: usize, now: u64) {
        if let Some(keys) = self.issuers.get_mut(issuer) {
            keys.fetch_begins(now);
        }
    }

    /// Takes what a key endpoint answered; anything but a usable key set changes nothing.
    pub(crate) fn fetched(&mut self, issuer: usize, answer: crate::ProviderAnswer, now: u64) {
        if let Some(keys) = self.issuers.get_mut(issuer) {
            keys.fetched(answer, now);
        }
    }

    fn read<'t>(&mut self, token: &'t str, config: &EdgeConfig) -> Result<UnverifiedToken<'t>, Reason> {
        UnverifiedToken::read(token, &config.issuers, config.policy.tokens.max_bytes, &mut self.headers)
    }

    fn judge(
        &mut self,
        unverified: UnverifiedToken<'_>,
        token_use: TokenUse,
        config: &EdgeConfig,
        now: u64,
    ) -> Result<VerifiedSession, Unproven> {
        self.with_keys(unverified, config, now, |unverified, issuer, keys| {
            unverified.verify(issuer, keys, expectation(config, token_use), now)
        })
    }

    /// Judges with the issuer's keys, or asks for them where they are too old or lack the one that is needed.
    fn with_keys<T>(
        &mut self,
        unverified: UnverifiedToken<'_>,
        config: &EdgeConfig,
        now: u64,
        judge: impl FnOnce(UnverifiedToken<'_>, &Issuer, &KeySet) -> Result<T, Reason>,
    ) -> Result<T, Unproven> {
        let at = unverified.issuer();
        let (Some(issuer), Some(keys)) = (config.issuers.get(at), self.issuers.get_mut(at)) else {
            return Err(Reason::IssuerUnknown.into());
        };
        let may_fetch = issuer.jwks_uri.is_some() && keys.may_fetch(&config.key_refresh, now);
        if may_fetch && keys.is_stale(&config.key_refresh, now) {
            return Err(Unproven::KeysWanted(at));
        }
        match judge(unverified, issuer, keys.set()) {
            Err(Reason::KeyUnknown | Reason::KeysUnavailable) if may_fetch => Err(Unproven::KeysWanted(at)),
            other => other.map_err(Unproven::Refused),
        }
    }
}

fn expectation(config: &EdgeConfig, token_use: TokenUse) -> Expectation {
    Expectation { token_use, leeway_seconds: config.policy.tokens.leeway_seconds }
}
