//! What a decision looks like from outside.

use serde::Serialize;

use super::Question;
use crate::path;
use crate::policy::{Action, Cache, Denied, Gate, Mode, Origin, PASS_PREFIX, Policy, Route, SignInMode};
use crate::reason::Reason;

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "ending", rename_all = "snake_case")]
pub enum Ending {
    /// It goes on to an origin.
    Forward {
        /// Which.
        origin: Origin,
        /// What CloudFront may keep of the answer.
        cache: Cache,
    },
    /// A redirect to a pass URL.
    Pass {
        /// 302.
        status: u16,
        /// With `PASS` in the place of the pass.
        to: String,
        /// How long it is good for.
        ttl_seconds: u64,
    },
    /// Sign-in's own address answers.
    SignInAddress,
    /// A redirect to sign-in.
    SignIn {
        /// 302.
        status: u16,
        /// Where people sign in.
        at: SignInPlace,
    },
    /// Refused.
    Refusal {
        /// The status code.
        status: u16,
        /// What the answer holds.
        body: Body,
    },
}

/// Where people sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInPlace {
    /// At the identity provider.
    Hosted,
    /// At the app's `/login`.
    Page,
}

/// What a refusal holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// JSON with status, reason and message.
    Json,
    /// A page for people.
    Page,
    /// CloudFront's own error page: no function was asked.
    #[serde(rename = "cloudfront")]
    CloudFront,
}

impl Ending {
    /// Whether the request gets what it asked for, or is helped on to it.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Forward { .. } | Self::Pass { .. } | Self::SignInAddress)
    }
}

/// What a navigation gets, where the method is one's, and what any other request gets.
pub(super) fn endings(
    policy: &Policy,
    route: Option<&Route>,
    question: Question<'_>,
    reason: Reason,
) -> (Option<Ending>, Ending) {
    let ending = |navigation| ending(policy, route, question, reason, navigation);
    (matches!(question.method, "GET" | "HEAD").then(|| ending(true)), ending(false))
}

fn ending(policy: &Policy, route: Option<&Route>, question: Question<'_>, reason: Reason, navigation: bool) -> Ending {
    match reason {
        Reason::SignIn => return Ending::SignInAddress,
        Reason::MethodNotAllowed => return Ending::Refusal { status: 403, body: Body::CloudFront },
        _ => {}
    }
    let goes_on = !is_refusal(reason) || policy.mode != Mode::Enforce;
    match route.map(|route| &route.action) {
        Some(Action::Origin { origin, cache }) if goes_on => Ending::Forward { origin: *origin, cache: *cache },
        Some(Action::Pass { .. }) if reason == Reason::PassMade => {
            let opened = route.and_then(|route| route.opened(question.path, &route.path.captures(question.path)?));
            let (prefix, ttl_seconds, rest) = opened.unwrap_or_default();
            Ending::Pass { status: 302, to: format!("{PASS_PREFIX}PASS{prefix}{rest}"), ttl_seconds }
        }
        // Nothing to go on to: the function's refusal stands, whatever the mode is.
        _ => refused(policy, route, question.path, reason, navigation),
    }
}

/// Whether the reason is one against the request.
pub(super) fn is_refusal(reason: Reason) -> bool {
    !matches!(reason, Reason::Anyone | Reason::Permitted | Reason::PassMade | Reason::Off | Reason::SignIn)
}

/// As `refusal::refuse` answers.
fn refused(policy: &Policy, route: Option<&Route>, path: &str, reason: Reason, navigation: bool) -> Ending {
    // Before it looks for a route the function refuses what has two readings; a CloudFront Function only knows statuses.
    let decides = |route: &&Route| route.gate == Gate::Lambda && path::is_canonical(path, true);
    let denied = route.filter(decides).map_or(Denied::Status, |route| route.denied);
    let status = reason.status();
    let redirects = denied == Denied::Redirect || (denied == Denied::Auto && navigation);
    let place = match policy.sign_in.mode {
        SignInMode::Hosted => Some(SignInPlace::Hosted),
        SignInMode::Page => Some(SignInPlace::Page),
        SignInMode::None => None,
    };
    match place.filter(|_| redirects && status == 401) {
        Some(at) => Ending::SignIn { status: 302, at },
        None if navigation && denied == Denied::Auto => Ending::Refusal { status, body: Body::Page },
        None => Ending::Refusal { status, body: Body::Json },
    }
}
