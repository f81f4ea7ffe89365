//! The web app behind an API Gateway HTTP API.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use origin_lambda::{PassKeys, Started};

fn main() -> std::process::ExitCode {
    origin_lambda::main(|Started { origin, keys }| async move {
        keys.refresh().await;
        lambda_http::run(origin.router().layer(from_fn_with_state(keys, refreshed))).await
    })
}

async fn refreshed(State(keys): State<Arc<PassKeys>>, request: Request, next: Next) -> Response {
    keys.refresh().await;
    next.run(request).await
}
