//! `outputs.json`: this site for `stagedoor doctor`, in the form in which Terraform gives a site on AWS.

use local::identity::Identity;
use serde_json::{Value, json};

/// The name in the data directory.
pub const FILE: &str = "outputs.json";

/// `edge_json` is what the edge function is deployed with. The edge here puts fewer headers on than CloudFront does: none that a
/// browser would keep for everything else that is served from `localhost`.
pub fn outputs(edge_url: &str, edge_json: &Value, identity: &Identity) -> Value {
    let part = |pointer: &str| edge_json.pointer(pointer).cloned().unwrap_or_default();
    let keys = identity.jwks();
    let keys = keys.get("keys").and_then(Value::as_array).into_iter().flatten();
    let static_files: Vec<String> = origin::static_files().map(|file| file.path).collect();
    let doctor = json!({
        "url": edge_url,
        "issuer": identity.issuer(),
        "jwks_uri": part("/deployment/issuers/0/jwks_uri"),
        "key_ids": keys.filter_map(|key| key.get("kid")).collect::<Vec<_>>(),
        "sign_in": part("/deployment/sign_in"),
        "static_files": static_files,
        "headers": {
            "app": {"x-content-type-options": "nosniff", "referrer-policy": "same-origin"},
            "site": {"x-content-type-options": "nosniff"},
        },
        "policy": part("/policy"),
    });
    json!({"url": {"value": edge_url}, "doctor": {"value": doctor}})
}
