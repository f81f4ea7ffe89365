//! Coming back from the identity provider: checks that it is this browser's own sign-in, and has the code exchanged.

use super::start::digest_of;
use super::state::State;
use super::token_request::{Purpose, TokenRequest};
use super::{ATTEMPT_PREFIX, ATTEMPT_SECONDS, failure, site};
use crate::decide::{Context, Step};
use crate::query;
use crate::reason::Reason;

pub(super) fn callback(context: &Context<'_, '_>) -> (Step<'static>, Reason) {
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
    let parameters = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", &format!("{site}/_auth/callback")),
        ("code_verifier", &state.verifier.clone()),
        ("code", &code),
    ];
    let request = TokenRequest::new(endpoints, &parameters, Purpose::SignIn(state));
    (Step::AskTokens(Box::new(request)), Reason::SignIn)
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
