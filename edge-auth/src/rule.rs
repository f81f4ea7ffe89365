//! Whether a verified session satisfies a route's rule.

use crate::path;
use crate::policy::{Allow, Captures};
use crate::reason::Reason;
use crate::token::VerifiedSession;

/// Checks the rule.
///
/// # Errors
/// [`Reason::NotPermitted`], or [`Reason::ClaimMalformed`] where a claim that the rule reads has the wrong type.
pub fn check(allow: &Allow, session: &VerifiedSession, captures: &Captures<'_>) -> Result<(), Reason> {
    if holds(allow, session, captures)? { Ok(()) } else { Err(Reason::NotPermitted) }
}

fn holds(allow: &Allow, session: &VerifiedSession, captures: &Captures<'_>) -> Result<bool, Reason> {
    let claims = session.claims();
    let in_group = |name: &String| session.groups().contains(name);
    Ok(match allow {
        Allow::Anyone | Allow::SignedIn => true,
        // A pass is checked by the CloudFront Function; a token is none.
        Allow::Pass => false,
        Allow::GroupsAny(names) => names.iter().any(in_group),
        Allow::GroupsAll(names) => names.iter().all(in_group),
        Allow::ScopesAny(names) => {
            let scopes = claims.scopes()?;
            names.iter().any(|n| scopes.contains(&n.as_str()))
        }
        Allow::ScopesAll(names) => {
            let scopes = claims.scopes()?;
            names.iter().all(|n| scopes.contains(&n.as_str()))
        }
        Allow::ClaimIn { claim, values } => {
            claims.check_text(claim)?.is_some_and(|actual| values.iter().any(|v| v == actual))
        }
        Allow::ClaimEqualsPath { claim, segment } => {
            let segment = captures.raw(segment).and_then(path::decode);
            let claim = claims.check_text(claim)?;
            matches!((claim, segment), (Some(claim), Some(segment)) if claim == segment)
        }
        Allow::Any(rules) => {
            let mut any = false;
            for rule in rules {
                any |= holds(rule, session, captures)?;
            }
            any
        }
        Allow::All(rules) => {
            let mut all = true;
            for rule in rules {
                all &= holds(rule, session, captures)?;
            }
            all
        }
    })
}
