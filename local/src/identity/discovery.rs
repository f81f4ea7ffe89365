//! The issuer's `.well-known` documents: its public keys and where its endpoints are.

use super::{Identity, POOL_ID};
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::Arc;

/// `jwks.json` and `openid-configuration` under the issuer.
pub(super) fn routes() -> Router<Arc<Identity>> {
    Router::new()
        .route(&format!("/{POOL_ID}/.well-known/jwks.json"), get(jwks))
        .route(&format!("/{POOL_ID}/.well-known/openid-configuration"), get(openid_configuration))
}

async fn jwks(State(identity): State<Arc<Identity>>) -> Json<Value> {
    Json(identity.jwks())
}

async fn openid_configuration(State(identity): State<Arc<Identity>>) -> Json<Value> {
    let base = &identity.config.base_url;
    let issuer = identity.issuer();
    Json(json!({
        "authorization_endpoint": format!("{base}/oauth2/authorize"),
        "code_challenge_methods_supported": ["S256"],
        "end_session_endpoint": format!("{base}/logout"),
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "issuer": issuer,
        "response_types_supported": ["code"],
        "revocation_endpoint": format!("{base}/oauth2/revoke"),
        "scopes_supported": super::hosted::SCOPES,
        "subject_types_supported": ["public"],
        "token_endpoint": format!("{base}/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["none"],
    }))
}
