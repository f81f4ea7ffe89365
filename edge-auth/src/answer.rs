//! Building the answers that the function gives itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use crate::event::{Headers, Response};

/// An answer that is never cached, to be added to.
pub fn answer(status: u16) -> Response {
    let answer = Response {
        status: status.to_string(),
        status_description: phrase(status).to_owned(),
        headers: Headers::new(),
        body: String::new(),
    };
    answer.with("Cache-Control", "no-store")
}

impl Response {
    /// Adds a header line.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.headers.add(key, value.into());
        self
    }

    /// Sets the body and its type.
    #[must_use]
    pub(crate) fn body(mut self, content_type: &str, body: String) -> Self {
        self.body = body;
        self.with("Content-Type", content_type).with("X-Content-Type-Options", "nosniff")
    }
}

const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto 0;padding:0 1.25rem;\
color:#1c2024;background:#f6f6f3}h1{font-size:1.5rem}a{color:#0f6b63}button{font:inherit;padding:.6rem 1.2rem;border:0;\
border-radius:.5rem;background:#0f6b63;color:#fff;cursor:pointer}small{color:#60646c}\
@media(prefers-color-scheme:dark){body{color:#eceef0;background:#131516}a{color:#5fc7ba}small{color:#a0a4ab}}";

/// A plain page. It reflects nothing: `title` and `content` are ours, `content` is HTML. `form_to` is where else its form may end.
pub fn page(status: u16, title: &str, content: &str, form_to: &str) -> Response {
    let style = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self' {form_to}; base-uri 'none'; frame-ancestors 'none'"
    );
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style><main><h1>{title}</h1>{content}</main></html>"
    );
    answer(status)
        .with("Content-Security-Policy", policy)
        .with("Referrer-Policy", "no-referrer")
        .body("text/html; charset=utf-8", body)
}

fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        302 => "Found",
        303 => "See Other",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        502 => "Bad Gateway",
        _ => "Service Unavailable",
    }
}
