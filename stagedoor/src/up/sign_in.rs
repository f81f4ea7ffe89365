//! Where people sign in: on the identity provider's pages, or on the app's own.

use clap::ValueEnum;
use serde_json::{Value, json};

/// `--sign-in`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SignIn {
    /// On the identity provider's pages
    Hosted,
    /// On Stagedoor's own
    Page,
}

/// The policy with that mode. For pages of our own it gets the routes that lead to them, where it has none.
pub fn policy(policy: &Value, sign_in: Option<SignIn>) -> Value {
    let mut policy = policy.clone();
    let Some(mode) = sign_in else { return policy };
    let name = if mode == SignIn::Page { "page" } else { "hosted" };
    if let Some(top) = policy.as_object_mut() {
        let section = top.entry("sign_in").or_insert_with(|| json!({}));
        if let Some(section) = section.as_object_mut() {
            section.insert("mode".to_owned(), json!(name));
        }
    }
    let routes = policy.get_mut("routes").and_then(Value::as_array_mut);
    if let Some(routes) = routes.filter(|_| mode == SignIn::Page) {
        let wanted =
            [("/login", "anyone"), ("/login/*", "anyone"), ("/security", "signed_in"), ("/security/*", "signed_in")];
        let there = |path: &str| routes.iter().any(|route| route.get("path").and_then(Value::as_str) == Some(path));
        let missing: Vec<Value> = wanted
            .into_iter()
            .filter(|(path, _)| !there(path))
            .map(|(path, allow)| json!({"path": path, "allow": allow, "origin": "app", "cache": "none", "methods": "all"}))
            .collect();
        routes.splice(0..0, missing);
    }
    policy
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn paths(policy: &Value) -> Vec<&str> {
        policy["routes"].as_array().unwrap().iter().map(|route| route["path"].as_str().unwrap()).collect()
    }

    #[test]
    fn pages_get_their_routes_once() {
        let own = json!({"version": 1, "sign_in": {"mode": "hosted", "scopes": ["openid"]}, "routes": [
            {"path": "/login", "allow": "anyone", "origin": "app", "cache": "none", "methods": "all"},
            {"path": "/*", "allow": "signed_in", "origin": "app", "cache": "none"},
        ]});
        let page = policy(&own, Some(SignIn::Page));
        assert_eq!(paths(&page), ["/login/*", "/security", "/security/*", "/login", "/*"]);
        assert_eq!((&page["sign_in"]["mode"], &page["sign_in"]["scopes"]), (&json!("page"), &json!(["openid"])));
        assert_eq!(policy(&page, Some(SignIn::Page)), page);
        assert!(edge_auth::policy::Policy::from_json(&page).is_ok());
        assert_eq!(policy(&own, None), own);
        assert_eq!(policy(&page, Some(SignIn::Hosted))["sign_in"]["mode"], "hosted");
    }
}
