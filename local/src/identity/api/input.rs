//! Reading a call's input field by field, so that an error names the field and never its value.

use super::error::ApiError;
use crate::identity::directory::{RefreshToken, User};
use crate::identity::tokens::API_SCOPE;
use crate::identity::{Client, Identity, POOL_ID};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A JSON object of the input: the whole of it, or one of its fields.
pub(super) struct Input<'a>(Cow<'a, Map<String, Value>>);

impl Input<'_> {
    /// Parses a request body.
    pub(super) fn parse(body: &[u8]) -> Result<Input<'static>, ApiError> {
        serde_json::from_slice(body).map(|map| Input(Cow::Owned(map))).map_err(|_| ApiError::Serialization)
    }

    /// A text that must be there and not be empty.
    pub(super) fn text(&self, name: &str) -> Result<&str, ApiError> {
        self.optional_text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| missing(name))
    }

    /// A text that may be there.
    pub(super) fn optional_text(&self, name: &str) -> Result<Option<&str>, ApiError> {
        self.field(name).map(|value| value.as_str().ok_or_else(|| wrong(name, "a string"))).transpose()
    }

    /// Whether the field is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    /// A flag; missing is false.
    pub(super) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        self.field(name).map_or(Ok(false), |value| value.as_bool().ok_or_else(|| wrong(name, "true or false")))
    }

    /// A whole number that may be there.
    pub(super) fn optional_number(&self, name: &str) -> Result<Option<u64>, ApiError> {
        self.field(name).map(|value| value.as_u64().ok_or_else(|| wrong(name, "a whole number"))).transpose()
    }

    /// An object; missing is an empty one.
    pub(super) fn object(&self, name: &str) -> Result<Input<'_>, ApiError> {
        match self.field(name) {
            None => Ok(Input(Cow::Owned(Map::new()))),
            Some(Value::Object(map)) => Ok(Input(Cow::Borrowed(map))),
            Some(_) => Err(wrong(name, "an object")),
        }
    }

    /// A list of `{"Name", "Value"}`.
    pub(super) fn attributes(&self, name: &str) -> Result<BTreeMap<String, String>, ApiError> {
        let Some(list) = self.field(name) else { return Ok(BTreeMap::new()) };
        let pair = |item: &Value| {
            let name = item.get("Name")?.as_str()?;
            Some((name.to_owned(), item.get("Value").and_then(Value::as_str).unwrap_or_default().to_owned()))
        };
        let pairs = list.as_array().and_then(|items| items.iter().map(pair).collect());
        pairs.ok_or_else(|| wrong(name, "a list of {Name, Value}"))
    }

    /// A list of texts; missing is an empty one.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&str>, ApiError> {
        let Some(list) = self.field(name) else { return Ok(Vec::new()) };
        let texts = list.as_array().and_then(|items| items.iter().map(Value::as_str).collect());
        texts.ok_or_else(|| wrong(name, "a list of strings"))
    }

    /// How many of `at most` in one answer; like Cognito's, 0 means no limit of the caller's own.
    pub(super) fn limit(&self, at_most: u64) -> Result<usize, ApiError> {
        let limit = self.optional_number("Limit")?.unwrap_or(0);
        if limit > at_most {
            return Err(ApiError::InvalidParameter(format!("Limit must be at most {at_most}")));
        }
        Ok(usize::try_from(if limit == 0 { at_most } else { limit }).unwrap_or(usize::MAX))
    }

    /// The person whose `AccessToken` it is. The token must be live and from the API, not from the hosted pages.
    pub(super) fn person(&self, identity: &Identity) -> Result<User, ApiError> {
        let access =
            identity.verify_access(self.text("AccessToken")?).ok_or(ApiError::NotAuthorized("Invalid Access Token"))?;
        if !access.scope.split(' ').any(|scope| scope == API_SCOPE) {
            return Err(ApiError::NotAuthorized("Access Token does not have required scopes"));
        }
        identity.store.read(|directory| {
            let of_it = |refresh: &RefreshToken| refresh.origin_jti == access.origin_jti;
            if !directory.refresh_tokens.values().any(of_it) {
                return Err(ApiError::NotAuthorized("Access Token has been revoked"));
            }
            let user = directory.user(&access.username).ok_or(ApiError::UserNotFound)?;
            if user.enabled { Ok(user.clone()) } else { Err(ApiError::NotAuthorized("User is disabled.")) }
        })
    }

    /// The client that `ClientId` names.
    pub(super) fn client<'i>(&self, identity: &'i Identity) -> Result<&'i Client, ApiError> {
        let id = self.text("ClientId")?;
        let unknown = || ApiError::ResourceNotFound(format!("User pool client {id} does not exist."));
        identity.client(id).ok_or_else(unknown)
    }

    /// Checks that `UserPoolId` names the one pool.
    pub(super) fn check_pool(&self) -> Result<(), ApiError> {
        match self.text("UserPoolId")? {
            POOL_ID => Ok(()),
            other => Err(ApiError::ResourceNotFound(format!("User pool {other} does not exist."))),
        }
    }

    /// A field that is there and not null.
    fn field(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}

fn missing(name: &str) -> ApiError {
    ApiError::InvalidParameter(format!("Missing required parameter {name}"))
}

fn wrong(name: &str, expected: &str) -> ApiError {
    ApiError::InvalidParameter(format!("{name} must be {expected}"))
}
