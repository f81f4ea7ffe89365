//! A stand-in for a deployment, which is as it should be but for one change. Its user pool is at the same address.

use std::path::PathBuf;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::request::Parts;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const HSTS: &str = "max-age=31536000; includeSubDomains";
const FILE_POLICY: &str = "default-src 'self'; frame-ancestors 'none'";

/// A server, for as long as this is there.
pub struct Deployment {
    host: String,
    directory: TempDir,
    _runtime: Runtime,
}

impl Deployment {
    /// Answers as it should, each answer changed as `change` says.
    pub fn start(change: fn(&Parts, Response) -> Response) -> Self {
        Self::serve(move |asked, host| change(asked, right(asked, host)))
    }

    /// Leads everybody there.
    pub fn redirecting(location: &'static str) -> Self {
        Self::serve(move |_, _| answer(301, &[("location", location)], ""))
    }

    fn serve(answers: impl Fn(&Parts, &str) -> Response + Clone + Send + Sync + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let named = host.clone();
        let app = Router::new().fallback(move |request: Request| {
            let answered = answers(&request.into_parts().0, &named);
            async move { answered }
        });
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { host, directory: tempfile::tempdir().unwrap(), _runtime: runtime }
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// A file of its outputs, changed.
    pub fn outputs(&self, change: impl FnOnce(&mut Value)) -> PathBuf {
        let url = format!("http://{}", self.host);
        let mut doctor = json!({
            "url": url, "issuer": format!("{url}/pool"), "jwks_uri": format!("{url}/pool/keys"), "key_ids": ["k1", "k2"],
            "sign_in": {"authorize": format!("{url}/oauth2/authorize"), "client_id": "site"},
            "static_files": ["static/v1/app.css"],
            "headers": {
                "app": {"strict-transport-security": HSTS, "x-content-type-options": "nosniff", "referrer-policy": "same-origin"},
                "site": {"strict-transport-security": HSTS, "content-security-policy": FILE_POLICY},
            },
            "policy": {
                "version": 1,
                "cors": {"allow_origins": ["https://app.example.com"]},
                "routes": [
                    {"path": "/health", "allow": "anyone", "origin": "app", "cache": "none"},
                    {"path": "/open", "allow": "anyone", "origin": "app", "cache": "none"},
                    {"path": "/static/*", "allow": "anyone", "origin": "site", "cache": "immutable"},
                    {"path": "/p/*", "allow": "pass", "gate": "function", "origin": "media", "cache": "media"},
                    {"path": "/api/*", "allow": "signed_in", "origin": "app", "cache": "none", "denied": "status", "methods": "all"},
                    {"path": "/media/*", "allow": "signed_in", "origin": "media", "cache": "media", "denied": "status"},
                    {"path": "/*", "allow": "signed_in", "origin": "app", "cache": "none"},
                ],
            },
        });
        change(&mut doctor);
        let path = self.directory.path().join("outputs.json");
        std::fs::write(&path, json!({"doctor": {"sensitive": false, "value": doctor}}).to_string()).unwrap();
        path
    }
}

fn right(asked: &Parts, host: &str) -> Response {
    let header = |name: &str| asked.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
    if asked.method == "OPTIONS" {
        return match header("origin") {
            "https://app.example.com" => {
                let named = ("access-control-allow-origin", "https://app.example.com");
                answer(204, &[named, ("access-control-allow-credentials", "true"), ("vary", "accept, origin")], "")
            }
            _ => refusal(403, "cors_origin"),
        };
    }
    let app = [
        ("strict-transport-security", HSTS),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("content-security-policy", "default-src 'none'; script-src 'self'"),
    ];
    let file = [
        ("strict-transport-security", "max-age=31536000;includesubdomains"),
        ("content-security-policy", FILE_POLICY),
        ("cache-control", "public, max-age=31536000, immutable"),
    ];
    match asked.uri.path() {
        "/health" => answer(200, &[&app[..], &[("content-type", "application/json")]].concat(), "{}"),
        "/open" => html("<link rel=\"stylesheet\" href=\"/static/v1/app.css\">"),
        "/static/v1/app.css" => answer(200, &file, "body{}"),
        path if path.starts_with("/static/") => plain(403, "AccessDenied"),
        "/p/x" => refusal(403, "pass_malformed"),
        path if path.contains("%2e") => refusal(400, "path_not_canonical"),
        "/pool/.well-known/openid-configuration" => json_answer(
            200,
            &json!({"issuer": format!("http://{host}/pool"), "jwks_uri": format!("http://{host}/pool/keys")}),
        ),
        "/pool/keys" => json_answer(200, &json!({"keys": [{"kty": "RSA", "kid": "k2"}, {"kty": "RSA", "kid": "k1"}]})),
        "/oauth2/authorize" => html("<form>"),
        "/x" if header("sec-fetch-mode") == "navigate" => {
            let location = format!("http://{host}/oauth2/authorize?client_id=site&state=secret");
            answer(302, &[("location", &location), ("cache-control", "no-store")], "")
        }
        _ => refusal(401, "no_token"),
    }
}

/// As the edge refuses.
pub fn refusal(status: u16, reason: &str) -> Response {
    let headers = [
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-stagedoor-reason", reason),
    ];
    answer(status, &headers, &json!({"status": status, "reason": reason}).to_string())
}

pub fn json_answer(status: u16, body: &Value) -> Response {
    answer(status, &[("content-type", "application/json")], &body.to_string())
}

pub fn html(body: &str) -> Response {
    answer(200, &[("content-type", "text/html; charset=utf-8")], body)
}

pub fn plain(status: u16, body: &str) -> Response {
    answer(status, &[("content-type", "text/plain")], body)
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let start = Response::builder().status(status);
    let head = headers.iter().fold(start, |head, (name, value)| head.header(*name, *value));
    head.body(Body::from(body.to_owned())).unwrap()
}
