//! Forms are taken from our own pages alone: nobody else's page may sign a person in, or out of what they were doing.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::app::App;
use crate::sign_in::page;

/// Refuses what is sent from elsewhere, as the edge does where a cookie authorises.
pub async fn own_pages_only(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_own_page(&app, request.headers()) {
        return next.run(request).await;
    }
    let advice = "This form was sent from another site, or from a page that is out of date. Begin again on this one.";
    page::message(StatusCode::FORBIDDEN, "Signing in did not work", advice)
}

fn is_own_page(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    // The edge writes this header and takes a client's out.
    let own = text("x-stagedoor-host").map(|host| format!("{}://{host}", app.verifier.config().scheme.as_str()));
    edge_auth::is_own_page(text("sec-fetch-site"), text("origin"), |origin| own.as_deref() == Some(origin))
}
