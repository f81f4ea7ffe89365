//! A rule part by part.

use serde::Serialize;
use serde_json::json;

use crate::path;
use crate::policy::{Allow, Captures, TokenUse};
use crate::reason::Reason;
use crate::rule;
use crate::token::Claims;

/// One part of a rule and what comes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RulePart {
    /// As in the policy: `{claim: sub, equals_path: owner}`.
    pub rule: String,
    /// Whether it holds.
    pub outcome: Outcome,
    /// What was found.
    pub because: String,
    /// What it is made of, for `any` and `all`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<RulePart>,
}

/// Whether a part of a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It does.
    Holds,
    /// It does not.
    DoesNotHold,
    /// A claim that it reads has the wrong type: the whole rule refuses.
    ClaimMalformed,
    /// There are no claims to judge it by.
    NotJudged,
}

/// The rule and its parts; each outcome is the decision's own.
pub(super) fn rule(allow: &Allow, claims: Option<&Claims>, captures: &Captures<'_>) -> RulePart {
    let parts = match allow {
        Allow::Any(rules) | Allow::All(rules) => rules.iter().map(|part| rule(part, claims, captures)).collect(),
        _ => Vec::new(),
    };
    let (outcome, because) = match (allow, claims) {
        (Allow::Anyone, _) => (Outcome::Holds, "everybody may".to_owned()),
        (Allow::Pass, _) => (Outcome::NotJudged, "the pass in the path decides, and the function reads it".to_owned()),
        (_, None) => (Outcome::NotJudged, "there is no token".to_owned()),
        (_, Some(claims)) => {
            let outcome = match rule::check(allow, claims, captures) {
                Ok(()) => Outcome::Holds,
                Err(Reason::ClaimMalformed) => Outcome::ClaimMalformed,
                Err(_) => Outcome::DoesNotHold,
            };
            (outcome, because(allow, claims, captures, &parts))
        }
    };
    RulePart { rule: text(allow), outcome, because, parts }
}

/// Whether claims are those of a token that is taken here, and the reason where they are not.
pub(super) fn token(wanted: TokenUse, claims: Option<&Claims>) -> (RulePart, Option<Reason>) {
    let rule = match wanted {
        TokenUse::Access => "a valid access token",
        TokenUse::Id => "a valid ID token",
        TokenUse::Either => "a valid token",
    };
    let (outcome, because, reason) = match claims {
        None => (Outcome::DoesNotHold, "there is none".to_owned(), Some(Reason::NoToken)),
        Some(claims) => match (claims.check_text("token_use").unwrap_or_default(), wanted) {
            (Some(found @ "access"), TokenUse::Id) | (Some(found @ "id"), TokenUse::Access) => {
                (Outcome::DoesNotHold, format!("token_use is {found:?}"), Some(Reason::TokenUseWrong))
            }
            _ if claims.check_text("sub").is_err() => {
                (Outcome::ClaimMalformed, "sub is no text".to_owned(), Some(Reason::ClaimMalformed))
            }
            _ if claims.groups().is_err() => {
                let because = "cognito:groups is no list of texts".to_owned();
                (Outcome::ClaimMalformed, because, Some(Reason::ClaimMalformed))
            }
            _ => (Outcome::Holds, "the claims are taken as those of one".to_owned(), None),
        },
    };
    (RulePart { rule: rule.to_owned(), outcome, because, parts: Vec::new() }, reason)
}

/// The part as it stands in the policy.
fn text(allow: &Allow) -> String {
    let list = |name: &str, names: &[String]| format!("{{{name}: [{}]}}", names.join(", "));
    match allow {
        Allow::Anyone => "anyone".to_owned(),
        Allow::SignedIn => "signed_in".to_owned(),
        Allow::Pass => "pass".to_owned(),
        Allow::GroupsAny(names) => list("groups_any", names),
        Allow::GroupsAll(names) => list("groups_all", names),
        Allow::ScopesAny(names) => list("scopes_any", names),
        Allow::ScopesAll(names) => list("scopes_all", names),
        Allow::ClaimIn { claim, values } => format!("{{claim: {claim}, in: [{}]}}", values.join(", ")),
        Allow::ClaimEqualsPath { claim, segment } => format!("{{claim: {claim}, equals_path: {segment}}}"),
        Allow::Any(_) => "any".to_owned(),
        Allow::All(_) => "all".to_owned(),
    }
}

fn because(allow: &Allow, claims: &Claims, captures: &Captures<'_>, parts: &[RulePart]) -> String {
    match allow {
        Allow::Anyone | Allow::Pass | Allow::SignedIn => "there is a token".to_owned(),
        Allow::GroupsAny(_) | Allow::GroupsAll(_) => match claims.groups() {
            Ok(Some(groups)) => format!("cognito:groups is {}", json!(groups)),
            Ok(None) => "there is no cognito:groups".to_owned(),
            Err(_) => "cognito:groups is no list of texts".to_owned(),
        },
        Allow::ScopesAny(_) | Allow::ScopesAll(_) => found(claims, "scope"),
        Allow::ClaimIn { claim, .. } => found(claims, claim),
        Allow::ClaimEqualsPath { claim, segment } => {
            let raw = captures.raw(segment).unwrap_or_default();
            let decoded = path::decode(raw).unwrap_or_default();
            format!("{}, {{{segment}}} is {decoded:?}", found(claims, claim))
        }
        Allow::Any(_) | Allow::All(_) => {
            let holding = parts.iter().filter(|part| part.outcome == Outcome::Holds).count();
            format!("{holding} of {} hold", parts.len())
        }
    }
}

fn found(claims: &Claims, name: &str) -> String {
    match claims.check_text(name) {
        Ok(Some(text)) => format!("{name} is {text:?}"),
        Ok(None) => format!("there is no {name}"),
        Err(_) => format!("{name} is no text"),
    }
}
