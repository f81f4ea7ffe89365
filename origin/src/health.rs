//! Whether the app can do its work: asked by load balancers and people, without a token.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use catalog::MediaId;
use http::StatusCode;
use serde_json::json;

use crate::Problem;
use crate::app::App;

/// Longer than this is as good as no answer to whoever waits for the page.
const PATIENCE: Duration = Duration::from_secs(3);

/// `GET /health`: 200 where both stores answer, else 503 that names the ones that don't.
pub async fn health(State(app): State<Arc<App>>) -> Response {
    let (catalog, objects) = tokio::join!(answers(ask_catalog(&app)), answers(app.objects.ping()));
    let failed: Vec<&str> =
        [("catalog", catalog), ("objects", objects)].into_iter().filter(|(_, up)| !up).map(|(name, _)| name).collect();
    if failed.is_empty() {
        Json(json!({"status": "ok"})).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "unavailable", "failed": failed}))).into_response()
    }
}

async fn answers(question: impl Future<Output = Result<(), Problem>>) -> bool {
    matches!(tokio::time::timeout(PATIENCE, question).await, Ok(Ok(())))
}

/// Looks for one row by its key: the cheapest thing that any store can be asked.
async fn ask_catalog(app: &App) -> Result<(), Problem> {
    let id = MediaId::try_from("health".to_owned()).map_err(|e| Problem::internal(&e))?;
    app.catalog.find(&id).await?;
    Ok(())
}
