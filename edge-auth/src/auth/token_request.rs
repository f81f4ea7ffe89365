//! Asking the provider's token endpoint: for a code's tokens at the end of a sign-in, for newer ones at a renewal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::refresh::Renewal;
use super::state::State;
use super::{failure, session};
use crate::config::{EdgeConfig, SignInEndpoints};
use crate::decide::{KeyFetch, Resume, Step, Verdict};
use crate::memory::{Memory, Unproven};
use crate::policy::TokenUse;
use crate::query;
use crate::reason::Reason;
use crate::token::{IssuerKind, VerifiedSession};

/// A form POST to the token endpoint that the adapter makes, within 2.5 s.
#[derive(Debug)]
pub struct TokenRequest {
    /// Where to.
    pub url: String,
    /// `application/x-www-form-urlencoded`. Holds a code or a refresh token: never to be logged.
    pub form: String,
    /// The `Authorization` header, for a client with a secret. Never to be logged.
    pub authorization: Option<String>,
    purpose: Purpose,
}

/// What an endpoint of the provider answered, status and body; `None` where there was no whole answer in time.
pub type ProviderAnswer = Option<(u16, Vec<u8>)>;

#[derive(Debug)]
pub(super) enum Purpose {
    SignIn(State),
    Renewal(Renewal),
}

/// The token endpoint's answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3 and §12.2).
#[derive(Deserialize)]
struct Tokens {
    #[serde(rename = "access_token")]
    access: String,
    #[serde(rename = "id_token")]
    id: Option<String>,
    #[serde(rename = "refresh_token")]
    refresh: Option<String>,
}

/// Why the answer is of no use.
pub(super) enum Unusable {
    NoAnswer,
    Refused,
    Untrusted,
    TooLarge,
}

impl TokenRequest {
    pub(super) fn new(endpoints: &SignInEndpoints, parameters: &[(&str, &str)], purpose: Purpose) -> Self {
        let form = [&[("client_id", endpoints.client_id.as_str())], parameters].concat();
        Self { url: endpoints.token.clone(), form: query::join(&form), authorization: basic(endpoints), purpose }
    }

    /// Judges what the provider answered, at `now` in Unix seconds, and ends the sign-in or the renewal.
    pub fn finish(
        self,
        answer: ProviderAnswer,
        config: &EdgeConfig,
        memory: &mut Memory,
        now: u64,
    ) -> Verdict<'static> {
        let check = match self.purpose {
            Purpose::SignIn(_) => "code_exchange",
            Purpose::Renewal(_) => "renewal",
        };
        let cookies = match self.session_cookies(answer.as_ref(), config, memory, now) {
            Err(KeysWanted(issuer)) => {
                return KeyFetch::begin(issuer, Resume::Tokens(Box::new(self), answer), config, memory, now);
            }
            Ok(cookies) => cookies,
        };
        let (step, reason) = match self.purpose {
            Purpose::SignIn(state) => match cookies {
                Ok(cookies) => state.signed_in(cookies),
                Err(unusable) => sign_in_failed(&unusable),
            },
            Purpose::Renewal(renewal) => renewal.end(cookies),
        };
        Verdict::of_sign_in(step, reason, check)
    }

    /// The `Set-Cookie` lines of the new session.
    fn session_cookies(
        &self,
        answer: Option<&(u16, Vec<u8>)>,
        config: &EdgeConfig,
        memory: &mut Memory,
        now: u64,
    ) -> Result<Result<Vec<String>, Unusable>, KeysWanted> {
        let tokens = match answer {
            None | Some((500.., _)) => return Ok(Err(Unusable::NoAnswer)),
            Some((200, body)) => serde_json::from_slice::<Tokens>(body).ok(),
            Some(_) => None,
        };
        let Some(tokens) = tokens else { return Ok(Err(Unusable::Refused)) };
        let kept = match self.trusted(&tokens, config, memory, now) {
            Ok(Some(kept)) => kept,
            Err(Unproven::KeysWanted(issuer)) => return Err(KeysWanted(issuer)),
            Ok(None) | Err(Unproven::Refused(_)) => return Ok(Err(Unusable::Untrusted)),
        };
        Ok(session::lines(kept, tokens.refresh.as_deref()).ok_or(Unusable::TooLarge))
    }

    /// The token that becomes the cookie, when it is ordinarily good and belongs to this very sign-in or person.
    fn trusted<'t>(
        &self,
        tokens: &'t Tokens,
        config: &EdgeConfig,
        memory: &mut Memory,
        now: u64,
    ) -> Result<Option<&'t str>, Unproven> {
        let id = match &tokens.id {
            Some(token) => Some(memory.verify(token, TokenUse::Id, config, now)?),
            None => None,
        };
        let is_oidc = |id: &VerifiedSession| {
            let issuer = config.issuers.iter().find(|i| id.claims().text("iss") == Some(&i.issuer));
            issuer.is_some_and(|i| i.kind == IssuerKind::Oidc)
        };
        let keep_id = config.policy.tokens.token_use == TokenUse::Id || id.as_ref().is_some_and(is_oidc);
        let kept = match (keep_id, &tokens.id) {
            (true, Some(id)) => id,
            (true, None) => return Ok(None),
            (false, _) => &tokens.access,
        };
        let session = memory.session(kept, config, now)?.session;
        let subject = session.subject();
        let client = config.sign_in.as_ref().map(|endpoints| endpoints.client_id.as_str());
        let fits = |id: &VerifiedSession| id.claims().is_for(client) && id.subject() == subject;
        let holds = match &self.purpose {
            Purpose::SignIn(state) => {
                id.as_ref().is_some_and(|id| fits(id) && id.claims().text("nonce") == Some(&state.nonce))
            }
            Purpose::Renewal(renewal) => id.as_ref().is_none_or(fits) && subject == Some(renewal.subject()),
        };
        Ok(holds.then_some(kept.as_str()))
    }
}

struct KeysWanted(usize);

/// `Authorization: Basic` of a client with a secret (RFC 6749 §2.3.1).
pub(super) fn basic(endpoints: &SignInEndpoints) -> Option<String> {
    let secret = endpoints.client_secret.as_ref()?;
    Some(format!("Basic {}", STANDARD.encode(format!("{}:{secret}", endpoints.client_id))))
}

fn sign_in_failed(unusable: &Unusable) -> (Step<'static>, Reason) {
    let advice = match unusable {
        Unusable::NoAnswer => "The sign-in service did not answer in time. Try again in a moment.",
        Unusable::Refused => "The sign-in service did not accept this sign-in.",
        Unusable::Untrusted => "The sign-in service sent an answer that cannot be trusted.",
        Unusable::TooLarge => {
            "Your account's token is too large for a cookie. Most likely it is a member of too many groups; \
             ask an administrator to remove some."
        }
    };
    failure(502, Reason::SignInFailed, advice)
}
