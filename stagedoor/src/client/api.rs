use std::time::Duration;

use http::{Method, Request, StatusCode};
use serde_json::Value;

use super::{ClientError, Http, Identity, bytes, patiently};

/// How long one answer of the API may take: completing a large upload joins its parts.
const LIMIT: Duration = Duration::from_secs(300);

/// A signed-in person's view of one site's API.
pub struct Api {
    /// What else is sent than JSON goes by this.
    pub http: Http,
    identity: Identity,
    /// `https://media.example.com`, without a slash at its end.
    pub site: String,
}

impl Api {
    pub fn new(http: Http, identity: Identity, site: &str) -> Self {
        Self { http, identity, site: site.trim_end_matches('/').to_owned() }
    }

    /// `null` where the answer has no body.
    ///
    /// # Errors
    /// What the site says after several tries.
    pub async fn get(&self, path: &str) -> Result<Value, ClientError> {
        self.call(&Method::GET, path, None, None).await
    }

    /// As [`Api::get`]; a second request of the same `idempotency_key` gets the first one's answer.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn post(&self, path: &str, idempotency_key: Option<&str>, body: Value) -> Result<Value, ClientError> {
        self.call(&Method::POST, path, idempotency_key, Some(body)).await
    }

    async fn call(
        &self,
        method: &Method,
        path: &str,
        key: Option<&str>,
        body: Option<Value>,
    ) -> Result<Value, ClientError> {
        let body = body.map(|body| body.to_string());
        patiently(async || {
            let token = self.identity.token(&self.http, None).await?;
            match self.once(method, path, key, body.as_deref(), &token).await {
                Err(refused) if refused.is(StatusCode::UNAUTHORIZED) => {
                    let token = self.identity.token(&self.http, Some(&token)).await?;
                    self.once(method, path, key, body.as_deref(), &token).await
                }
                ended => ended,
            }
        })
        .await
    }

    async fn once(
        &self,
        method: &Method,
        path: &str,
        key: Option<&str>,
        body: Option<&str>,
        token: &str,
    ) -> Result<Value, ClientError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.site))
            .header("accept", "application/json")
            .header("authorization", format!("Bearer {token}"));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(bytes(body.unwrap_or_default().to_owned()));
        let request = request.map_err(|e| ClientError::Local(format!("{}: {e}", self.site)))?;
        let answer = self.http.send(request, LIMIT).await?;
        if answer.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer).map_err(|e| ClientError::Unreadable(format!("{path}: {e}")))
    }
}
