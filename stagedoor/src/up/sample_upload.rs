//! The sample: a film and a photo, made once, sent in the way anybody's uploads come.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};

use super::data::DataDir;
use super::deployment::API_CLIENT;
use crate::sample;

/// Long enough for a slow machine to make renditions of half a minute of film.
const PROCESSING: Duration = Duration::from_secs(300);

pub struct Sample<'a> {
    pub data: &'a DataDir,
    pub edge_url: &'a str,
    pub identity_url: &'a str,
    /// The edge's own certificate, where it serves https.
    pub certificate: Option<PathBuf>,
}

impl Sample<'_> {
    /// Makes, uploads and awaits the sample, unless an earlier `up` has: each of its files leaves its id behind.
    pub async fn upload_once(&self, user: &str, password: &str) -> Result<()> {
        let directory = self.data.join("sample");
        std::fs::create_dir_all(&directory).with_context(|| format!("{}", directory.display()))?;
        let missing = |name: &str| !directory.join(format!("{name}.id")).exists();
        if !missing("film") && !missing("photo") {
            return Ok(());
        }
        eprintln!("Making a sample film and photo (once).");
        let http = Http::new(self.certificate.as_deref())?;
        let token = self.sign_in(&http, user, password).await?;
        let mut ids = Vec::new();
        if missing("photo") {
            let photo = tokio::task::spawn_blocking(sample::photo).await??;
            ids.push(self.upload(&http, &token, "photo", "Morning on the ridge.jpg", "image/jpeg", photo).await?);
        }
        if missing("film") {
            let path = directory.join("film.mp4");
            let out = path.clone();
            tokio::task::spawn_blocking(move || sample::film(&out, Path::new("ffmpeg"))).await??;
            let film = std::fs::read(&path)?;
            ids.push(self.upload(&http, &token, "film", "Sunrise over the hills.mp4", "video/mp4", film).await?);
            std::fs::remove_file(&path)?;
        }
        for id in ids {
            self.wait_until_processed(&http, &token, &id).await?;
        }
        Ok(())
    }

    async fn sign_in(&self, http: &Http, user: &str, password: &str) -> Result<String> {
        let request = Request::post(self.identity_url)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth");
        let body = json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": API_CLIENT,
                          "AuthParameters": {"USERNAME": user, "PASSWORD": password}});
        let answer = http.send(request, body.to_string()).await?;
        let token = answer.pointer("/AuthenticationResult/AccessToken").and_then(Value::as_str);
        Ok(token.context("the local identity gave no access token")?.to_owned())
    }

    async fn upload(
        &self,
        http: &Http,
        token: &str,
        what: &str,
        name: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<String> {
        let declared = json!({"name": name, "size": bytes.len(), "type": content_type});
        let announced = self.api(http, token, Method::POST, "/api/uploads", declared).await?;
        let text = |pointer: &str| announced.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let (id, url) = text("/id").zip(text("/url")).context("/api/uploads answered without id or url")?;
        let mut put = Request::put(url);
        for (header, value) in announced.get("headers").and_then(Value::as_object).into_iter().flatten() {
            // The length is set by the client library from the body.
            if !header.eq_ignore_ascii_case("content-length") && !header.eq_ignore_ascii_case("host") {
                put = put.header(header, value.as_str().unwrap_or_default());
            }
        }
        http.send(put, bytes).await.context("the presigned PUT failed")?;
        self.api(http, token, Method::POST, &format!("/api/uploads/{id}/complete"), json!({})).await?;
        let done = self.data.join("sample").join(format!("{what}.id"));
        std::fs::write(&done, &id).with_context(|| format!("{}", done.display()))?;
        Ok(id)
    }

    async fn wait_until_processed(&self, http: &Http, token: &str, id: &str) -> Result<()> {
        let poll = async {
            loop {
                let medium = self.api(http, token, Method::GET, &format!("/api/media/{id}"), Value::Null).await?;
                match medium.get("status").and_then(Value::as_str) {
                    Some("ready") => return Ok(()),
                    Some("failed") => bail!("the sample failed: {}", medium.get("reason").unwrap_or(&Value::Null)),
                    _ => tokio::time::sleep(Duration::from_millis(200)).await,
                }
            }
        };
        tokio::time::timeout(PROCESSING, poll).await.context("the sample was not processed in time")?
    }

    async fn api(&self, http: &Http, token: &str, method: Method, path: &str, body: Value) -> Result<Value> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.edge_url))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        http.send(request, body).await.with_context(|| path.to_owned())
    }
}

/// A small HTTP client that trusts the edge's own certificate and no other.
struct Http(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Http {
    fn new(certificate: Option<&Path>) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        if let Some(path) = certificate {
            for certificate in CertificateDer::pem_file_iter(path)? {
                roots.add(certificate?)?;
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// The answer's JSON (`null` where it has no body); an error for any status but 2xx.
    async fn send(&self, request: http::request::Builder, body: impl Into<Bytes>) -> Result<Value> {
        let response = self.0.request(request.body(Full::new(body.into()))?).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            bail!("answered {status}: {}", String::from_utf8_lossy(&bytes));
        }
        if status == StatusCode::NO_CONTENT || bytes.is_empty() {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_slice(&bytes)?)
    }
}
