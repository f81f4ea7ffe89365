//! The JSON API, and its description.

mod account;
mod admin;
mod body;
pub mod collections;
mod description;
mod groups;
mod licences;
mod links;
pub mod media;
mod once;
pub mod people;
pub mod profile;
mod query;
mod refusals;
pub mod site;
mod text;
mod uploads;
mod usage;
mod webhooks;

use std::sync::Arc;

use axum::body::HttpBody;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use description::{description, page as documentation};
pub use once::once;
pub use query::Query;
pub use text::random;
pub use uploads::LARGEST as LARGEST_UPLOAD;

use crate::Problem;
use crate::app::App;

/// JSON bodies here are some fields; more than this is no request of ours. Bytes.
const MAX_BODY: usize = 64 * 1024;

/// Every route of the API that demands a session.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    let json = OpenApiRouter::new()
        .merge(media::routes())
        .merge(uploads::routes())
        .merge(profile::routes())
        .routes(routes!(usage::usage))
        .merge(collections::routes())
        .merge(links::routes())
        .merge(webhooks::routes())
        .merge(licences::routes())
        .routes(routes!(account::export))
        .routes(routes!(account::delete))
        .routes(routes!(account::token))
        .merge(admin::routes())
        .merge(people::routes())
        .merge(groups::routes())
        .layer(from_fn(demand_json))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    json.merge(uploads::form_routes())
}

/// Routes of the API for anybody.
pub fn open_routes() -> OpenApiRouter<Arc<App>> {
    links::open_routes().layer(from_fn(demand_json)).layer(DefaultBodyLimit::max(MAX_BODY))
}

/// Routes for clients written against earlier systems: other names of what is in [`routes()`].
pub fn aliases() -> axum::Router<Arc<App>> {
    use axum::routing::{get, post};
    axum::Router::new()
        .route("/avatars/key_upload", post(profile::take_avatar))
        .route("/api/profile/update", post(profile::change))
        .layer(from_fn(demand_json))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .route("/watch", get(site::watch))
}

/// Refuses a body that is not declared as JSON: a form on another site cannot send that type without asking first.
async fn demand_json(request: Request, next: Next) -> Result<Response, Problem> {
    let has_body = !request.body().is_end_stream();
    if has_body && !request.method().is_safe() && !is_json(request.headers()) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_type_not_json",
            "The body's content-type must be application/json.",
        ));
    }
    Ok(next.run(request).await)
}

/// The path is there, the method is not. The answer's `allow` header says which are.
pub async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take this method.")
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).and_then(|v| v.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
