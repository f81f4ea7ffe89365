//! `/health`.

use http::StatusCode;
use serde_json::json;

use crate::world::{World, request};

#[tokio::test]
async fn well_without_a_token() {
    let answer = World::new().await.send(request("GET", "/health", None, None)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json(), json!({"status": "ok"}));
}

#[tokio::test]
async fn names_the_store_that_failed_and_no_more() {
    let world = World::new().await;
    world.objects.fail();
    let answer = world.send(request("GET", "/health", None, None)).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json(), json!({"status": "unavailable", "failed": ["objects"]}));

    let answer = World::without_catalog().await.send(request("GET", "/health", None, None)).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json(), json!({"status": "unavailable", "failed": ["catalog"]}));
}
