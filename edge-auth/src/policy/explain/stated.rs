//! Claims that a person writes down, read with the types that a token's must have.

use serde_json::{Map, Value};

use crate::reason::Reason;
use crate::rule::ClaimSource;

/// Claims that nobody has signed. They are good for explaining, and nothing that decides takes them.
#[derive(Clone, Copy)]
pub(super) struct StatedClaims<'c>(pub &'c Map<String, Value>);

impl ClaimSource for StatedClaims<'_> {
    fn groups(&self) -> Result<Option<Vec<String>>, Reason> {
        let Some(claim) = self.0.get("cognito:groups") else { return Ok(None) };
        let names = claim.as_array().into_iter().flatten().map(|name| name.as_str().map(str::to_owned));
        let names = names.collect::<Option<Vec<_>>>().filter(|_| claim.is_array());
        names.map(Some).ok_or(Reason::ClaimMalformed)
    }

    fn scopes(&self) -> Result<Vec<&str>, Reason> {
        let scopes = self.text("scope")?.unwrap_or_default();
        Ok(scopes.split(' ').filter(|scope| !scope.is_empty()).collect())
    }

    fn text(&self, name: &str) -> Result<Option<&str>, Reason> {
        let claim = self.0.get(name);
        claim.map(|claim| claim.as_str().ok_or(Reason::ClaimMalformed)).transpose()
    }
}
