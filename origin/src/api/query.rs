//! A query string, read so that a refusal names the parameter.

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use serde::de::{DeserializeOwned, IntoDeserializer};

use crate::Problem;
use crate::app::PAGE;

/// The most rows in one answer.
pub const MAX_LIMIT: usize = 100;

/// A query string of that shape. Parameters are text there; what they must be is said where they are used.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        serde_urlencoded::from_str(query).map(Self).map_err(|_| {
            let detail = "Each parameter of the query may be given at most once.";
            Problem::new(StatusCode::BAD_REQUEST, "query_unreadable", detail)
        })
    }
}

/// `limit`: 1 to [`MAX_LIMIT`], [`PAGE`] where it is not given.
pub fn limit(text: Option<&str>) -> Result<usize, Problem> {
    let Some(text) = text else { return Ok(PAGE) };
    let limit = text.parse().ok().filter(|n| (1..=MAX_LIMIT).contains(n));
    limit.ok_or_else(|| {
        Problem::invalid("limit", "out_of_range", format!("limit must be a whole number from 1 to {MAX_LIMIT}."))
    })
}

/// A parameter that is one of some names; absent or empty: none.
pub fn choice<T: DeserializeOwned>(name: &'static str, text: Option<&str>) -> Result<Option<T>, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let deserializer: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = text.into_deserializer();
    T::deserialize(deserializer).map(Some).map_err(|e| {
        let message = e.to_string();
        let expected = message.split_once("expected ").map_or("another value", |(_, expected)| expected);
        Problem::invalid(name, "not_a_choice", format!("{name}: expected {expected}."))
    })
}
