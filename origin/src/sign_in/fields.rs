//! The fields of a form.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::page;

/// What a form brought, each field once.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// A field as it was typed; one that is missing or there twice is empty.
    pub fn text(&self, name: &str) -> &str {
        let mut values = self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
        let first = values.next().unwrap_or_default();
        if values.next().is_some() { "" } else { first }
    }

    /// The same without white space around it: a name, a code.
    pub fn word(&self, name: &str) -> &str {
        self.text(name).trim()
    }

    /// A code, without the spaces that people and apps write into it.
    pub fn code(&self, name: &str) -> String {
        self.text(name).chars().filter(|char| !char.is_whitespace()).collect()
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let is_form = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            let essence = value.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        let refused = |status, advice| page::message(status, "This form cannot be read", advice);
        if !is_form {
            return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send it with the button on this site's page."));
        }
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| refused(rejection.status(), "It is longer than anything that these pages ask for."))?;
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }
}
