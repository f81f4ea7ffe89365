//! A token for a pass: what a route with `answer: {pass: …}` says itself.

use super::Context;
use crate::answer::answer;
use crate::event::Response;
use crate::memory::Known;
use crate::pass::{Grant, LONGEST_SUBJECT, mint};
use crate::policy::{Captures, Route};
use crate::reason::Reason;
use crate::refusal::with_cors;

/// How many of the moment's random bytes name a pass.
const ID_BYTES: usize = 16;

/// The redirect to the same title with a pass in the path.
///
/// # Errors
/// [`Reason::KeysUnavailable`] where there is no key to make passes with, [`Reason::NotPermitted`] where no pass can hold what
/// this one would have to (a person's id or a path that is far too long).
pub fn pass(
    context: &Context<'_, '_>,
    route: &Route,
    captures: &Captures<'_>,
    known: &Known,
) -> Result<Response, Reason> {
    let (Some((prefix, ttl_seconds, rest)), Some(key)) =
        (route.opened(&context.request.uri, captures), context.config.pass_keys.first())
    else {
        return Err(Reason::KeysUnavailable);
    };
    let now = context.moment.now;
    let grant = Grant {
        id: context.moment.entropy.iter().copied().take(ID_BYTES).collect(),
        // Without it the pass could not be revoked together with the person's others.
        subject: known.session.subject().map(str::to_owned).filter(|sub| sub.len() <= LONGEST_SUBJECT),
        expires: now.saturating_add(ttl_seconds),
        not_before: None,
        issued_at: Some(now),
        prefix,
        networks: Vec::new(),
        methods: Vec::new(),
    };
    if grant.subject.is_none() {
        return Err(Reason::NotPermitted);
    }
    let pass = mint(&grant, key).map_err(|_| Reason::NotPermitted)?;
    let location = format!("{}{pass}{}{rest}", crate::policy::PASS_PREFIX, grant.prefix);
    Ok(with_cors(answer(302).with("Location", location).with("Referrer-Policy", "no-referrer"), context))
}
