//! A JSON object as a request's body, read so that a refusal names the field.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::Problem;

/// A body that was a JSON object of that shape.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                "The body is larger than this address takes. Files go to the presigned URL, not here.",
            ),
            _ => Problem::new(StatusCode::BAD_REQUEST, "body_unreadable", "The body could not be read to its end."),
        })?;
        read(&body).map(Self)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let unreadable = |reason, detail: String| Problem::new(StatusCode::BAD_REQUEST, reason, detail);
    // A struct may be written as an array, says serde; says nobody who reads the schema.
    let first = body.iter().find(|b| !b.is_ascii_whitespace());
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut json);
    let read = read.map_err(|e| (e.path().to_string(), e.into_inner())).and_then(|value| match json.end() {
        Ok(()) => Ok(value),
        Err(e) => Err((String::new(), e)),
    });
    match read {
        Err((_, e)) if e.classify() != Category::Data => {
            Err(unreadable("body_not_json", format!("The body is not JSON: line {}, column {}.", e.line(), e.column())))
        }
        _ if first != Some(&b'{') => Err(unreadable("body_not_object", "The body must be a JSON object.".to_owned())),
        Ok(value) => Ok(value),
        Err((path, e)) => Err(refusal(&path, &e.to_string())),
    }
}

/// What serde says of a value, as a refusal that names the field.
fn refusal(path: &str, message: &str) -> Problem {
    // "… at line 1 column 9" says where in the text; the field says it better.
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    let named = |what: &str| {
        let name = message.strip_prefix(what)?.strip_prefix(" `")?.split('`').next()?;
        Some(if path == "." { name.to_owned() } else { format!("{path}.{name}") })
    };
    if let Some(field) = named("missing field") {
        let detail = format!("{field} is missing.");
        return Problem::invalid(field, "missing", detail);
    }
    if message.starts_with("unknown field") {
        return Problem::invalid(path.to_owned(), "unknown_field", format!("{path} is not known here."));
    }
    let expected = match message.split_once("expected ").map(|(_, expected)| expected) {
        Some("a string") => "a text",
        Some("u64" | "u32" | "usize") => "a whole number, 0 or greater",
        Some("a boolean") => "true or false",
        Some("a sequence") => "a list",
        Some(other) => other,
        None => message,
    };
    Problem::invalid(path.to_owned(), "wrong_type", format!("{path}: expected {expected}."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, dead_code)]

    use serde::Deserialize;

    use super::read;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        name: String,
        size: u64,
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        on: bool,
    }

    #[test]
    fn a_refusal_names_the_field_and_what_was_expected() {
        let table = [
            (r#"{"size":1}"#, "name", "missing", "name is missing."),
            (r#"{"name":7,"size":1}"#, "name", "wrong_type", "name: expected a text."),
            (r#"{"name":"a","size":-1}"#, "size", "wrong_type", "size: expected a whole number, 0 or greater."),
            (r#"{"name":"a","size":1,"x":1}"#, "x", "unknown_field", "x is not known here."),
            (r#"{"name":"a","size":1,"inner":{}}"#, "inner.on", "missing", "inner.on is missing."),
            (
                r#"{"name":"a","size":1,"inner":{"on":1}}"#,
                "inner.on",
                "wrong_type",
                "inner.on: expected true or false.",
            ),
        ];
        for (body, field, reason, detail) in table {
            let problem = read::<Sample>(body.as_bytes()).unwrap_err();
            assert_eq!(
                (problem.field.as_deref(), problem.reason, problem.detail.as_str()),
                (Some(field), reason, detail)
            );
        }
        for (body, reason) in [
            ("", "body_not_json"),
            ("{", "body_not_json"),
            (r#"{"name":"a","size":1} x"#, "body_not_json"),
            ("[1]", "body_not_object"),
            (r#"["a",1,null]"#, "body_not_object"),
            ("null", "body_not_object"),
        ] {
            assert_eq!(read::<Sample>(body.as_bytes()).unwrap_err().reason, reason, "{body}");
        }
    }
}
