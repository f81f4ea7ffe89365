//! Functions, events and stores for the tests.

use std::sync::Arc;

use edge_auth::policy::Policy;
use local::edge::{CloudFrontFunction, FunctionAnswer, FunctionOutcome, KeyValues, StoreFailure};
use serde_json::{Value, json};

use crate::reference::{Asked, Store};

/// A policy with these fields beside version and routes.
pub fn policy(fields: Value) -> Policy {
    let mut whole = json!({
        "version": 1,
        "cors": {"allow_origins": ["https://app.example.com"]},
        "routes": [
            {"path": "/open/*", "allow": "anyone", "gate": "function", "origin": "app", "methods": "all"},
            {"path": "/p/*", "allow": "pass", "gate": "function", "origin": "media", "cache": "media"},
        ],
    });
    whole.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    Policy::from_json(&whole).unwrap()
}

/// Nothing but passes, as most have it: what the function need not do is left out of it.
pub fn only_passes() -> Value {
    json!({"routes": [{"path": "/p/*", "allow": "pass", "gate": "function", "origin": "media", "cache": "media"}]})
}

/// The emitted text.
pub fn text(fields: Value) -> String {
    viewer_function::emit(&policy(fields)).unwrap()
}

/// The emitted function.
pub fn function(fields: Value) -> CloudFrontFunction {
    CloudFrontFunction::load(&text(fields)).unwrap()
}

/// What runs where all is well: three keys' worth of nothing.
pub fn event(asked: &Asked) -> Value {
    json!({
        "version": "1.0",
        "context": {"eventType": "viewer-request", "distributionId": "EDFDVBD6EXAMPLE", "requestId": "EXAMPLE-id_1=="},
        "viewer": {"ip": asked.address},
        "request": {"method": asked.method, "uri": asked.uri, "querystring": {}, "headers": {}, "cookies": {}},
    })
}

/// A store as the engine asks it.
pub struct Shelf {
    pub ring: Option<String>,
    pub revoked: Vec<String>,
    pub failing: Vec<String>,
}

impl Shelf {
    pub fn of(store: &Store) -> Arc<Self> {
        Arc::new(Self { ring: store.ring.clone(), revoked: store.revoked.clone(), failing: store.failing.clone() })
    }

    pub fn empty() -> Self {
        Self { ring: None, revoked: Vec::new(), failing: Vec::new() }
    }
}

impl KeyValues for Shelf {
    fn get(&self, key: &str) -> Result<Option<String>, StoreFailure> {
        if self.failing.iter().any(|k| k == key) {
            return Err(StoreFailure);
        }
        Ok(if key == "ring" {
            self.ring.clone()
        } else {
            self.revoked.iter().any(|k| k == key).then(|| "1800000000".to_owned())
        })
    }
}

/// Runs it.
pub fn run(function: &CloudFrontFunction, asked: &Asked) -> FunctionOutcome {
    let outcome = function.handle(&event(asked), asked.now, Shelf::of(&asked.store));
    outcome.unwrap_or_else(|failure| panic!("{failure}: {asked:?}"))
}

/// The path that goes on, or the reason's name, as the header and the body have it.
pub fn verdict(answer: &FunctionAnswer) -> Result<String, String> {
    let refusal = match answer {
        FunctionAnswer::Request(request) => return Ok(request["uri"].as_str().unwrap().to_owned()),
        FunctionAnswer::Response(response) => response,
    };
    let reason = refusal["headers"]["x-stagedoor-reason"]["value"].as_str().unwrap();
    let body: Value = serde_json::from_str(refusal["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["reason"], &body["status"]), (&json!(reason), &refusal["statusCode"]));
    Err(reason.to_owned())
}
