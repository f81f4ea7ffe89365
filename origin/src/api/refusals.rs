//! What every operation may answer instead of what it is for, for the description of the API.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder, Schema};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

use super::media::Whose;
use crate::problem::{Details, MEDIA_TYPE};

/// Refusals that any operation may meet.
pub struct Refusals;

/// What the edge answers where it lets a request go no further.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "written by the edge; described here with everything else")]
pub struct EdgeRefusal {
    /// The status of the answer.
    status: u16,
    /// Stable name of the cause, for programs.
    reason: String,
    /// A sentence for people.
    message: String,
    /// By which the log knows the request.
    request_id: String,
}

/// Status, name in the description, words, whether the edge answers so too.
const REFUSALS: [(&str, &str, &str, bool); 10] = [
    ("400", "BadRequest", "The request cannot be read.", true),
    ("401", "Unauthorized", "There is no valid session.", true),
    ("403", "Forbidden", "This person may not do this.", true),
    ("404", "NotFound", "There is nothing there, or nothing that this person may know of.", false),
    ("405", "MethodNotAllowed", "This address does not take this method.", true),
    ("409", "Conflict", "Things are not as the request takes them to be.", false),
    ("413", "TooLarge", "The body is too large.", false),
    ("415", "UnsupportedMediaType", "The body is not of the type that is taken here.", false),
    ("422", "Invalid", "A value cannot be taken; `field` names it.", false),
    ("503", "Unavailable", "A part of the service does not answer; try again.", true),
];

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let named = |(status, name, ..): (&str, &str, &str, bool)| {
            (status.to_owned(), RefOr::Ref(Ref::from_response_name(name)))
        };
        REFUSALS.map(named).into()
    }
}

/// What [`Refusals`] refers to.
pub fn responses() -> Vec<(String, RefOr<Response>)> {
    REFUSALS.map(|(_, name, text, by_edge)| (name.to_owned(), RefOr::T(problem(text, by_edge)))).to_vec()
}

fn problem(text: &str, by_edge: bool) -> Response {
    let content = |name| ContentBuilder::new().schema(Some(Ref::from_schema_name(name))).build();
    let response = ResponseBuilder::new().description(text).content(MEDIA_TYPE, content(Details::name()));
    if by_edge { response.content("application/json", content(EdgeRefusal::name())).build() } else { response.build() }
}

/// Schemas that the description refers to where the macros do not see it.
pub fn schemas() -> Vec<(String, RefOr<Schema>)> {
    vec![
        (Details::name().into_owned(), Details::schema()),
        (EdgeRefusal::name().into_owned(), EdgeRefusal::schema()),
        (Whose::name().into_owned(), Whose::schema()),
    ]
}
