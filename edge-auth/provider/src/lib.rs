//! Requests to the identity provider: its keys, its token endpoint. Few enough that each has a connection of its own, and a
//! connection pool would be a tenth of the program.

// The network and its randomness come in here.
#![allow(clippy::disallowed_methods)]

mod tls;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use edge_auth::ProviderAnswer;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::handshake;
use hyper::{Request, Response, Uri, body::Incoming};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Tokens are a few kilobytes, and so are sixteen keys.
const LONGEST_ANSWER: usize = 64 * 1024;

/// An answer on its way.
pub type Fetched = Pin<Box<dyn Future<Output = ProviderAnswer> + Send>>;

/// Asks providers.
pub struct Provider {
    tls: TlsConnector,
}

impl Provider {
    /// One that trusts the public certificate authorities.
    ///
    /// # Errors
    /// Where this machine's cryptography cannot do TLS.
    pub fn new() -> Result<Self, rustls::Error> {
        Ok(Self { tls: TlsConnector::from(Arc::new(tls::client()?)) })
    }

    /// Status and body of a GET; `None` where no whole answer came in time.
    pub async fn get(&self, url: &str, limit: Duration) -> ProviderAnswer {
        self.ask(Request::get(url), String::new(), limit).await
    }

    /// Posts a form; `None` where no whole answer came in time.
    pub async fn post(
        &self,
        url: &str,
        form: String,
        authorization: Option<String>,
        limit: Duration,
    ) -> ProviderAnswer {
        let mut request = Request::post(url).header("content-type", "application/x-www-form-urlencoded");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        self.ask(request, form, limit).await
    }

    /// [`Provider::get`] as a function of its own, for whoever fetches key sets by it.
    pub fn into_fetch(self, limit: Duration) -> impl Fn(String) -> Fetched + Send + Sync {
        let provider = Arc::new(self);
        move |url| {
            let provider = Arc::clone(&provider);
            Box::pin(async move { provider.get(&url, limit).await })
        }
    }

    /// Sends a request, following no redirect.
    async fn ask(&self, request: hyper::http::request::Builder, body: String, limit: Duration) -> ProviderAnswer {
        let uri = request.uri_ref()?.clone();
        let host = uri.authority()?.as_str().to_owned();
        let target = uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let request = request.uri(target).header("host", host).header("accept", "application/json");
        let request = request.body(Full::from(Bytes::from(body))).ok()?;
        let exchange = async {
            let (parts, body) = self.send(&uri, request).await?.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER).collect().await.ok()?;
            Some((parts.status.as_u16(), body.to_bytes().to_vec()))
        };
        tokio::time::timeout(limit, exchange).await.ok()?
    }

    async fn send(&self, uri: &Uri, request: Request<Full<Bytes>>) -> Option<Response<Incoming>> {
        let host = uri.host()?;
        let is_https = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        // An IPv6 address stands in brackets in a URL and without them everywhere else.
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((name, port)).await.ok()?;
        if is_https {
            let name = ServerName::try_from(name.to_owned()).ok()?;
            send_over(self.tls.connect(name, stream).await.ok()?, request).await
        } else {
            send_over(stream, request).await
        }
    }
}

async fn send_over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Option<Response<Incoming>> {
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
    // Ends with the sender and the answer's body.
    tokio::spawn(connection);
    sender.send_request(request).await.ok()
}
