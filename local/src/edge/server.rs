//! Listening: connections over TCP, with or without TLS, HTTP/1.1.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::Edge;
use super::exchange::Viewer;
use super::limits::MAX_HEAD_BYTES;

/// For a TLS handshake, and for the head of each request, the wait for the next one on the connection included.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Below the usual limit of 1,024 open files, with room for what the requests themselves open.
const MAX_CONNECTIONS: usize = 512;
/// How long not to accept after accepting failed, which it does for want of files or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

impl Edge {
    /// Serves what connects to `listener`, over TLS where it is given. Never ends by itself; when the future is
    /// dropped, every connection ends with it.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, tls: Option<Arc<ServerConfig>>) {
        let tls = tls.map(TlsAcceptor::from);
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                    Ok((stream, address)) => {
                        connections.spawn(Arc::clone(&self).connection(stream, address, tls.clone()));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(ended) = connections.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a connection's task failed");
                    }
                }
            }
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, address: SocketAddr, tls: Option<TlsAcceptor>) {
        // Small answers should not wait for the acknowledgement of the last; where it cannot be set they do.
        let _ = stream.set_nodelay(true);
        let viewer = Viewer { address, tls: tls.is_some() };
        let Some(acceptor) = tls else {
            return self.requests(stream, viewer).await;
        };
        match tokio::time::timeout(HEAD_TIMEOUT, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => self.requests(stream, viewer).await,
            Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
            Err(_) => tracing::debug!("TLS handshake timed out"),
        }
    }

    async fn requests(self: Arc<Self>, stream: impl AsyncRead + AsyncWrite + Unpin, viewer: Viewer) {
        let service = service_fn(|request| {
            let edge = Arc::clone(&self);
            async move { Ok::<_, Infallible>(edge.exchange(viewer, request).await) }
        });
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_header_size(MAX_HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service)
            .await;
        // A viewer that goes away in the middle is nobody's failure.
        if let Err(error) = served {
            tracing::debug!(%error, "connection ended early");
        }
    }
}
