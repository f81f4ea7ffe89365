//! What every operation may answer instead of what it is for, for the description of the API.

use std::collections::BTreeMap;

use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

use crate::problem::{Details, MEDIA_TYPE};

/// Refusals that any operation may meet.
pub struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let what = [
            ("400", "The request cannot be read."),
            ("401", "There is no valid session."),
            ("403", "This person may not do this."),
            ("404", "There is nothing there, or nothing that this person may know of."),
            ("409", "Things are not as the request takes them to be."),
            ("413", "The body is too large."),
            ("415", "The body is not of the type that is taken here."),
            ("422", "A value cannot be taken; `field` names it."),
            ("503", "A part of the service does not answer; try again."),
        ];
        what.map(|(status, text)| (status.to_owned(), RefOr::T(problem(text)))).into()
    }
}

fn problem(text: &str) -> Response {
    let schema = Ref::from_schema_name(Details::name());
    ResponseBuilder::new()
        .description(text)
        .content(MEDIA_TYPE, ContentBuilder::new().schema(Some(schema)).build())
        .build()
}

/// Has the schema that [`Refusals`] refers to in the description.
pub fn details() -> (String, RefOr<utoipa::openapi::Schema>) {
    (Details::name().into_owned(), Details::schema())
}
