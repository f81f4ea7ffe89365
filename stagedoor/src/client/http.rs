use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::ClientError;
use super::connect::{ConnectTo, Connector};

/// What a request sends.
pub type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// The longest answer that is read, bytes.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// An HTTP client. Cheap to clone.
#[derive(Clone)]
pub struct Http(Client<HttpsConnector<Connector>, Body>);

/// A body that is in memory.
pub fn bytes(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

impl Http {
    /// `certificate`: a PEM file of authorities to trust beside the public ones.
    ///
    /// # Errors
    /// Where that file cannot be read.
    pub fn new(certificate: Option<&Path>, detours: Vec<ConnectTo>) -> Result<Self, ClientError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = certificate {
            let failed =
                |e: String| ClientError::Local(format!("{}: {e}; expected certificates in PEM", path.display()));
            for certificate in CertificateDer::pem_file_iter(path).map_err(|e| failed(e.to_string()))? {
                let certificate = certificate.map_err(|e| failed(e.to_string()))?;
                roots.add(certificate).map_err(|e| failed(e.to_string()))?;
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| ClientError::Local(e.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let connector = connector.wrap_connector(Connector::new(detours));
        Ok(Self(Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector)))
    }

    /// The answer's body, where its status is 2xx.
    ///
    /// # Errors
    /// [`ClientError::Connection`] where no answer came within `limit`, [`ClientError::Refused`] for any other status.
    pub async fn send(&self, request: Request<Body>, limit: Duration) -> Result<Bytes, ClientError> {
        let answer = self.exchange(request, limit).await?;
        if answer.status().is_success() {
            return Ok(answer.into_body());
        }
        Err(ClientError::refused(answer.status(), answer.body()))
    }

    /// The answer, whatever its status is. No redirect is followed.
    ///
    /// # Errors
    /// [`ClientError::Connection`] where no answer came within `limit`.
    pub async fn exchange(&self, request: Request<Body>, limit: Duration) -> Result<Response<Bytes>, ClientError> {
        let place = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let broken = |what: &str| ClientError::Connection(format!("{place}: {what}"));
        let answer = async {
            let response = self.0.request(request).await.map_err(|e| broken(&root_cause(&e)))?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(|e| broken(&e.to_string()))?;
            Ok::<_, ClientError>(Response::from_parts(head, body.to_bytes()))
        };
        tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| Err(broken("no answer in time")))
    }
}

/// The innermost error: the outer ones say that something failed, and no more.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
