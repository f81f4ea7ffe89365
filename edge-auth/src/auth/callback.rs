//! Coming back from the identity provider: code in, cookies out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::start::digest_of;
use super::state::State;
use super::{ATTEMPT_PREFIX, ATTEMPT_SECONDS, REFRESH_COOKIE, SESSION_SECONDS, done, failure, session_cookie, site};
use crate::answer::answer;
use crate::config::{EdgeConfig, SignInEndpoints};
use crate::decide::{Check, Context, Step, Verdict};
use crate::policy::TokenUse;
use crate::query;
use crate::reason::Reason;
use crate::token::{ACCESS_COOKIE, IssuerKind};

/// Browsers cap a cookie near this, name and attributes included.
const LONGEST_COOKIE: usize = 4096;

/// A code that waits to be exchanged: a form POST that the adapter makes, within 2.5 s.
#[derive(Debug)]
pub struct CodeExchange {
    /// Where to.
    pub url: String,
    /// `application/x-www-form-urlencoded`. Holds the code and the PKCE verifier: never to be logged.
    pub form: String,
    /// The `Authorization` header, for a client with a secret. Never to be logged.
    pub authorization: Option<String>,
    state: State,
}

/// What the provider's token endpoint answered; `None` where there was no answer in time.
pub type ProviderAnswer = Option<(u16, Vec<u8>)>;

/// The token endpoint's answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
#[derive(Deserialize)]
struct Tokens {
    #[serde(rename = "access_token")]
    access: String,
    #[serde(rename = "id_token")]
    id: String,
    #[serde(rename = "refresh_token")]
    refresh: Option<String>,
}

pub(super) fn callback(context: &Context<'_, '_>) -> (Step, Reason) {
    let Some((endpoints, _)) = context.config.hosted() else {
        return failure(404, Reason::NoRoute, "There is no sign-in here.");
    };
    let parameter = |name| query::single(&context.request.querystring, name);
    let Some(state) = parameter("state").and_then(|text| checked_state(context, &text)) else {
        let advice = "This sign-in took too long, was used already, or was started in another browser.";
        return failure(400, Reason::StateInvalid, advice);
    };
    if parameter("error").is_some() {
        // The provider's text is not ours to show: anybody can write it into a link.
        let advice =
            "The sign-in page did not let you in. You may have cancelled, or your account may not be allowed here.";
        return failure(403, Reason::SignInFailed, advice);
    }
    let (Some(code), Some(site)) = (parameter("code"), site(context)) else {
        return failure(400, Reason::SignInFailed, "The sign-in page sent an incomplete answer.");
    };
    let form = query::join(&[
        ("grant_type", "authorization_code"),
        ("client_id", &endpoints.client_id),
        ("redirect_uri", &format!("{site}/_auth/callback")),
        ("code_verifier", &state.verifier),
        ("code", &code),
    ]);
    let exchange = CodeExchange { url: endpoints.token.clone(), form, authorization: basic(endpoints), state };
    (Step::Exchange(Box::new(exchange)), Reason::SignIn)
}

/// The state, when it is ours, young enough, and was made for this browser.
fn checked_state(context: &Context<'_, '_>, text: &str) -> Option<State> {
    let state = State::open(text, &context.config.state_keys)?;
    let age = context.moment.now.checked_sub(state.issued_at)?;
    let cookie = context.cookies.single(&format!("{ATTEMPT_PREFIX}{}", state.attempt)).ok()??;
    // Digests of 32 random bytes: how long comparing them takes says nothing of the bytes.
    let same = digest_of(cookie) == state.cookie_digest;
    (age <= ATTEMPT_SECONDS && same).then_some(state)
}

pub(super) fn basic(endpoints: &SignInEndpoints) -> Option<String> {
    let secret = endpoints.client_secret.as_ref()?;
    Some(format!("Basic {}", STANDARD.encode(format!("{}:{secret}", endpoints.client_id))))
}

impl CodeExchange {
    /// Judges what the provider answered, at `now` in Unix seconds, and ends the sign-in.
    pub fn finish(self, answered: ProviderAnswer, config: &EdgeConfig, now: u64) -> Verdict {
        let (step, reason) = self.conclude(answered, config, now);
        let checks = vec![Check { check: "code_exchange", outcome: reason.as_str() }];
        Verdict { step, reason, route: Some("/_auth/*".to_owned()), checks }
    }

    fn conclude(&self, answered: ProviderAnswer, config: &EdgeConfig, now: u64) -> (Step, Reason) {
        let refused = |advice| failure(502, Reason::SignInFailed, advice);
        let tokens = match answered {
            None => return refused("The sign-in service did not answer in time. Try again in a moment."),
            Some((200, body)) => serde_json::from_slice::<Tokens>(&body).ok(),
            Some(_) => None,
        };
        let Some(tokens) = tokens else {
            return refused("The sign-in service did not accept this sign-in.");
        };
        let Some(session) = self.trusted(&tokens, config, now) else {
            return refused("The sign-in service sent an answer that cannot be trusted.");
        };
        let access = session_cookie(ACCESS_COOKIE, session, "/", SESSION_SECONDS);
        let refresh = tokens.refresh.as_deref().filter(|t| t.bytes().all(|b| b.is_ascii_graphic() && b != b';'));
        let refresh = refresh.map(|token| session_cookie(REFRESH_COOKIE, token, "/_auth", SESSION_SECONDS));
        if access.len() > LONGEST_COOKIE || refresh.as_ref().is_some_and(|r| r.len() > LONGEST_COOKIE) {
            return refused(
                "Your account's token is too large for a cookie. Most likely it is a member of too many groups; \
                 ask an administrator to remove some.",
            );
        }
        let attempt = session_cookie(&format!("{ATTEMPT_PREFIX}{}", self.state.attempt), "", "/", 0);
        let mut signed_in = answer(302)
            .with("Location", &self.state.return_to)
            .with("Referrer-Policy", "no-referrer")
            .with("Set-Cookie", attempt)
            .with("Set-Cookie", access);
        if let Some(refresh) = refresh {
            signed_in = signed_in.with("Set-Cookie", refresh);
        }
        done(signed_in, Reason::SignedIn)
    }

    /// The token that becomes the cookie, when the ID token is this attempt's and the other one is ordinarily good.
    fn trusted<'t>(&self, tokens: &'t Tokens, config: &EdgeConfig, now: u64) -> Option<&'t str> {
        let client = &config.sign_in.as_ref()?.client_id;
        let id = config.verify_use(&tokens.id, TokenUse::Id, now).ok()?;
        let is_ours = id.claims().text("aud").is_none_or(|audience| audience == client);
        let is_this_attempt = id.claims().text("nonce").is_some_and(|nonce| nonce == self.state.nonce);
        let keep_id = config.policy.tokens.token_use == TokenUse::Id
            || config.issuers.iter().any(|i| i.kind == IssuerKind::Oidc && id.claims().text("iss") == Some(&i.issuer));
        let kept = if keep_id { &tokens.id } else { &tokens.access };
        let session = config.verify(kept, now).ok()?;
        let same_person = session.subject() == id.subject();
        (is_ours && is_this_attempt && same_person).then_some(kept.as_str())
    }
}
