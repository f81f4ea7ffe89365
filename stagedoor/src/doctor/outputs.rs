use std::collections::BTreeMap;
use std::path::Path;

use edge_auth::policy::Policy;
use http::Uri;
use serde::Deserialize;
use serde_json::Value;

use crate::failure::{Failure, read};

/// What was deployed, as far as it can be seen from outside.
pub struct Deployment {
    /// Scheme and host, without a slash at its end.
    pub url: String,
    pub issuer: String,
    pub jwks_uri: String,
    /// The keys that the edge function begins with; empty where it fetches them first.
    pub key_ids: Vec<String>,
    pub sign_in: SignIn,
    /// Keys in the site bucket: `static/HASH/NAME`.
    pub static_files: Vec<String>,
    /// By origin (`app`, `site`): headers that every answer of it carries, names in lower case.
    pub headers: BTreeMap<String, BTreeMap<String, String>>,
    pub policy: Policy,
}

/// Where people sign in, in mode `hosted`.
#[derive(Deserialize)]
pub struct SignIn {
    pub authorize: String,
    pub client_id: String,
}

/// The value of the output `doctor`; terraform/outputs.tf and `stagedoor up` write it.
#[derive(Deserialize)]
struct Doctor {
    url: String,
    issuer: String,
    jwks_uri: String,
    key_ids: Vec<String>,
    sign_in: SignIn,
    static_files: Vec<String>,
    headers: BTreeMap<String, BTreeMap<String, String>>,
    policy: Value,
}

impl Deployment {
    /// Reads a file as `terraform output -json` writes it.
    ///
    /// # Errors
    /// The file, the field, and what was expected.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        Self::parse(&read(path)?).map_err(|problem| Failure::file(path, problem))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let expected = "expected what `terraform output -json` prints";
        let outputs: Value = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}; {expected}"))?;
        let doctor = outputs.pointer("/doctor/value");
        let doctor = doctor.ok_or_else(|| format!("doctor.value is not there; {expected}, after an apply"))?;
        let doctor = Doctor::deserialize(doctor)
            .map_err(|e| format!("doctor.value: {e}; {expected}, after an apply of this version"))?;
        let uri: Option<Uri> = doctor.url.parse().ok();
        let is_site = uri.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() && uri.path() == "/"
        });
        if !is_site {
            return Err(format!("doctor.value.url: {:?}; expected https://HOST", doctor.url));
        }
        let policy = Policy::from_json(&doctor.policy).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(|problem| format!("doctor.value.policy{problem}")).collect();
            lines.join("\n")
        })?;
        Ok(Self {
            url: doctor.url.trim_end_matches('/').to_owned(),
            issuer: doctor.issuer,
            jwks_uri: doctor.jwks_uri,
            key_ids: doctor.key_ids,
            sign_in: doctor.sign_in,
            static_files: doctor.static_files,
            headers: doctor.headers,
            policy,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outputs() -> Value {
        json!({"doctor": {"sensitive": false, "value": {
            "url": "https://media.example.com/", "issuer": "https://issuer.example", "jwks_uri": "https://issuer.example/keys",
            "key_ids": ["a"], "sign_in": {"authorize": "https://id.example/oauth2/authorize", "client_id": "c"},
            "static_files": [], "headers": {"app": {"x-content-type-options": "nosniff"}}, "edge_version_arn": "not read",
            "policy": {"version": 1, "routes": [{"path": "/*", "allow": "signed_in", "origin": "app", "cache": "none"}]},
        }}})
    }

    #[test]
    fn a_file_is_read_or_the_field_is_named() {
        let read = Deployment::parse(&outputs().to_string()).unwrap();
        assert_eq!((read.url.as_str(), read.policy.routes.len()), ("https://media.example.com", 1));
        let with = |pointer: &str, value: Value| {
            let mut outputs = outputs();
            *outputs.pointer_mut(pointer).unwrap() = value;
            Deployment::parse(&outputs.to_string()).err().unwrap()
        };
        for (pointer, value, says) in [
            ("/doctor", json!({}), "doctor.value is not there; expected what `terraform output -json` prints"),
            ("/doctor/value", json!({}), "doctor.value: missing field `url`"),
            ("/doctor/value/key_ids", json!("a"), "doctor.value: invalid type: string \"a\", expected a sequence"),
            (
                "/doctor/value/url",
                json!("media.example.com"),
                "doctor.value.url: \"media.example.com\"; expected https://HOST",
            ),
            ("/doctor/value/url", json!("https://a.example/b"), "expected https://HOST"),
            ("/doctor/value/policy/routes", json!([]), "doctor.value.policy/routes"),
        ] {
            let said = with(pointer, value);
            assert!(said.contains(says), "{said}");
        }
        assert!(Deployment::parse("url = https://a").err().unwrap().contains("not JSON"));
    }
}
