//! From a ruling to the verdict.

use super::weigh::Ruling;
use super::{Check, Context, KeyFetch, Resume, Step, Trace, Verdict};
use crate::config::EdgeConfig;
use crate::event::{Exchange, Outcome};
use crate::memory::{Known, Memory};
use crate::policy::{AUTH_PREFIX, Action, Mode, Route};
use crate::reason::Reason;
use crate::{forward, refusal};

/// A refusal becomes an answer, unless the policy's mode is `log` and there is an origin to go on to.
pub fn carry_out(context: &Context<'_, '_>, route: Option<&Route>, ruling: Ruling) -> Ruling {
    match ruling {
        Ruling::Refuse(reason)
            if context.config.policy.mode == Mode::Enforce
                || route.is_some_and(|route| matches!(route.action, Action::Pass { .. })) =>
        {
            Ruling::Respond(reason, refusal::refuse(context, reason, route))
        }
        other => other,
    }
}

pub fn verdict<'e>(
    exchange: Exchange<'e>,
    config: &EdgeConfig,
    memory: &mut Memory,
    moment: &super::Moment,
    route: Option<&Route>,
    ruling: Ruling,
    trace: Trace,
) -> Verdict<'e> {
    let Trace { checks, subject } = trace;
    let pattern = || route.map(|r| r.path.shared_source());
    let forward = |mut exchange: Exchange<'e>, known: Option<&Known>| {
        forward::strip(&mut exchange.request, &config.policy);
        if let Some(route) = route {
            forward::inform(&mut exchange.request, route, known.map(|k| &k.session));
        }
        Step::Done(Outcome::Forward(exchange.request))
    };
    match ruling {
        Ruling::SignIn(step, reason) => {
            Verdict { step, reason, route: Some(format!("{AUTH_PREFIX}*").into()), subject, checks }
        }
        Ruling::Respond(reason, response) => {
            let step = Step::Done(Outcome::Respond(response));
            Verdict { step, reason, route: pattern(), subject, checks }
        }
        // Mode `log`: refused in the log alone.
        Ruling::Refuse(reason) => Verdict { step: forward(exchange, None), reason, route: pattern(), subject, checks },
        Ruling::Forward(reason, known) => {
            Verdict { step: forward(exchange, known.as_ref()), reason, route: pattern(), subject, checks }
        }
        Ruling::KeysWanted(issuer) => {
            let mut verdict = KeyFetch::begin(issuer, Resume::Exchange(Box::new(exchange)), config, memory, moment.now);
            verdict.checks = checks;
            verdict
        }
    }
}

pub fn event_malformed() -> Verdict<'static> {
    let reason = Reason::EventMalformed;
    let body = serde_json::json!({"status": 400, "reason": reason.as_str(), "message": reason.message()});
    let answer = crate::answer::answer(400).body("application/json", body.to_string());
    let checks = vec![Check { check: "event", outcome: reason.as_str() }];
    Verdict { step: Step::Done(Outcome::Respond(answer)), reason, route: None, subject: None, checks }
}
