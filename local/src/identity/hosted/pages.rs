//! What the pages look like and the headers they go out with. They hold no script.

use crate::identity::config::origin_of;
use crate::identity::{Client, IdentityError};
use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// The sign-in form.
#[derive(Template)]
#[template(path = "identity/login.html")]
pub(super) struct LoginPage<'a> {
    pub(super) client_name: &'a str,
    /// The query of the authorize request, as it came.
    pub(super) query: &'a str,
    pub(super) csrf: &'a str,
    pub(super) username: &'a str,
    pub(super) message: Option<&'a str>,
}

/// The form in which somebody with a temporary password chooses their own.
#[derive(Template)]
#[template(path = "identity/new_password.html")]
pub(super) struct NewPasswordPage<'a> {
    pub(super) query: &'a str,
    pub(super) csrf: &'a str,
    pub(super) username: &'a str,
    /// The secret of the challenge.
    pub(super) challenge: &'a str,
    pub(super) message: Option<&'a str>,
}

/// The form for a code of the second factor.
#[derive(Template)]
#[template(path = "identity/code.html")]
pub(super) struct CodePage<'a> {
    pub(super) query: &'a str,
    pub(super) csrf: &'a str,
    /// The secret of the challenge.
    pub(super) challenge: &'a str,
    /// Cognito's name of the factor.
    pub(super) factor: &'a str,
    /// Where the code comes from.
    pub(super) from: &'a str,
    pub(super) message: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "identity/error.html")]
struct ErrorPage<'a> {
    heading: &'a str,
    message: &'a str,
}

/// A page with a form that ends in a redirect to `redirect_uri`.
pub(super) fn form_page(status: StatusCode, page: &impl Template, redirect_uri: &str) -> Response {
    // Chromium holds redirects that follow a form to `form-action`, so the client's origin must be in it.
    html(status, page, &format!("'self' {}", origin_of(redirect_uri).unwrap_or_default()))
}

/// A page without a form.
pub(in crate::identity) fn page(status: StatusCode, page: &impl Template) -> Response {
    html(status, page, "'none'")
}

/// A page that says what is wrong with the request. `message` is ours: it holds nothing of the request.
pub(super) fn error_page(message: &str) -> Response {
    html(StatusCode::BAD_REQUEST, &ErrorPage { heading: "This sign-in link does not work", message }, "'none'")
}

/// A page for what is our own fault; the cause goes to the log.
pub(super) fn failure_page(error: &IdentityError) -> Response {
    tracing::error!(%error, "a sign-in page failed");
    let page =
        ErrorPage { heading: "Something went wrong", message: "The fault is on our side. Try again in a moment." };
    html(StatusCode::INTERNAL_SERVER_ERROR, &page, "'none'")
}

/// A redirect that no cache keeps.
pub(super) fn redirect(status: StatusCode, location: &str) -> Response {
    match HeaderValue::try_from(location) {
        Ok(location) => (status, [(header::LOCATION, location), (header::CACHE_CONTROL, NO_STORE)]).into_response(),
        Err(_) => error_page("the address to go to is not valid"),
    }
}

/// Adds a `set-cookie` header.
pub(super) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// `/login.css`.
pub(super) async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, include_str!("login.css")).into_response()
}

/// The name on the page; a client without one is called by its id.
pub(super) fn display_name(client: &Client) -> &str {
    if client.name.is_empty() { &client.id } else { &client.name }
}

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

fn html(status: StatusCode, page: &impl Template, form_action: &str) -> Response {
    let Ok(body) = page.render() else {
        tracing::error!("a sign-in page could not be rendered");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    );
    let mut response = (status, Html(body)).into_response();
    let headers = response.headers_mut();
    for (name, value) in FIXED_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

const FIXED_HEADERS: [(HeaderName, &str); 3] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // The query of the page holds the client's state.
    (header::REFERRER_POLICY, "same-origin"),
];
