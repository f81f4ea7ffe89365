//! A server that takes requests down and answers as it was told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What a receiver does with a request; the last is done with all further ones.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A status without a body.
    Status(u16),
    /// That text as it stands.
    Raw(String),
    /// Never a word.
    Silence,
    /// The first text, and then the second for ever.
    Endless(String, String),
}

/// A request.
#[derive(Debug, Clone)]
pub struct Got {
    pub head: String,
    pub body: String,
    /// The name that TLS was asked for.
    pub server_name: Option<String>,
}

impl Got {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

pub struct Receiver {
    pub address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::serve(replies, None).await
    }

    /// The same over TLS, as a server of that name; and the root that vouches for it.
    pub async fn with_tls(name: &str, replies: impl IntoIterator<Item = Reply>) -> (Self, RootCertStore) {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
        (Self::serve(replies, Some(TlsAcceptor::from(Arc::new(config)))).await, roots)
    }

    async fn serve(replies: impl IntoIterator<Item = Reply>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let got = Arc::new(Mutex::new(Vec::new()));
        let replies: Vec<_> = replies.into_iter().collect();
        let seen = Arc::clone(&got);
        tokio::spawn(async move {
            for number in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                let reply = replies.get(number).or(replies.last()).unwrap().clone();
                let (tls, seen) = (tls.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    match tls {
                        None => one(stream, None, &seen, reply).await,
                        Some(tls) => {
                            // A client that does not like the certificate hangs up here.
                            let Ok(stream) = tls.accept(stream).await else { return };
                            let name = stream.get_ref().1.server_name().map(str::to_owned);
                            one(stream, name, &seen, reply).await;
                        }
                    }
                });
            }
        });
        Self { address, got }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook?from=stagedoor", self.address)
    }

    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    pub fn ids(&self) -> Vec<String> {
        self.got().iter().map(|got| got.header("webhook-id").unwrap().to_owned()).collect()
    }
}

async fn one(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    server_name: Option<String>,
    seen: &Mutex<Vec<Got>>,
    reply: Reply,
) {
    let Some((head, body)) = request(&mut stream).await else { return };
    seen.lock().unwrap().push(Got { head, body, server_name });
    // The other side may hang up at any point.
    let _ = match reply {
        Reply::Status(status) => {
            stream.write_all(format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n").as_bytes()).await
        }
        Reply::Raw(text) => stream.write_all(text.as_bytes()).await,
        Reply::Silence => std::future::pending().await,
        Reply::Endless(head, more) => {
            let mut written = stream.write_all(head.as_bytes()).await;
            while written.is_ok() {
                written = stream.write_all(more.as_bytes()).await;
            }
            written
        }
    };
    let _ = stream.shutdown().await;
}

async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let body = &bytes[end + 4..];
            if body.len() >= length.unwrap_or(0) {
                return Some((head, String::from_utf8(body.to_vec()).unwrap()));
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
