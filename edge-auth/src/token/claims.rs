//! The claims of a token, each read with the type that it must have.

use super::strict_json::{Object, Texts, Value};
use super::{Issuer, IssuerKind};
use crate::policy::TokenUse;
use crate::reason::Reason;

/// A token's claims. Reading one never treats a wrong type as "absent": that would let an odd token slip past a check.
#[derive(Debug, Clone)]
pub struct Claims(Object);

impl Claims {
    /// Reads a JSON object, or nothing where it is anything else, has a key twice or nests more than 64 deep. Claims are no
    /// proof of anything: what is verified is a [`super::VerifiedSession`].
    pub fn read(json: Vec<u8>) -> Option<Self> {
        Object::read(json).map(Self)
    }

    /// A claim that is a string; `None` where it is missing or anything else.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.text(name)
    }

    /// `cognito:groups`; `None` where there is no such claim.
    ///
    /// # Errors
    /// [`Reason::ClaimMalformed`] where it is no array of strings.
    pub fn groups(&self) -> Result<Option<Vec<&str>>, Reason> {
        Ok(self.check_groups()?.map(|names| names.iter().collect()))
    }

    /// The same, not collected.
    pub(crate) fn check_groups(&self) -> Result<Option<Texts<'_>>, Reason> {
        match self.0.get("cognito:groups") {
            None => Ok(None),
            Some(Value::Texts(names)) => Ok(Some(names)),
            Some(_) => Err(Reason::ClaimMalformed),
        }
    }

    /// `scope`, split at spaces (RFC 6749 §3.3); empty where there is none.
    ///
    /// # Errors
    /// [`Reason::ClaimMalformed`] where it is no string.
    pub fn scopes(&self) -> Result<Vec<&str>, Reason> {
        match self.0.get("scope") {
            None => Ok(Vec::new()),
            Some(Value::Text(text)) => Ok(text.split(' ').filter(|s| !s.is_empty()).collect()),
            Some(_) => Err(Reason::ClaimMalformed),
        }
    }

    /// The claim must be a string where it is there at all.
    pub(crate) fn check_text(&self, name: &str) -> Result<Option<&str>, Reason> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(Reason::ClaimMalformed),
        }
    }

    /// Whether `aud` names that client (OpenID Connect Core §3.1.3.7).
    pub(crate) fn is_for(&self, client: Option<&str>) -> bool {
        client.is_some_and(|client| self.audiences().is_ok_and(|all| all.contains(&client)))
    }

    /// `exp`, `nbf` and `iat` against the clock (RFC 7519 §4.1): seconds, perhaps with a fraction, far below 2^53, where
    /// `f64` is exact. Gives `exp` in whole seconds.
    pub(super) fn check_times(&self, now: u64, leeway_seconds: u32) -> Result<u64, Reason> {
        let time = |name: &str| match self.0.get(name) {
            None => Ok(None),
            Some(Value::Number(seconds)) => Ok(Some(seconds)),
            Some(_) => Err(Reason::ClaimMalformed),
        };
        let leeway = f64::from(leeway_seconds);
        let now = as_f64(now);
        let expires = time("exp")?.ok_or(Reason::ClaimMalformed)?;
        let (not_before, issued) = (time("nbf")?, time("iat")?);
        if expires <= now - leeway {
            return Err(Reason::TokenExpired);
        }
        if [not_before, issued].into_iter().flatten().any(|t| t > now + leeway) {
            return Err(Reason::TokenNotYetValid);
        }
        // `as` saturates: a date beyond all dates stays one.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(expires as u64)
    }

    /// The token's kind and the application that it was issued to.
    pub(super) fn check_audience(&self, issuer: &Issuer, wanted: TokenUse) -> Result<(), Reason> {
        let known = |client: &str| issuer.clients.iter().any(|c| c == client);
        let accepted = match issuer.kind {
            IssuerKind::Oidc => self.audiences()?.into_iter().any(known),
            IssuerKind::Cognito => {
                let token_use = self.check_text("token_use")?.ok_or(Reason::TokenUseWrong)?;
                let claim = match (token_use, wanted) {
                    ("access", TokenUse::Access | TokenUse::Either) => "client_id",
                    ("id", TokenUse::Id | TokenUse::Either) => "aud",
                    _ => return Err(Reason::TokenUseWrong),
                };
                known(self.check_text(claim)?.ok_or(Reason::ClaimMalformed)?)
            }
        };
        if accepted { Ok(()) } else { Err(Reason::ClientUnknown) }
    }

    /// `aud`: one string or an array of them (RFC 7519 §4.1.3).
    fn audiences(&self) -> Result<Vec<&str>, Reason> {
        match self.0.get("aud") {
            Some(Value::Text(one)) => Ok(vec![one]),
            Some(Value::Texts(list)) => Ok(list.iter().collect()),
            _ => Err(Reason::ClaimMalformed),
        }
    }
}

#[allow(clippy::cast_precision_loss)]
fn as_f64(now: u64) -> f64 {
    now as f64
}
