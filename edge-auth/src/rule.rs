//! Whether a token's claims satisfy a route's rule.

use crate::path;
use crate::policy::{Allow, Captures};
use crate::reason::Reason;
use crate::token::Claims;

/// Checks the rule against the claims of a token that is already known to be good. A claim is read where the rule speaks
/// of it and nowhere else.
///
/// # Errors
/// [`Reason::NotPermitted`], or [`Reason::ClaimMalformed`] where a claim that the rule reads has the wrong type.
pub fn check(allow: &Allow, claims: &Claims, captures: &Captures<'_>) -> Result<(), Reason> {
    if holds(allow, claims, captures)? { Ok(()) } else { Err(Reason::NotPermitted) }
}

fn holds(allow: &Allow, claims: &Claims, captures: &Captures<'_>) -> Result<bool, Reason> {
    Ok(match allow {
        Allow::Anyone | Allow::SignedIn => true,
        // A pass is checked by the CloudFront Function; a token is none.
        Allow::Pass => false,
        Allow::GroupsAny(names) => {
            let groups = claims.groups()?.unwrap_or_default();
            names.iter().any(|name| groups.contains(&name.as_str()))
        }
        Allow::GroupsAll(names) => {
            let groups = claims.groups()?.unwrap_or_default();
            names.iter().all(|name| groups.contains(&name.as_str()))
        }
        Allow::ScopesAny(names) => {
            let scopes = claims.scopes()?;
            names.iter().any(|name| scopes.contains(&name.as_str()))
        }
        Allow::ScopesAll(names) => {
            let scopes = claims.scopes()?;
            names.iter().all(|name| scopes.contains(&name.as_str()))
        }
        Allow::ClaimIn { claim, values } => {
            claims.check_text(claim)?.is_some_and(|actual| values.iter().any(|value| value == actual))
        }
        Allow::ClaimEqualsPath { claim, segment } => {
            let segment = captures.raw(segment).and_then(path::decode);
            let claim = claims.check_text(claim)?;
            matches!((claim, segment), (Some(claim), Some(segment)) if claim == segment)
        }
        // Every arm is read, also where the outcome is clear: what is malformed refuses, wherever it stands.
        Allow::Any(rules) => {
            let mut any = false;
            for rule in rules {
                any |= holds(rule, claims, captures)?;
            }
            any
        }
        Allow::All(rules) => {
            let mut all = true;
            for rule in rules {
                all &= holds(rule, claims, captures)?;
            }
            all
        }
    })
}
