//! One HTTP request to an address that somebody else has chosen.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::RETRY_AFTER;
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use crate::ProcessError;

use super::is_public;

/// Bytes of an answer's head, and of its body, that are read; what comes after means nothing to us.
const LONGEST_ANSWER: usize = 64 * 1024;

/// How a receiver answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// With a status.
    Status {
        /// The status.
        status: u16,
        /// For how long it wants to be left alone, where it says so in seconds.
        retry_after: Option<Duration>,
    },
    /// Not at all.
    None(Unanswered),
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswered {
    /// The webhook's address is none that a message can be sent to.
    AddressMalformed,
    /// Its host has no address.
    Unresolved,
    /// Its host's addresses are not all public, or it wants no TLS.
    RefusedAddress,
    /// Nobody takes the connection.
    Unreachable,
    /// No TLS came about: no certificate that browsers would take, for one.
    TlsFailed,
    /// It hung up, or spoke no HTTP.
    NoAnswer,
    /// It took too long.
    Timeout,
}

impl Unanswered {
    /// The word for it in the log of deliveries.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AddressMalformed => "address_malformed",
            Self::Unresolved => "unresolved",
            Self::RefusedAddress => "refused_address",
            Self::Unreachable => "unreachable",
            Self::TlsFailed => "tls_failed",
            Self::NoAnswer => "no_answer",
            Self::Timeout => "timeout",
        }
    }
}

/// Looks up the addresses of a host.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// All of them, with that port.
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// The system's own.
struct System;

#[async_trait]
impl Resolve for System {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}

/// How long a receiver is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For one of its addresses to take a connection.
    pub connection: Duration,
    /// For everything together.
    pub whole: Duration,
}

impl Default for Patience {
    /// 4 and 10 seconds.
    fn default() -> Self {
        Self { connection: Duration::from_secs(4), whole: Duration::from_secs(10) }
    }
}

/// Sends requests to addresses that somebody else has chosen, so that they reach nothing but the internet: the addresses of a
/// host are checked, and the connection goes to the very address that was, whatever the host's name leads to a moment later.
#[derive(Clone)]
pub struct Sender {
    resolver: Arc<dyn Resolve>,
    tls: TlsConnector,
    to_this_machine: bool,
    patience: Patience,
}

impl Sender {
    /// A sender that trusts the public certificate authorities; `to_this_machine` lets it reach loopback, over plain HTTP too.
    ///
    /// # Errors
    /// [`ProcessError::Tls`] where TLS cannot be set up.
    pub fn new(to_this_machine: bool) -> Result<Self, ProcessError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let config = config.with_root_certificates(roots).with_no_client_auth();
        Ok(Self::with(Arc::new(System), config, to_this_machine, Patience::default()))
    }

    /// A sender of these parts.
    pub fn with(resolver: Arc<dyn Resolve>, tls: ClientConfig, to_this_machine: bool, patience: Patience) -> Self {
        Self { resolver, tls: TlsConnector::from(Arc::new(tls)), to_this_machine, patience }
    }

    /// Posts JSON, following no redirect.
    pub async fn post(&self, url: &str, headers: [(&str, &str); 3], body: String) -> Answer {
        let Some((target, request)) = prepare(url, headers, body) else {
            return Answer::None(Unanswered::AddressMalformed);
        };
        let deadline = Instant::now() + self.patience.whole;
        let response = match timeout_at(deadline, self.exchange(&target, request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(why)) => return Answer::None(why),
            Err(_) => return Answer::None(Unanswered::Timeout),
        };
        let (head, body) = response.into_parts();
        // Its status is its answer. The rest is read so that it can end in peace, as far as that goes.
        let _ = timeout_at(deadline, Limited::new(body, LONGEST_ANSWER).collect()).await;
        let seconds = head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Answer::Status { status: head.status.as_u16(), retry_after: seconds.map(Duration::from_secs) }
    }

    async fn exchange(&self, target: &Target, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Unanswered> {
        let addresses = self.resolver.resolve(&target.host, target.port).await.map_err(|_| Unanswered::Unresolved)?;
        if addresses.is_empty() {
            return Err(Unanswered::Unresolved);
        }
        // One that is not public among others that are was put there by somebody.
        if !addresses.iter().all(|address| self.may_reach(address, target.tls)) {
            return Err(Unanswered::RefusedAddress);
        }
        let stream = self.connect(&addresses).await.ok_or(Unanswered::Unreachable)?;
        if target.tls {
            let name = ServerName::try_from(target.host.clone()).map_err(|_| Unanswered::AddressMalformed)?;
            let stream = self.tls.connect(name, stream).await.map_err(|_| Unanswered::TlsFailed)?;
            send_over(stream, request).await
        } else {
            send_over(stream, request).await
        }
    }

    fn may_reach(&self, address: &SocketAddr, tls: bool) -> bool {
        let here = self.to_this_machine && address.ip().to_canonical().is_loopback();
        here || (tls && is_public(address.ip()))
    }

    async fn connect(&self, addresses: &[SocketAddr]) -> Option<TcpStream> {
        for address in addresses {
            if let Ok(Ok(stream)) = timeout(self.patience.connection, TcpStream::connect(address)).await {
                return Some(stream);
            }
        }
        None
    }
}

/// Where a request goes.
struct Target {
    /// A name or an address, without brackets.
    host: String,
    port: u16,
    tls: bool,
}

fn prepare(url: &str, headers: [(&str, &str); 3], body: String) -> Option<(Target, Request<Full<Bytes>>)> {
    let uri: Uri = url.parse().ok()?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    let tls = match uri.scheme_str()? {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::post(path)
        .header("host", authority.as_str())
        .header("content-type", "application/json")
        .header("user-agent", concat!("Stagedoor/", env!("CARGO_PKG_VERSION")));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::from(Bytes::from(body))).ok()?;
    Some((Target { host, port, tls }, request))
}

async fn send_over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Response<Incoming>, Unanswered> {
    let connection = http1::Builder::new().max_buf_size(LONGEST_ANSWER).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = connection.map_err(|_| Unanswered::NoAnswer)?;
    // Ends with the sender and the answer's body.
    tokio::spawn(connection);
    sender.send_request(request).await.map_err(|_| Unanswered::NoAnswer)
}
