//! The ports of a site, all bound before anything starts.

use std::net::Ipv4Addr;

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;

/// The three listeners. The edge is reached as `localhost`, the others as `127.0.0.1`: to a browser those are different
/// sites, as they are on AWS, so that no cookie of one reaches the other.
pub struct Addresses {
    pub edge: TcpListener,
    pub identity: TcpListener,
    pub objects: TcpListener,
    /// `http://localhost:8080`
    pub edge_url: String,
    /// `http://127.0.0.1:8081`
    pub identity_url: String,
    /// `http://127.0.0.1:8082`
    pub objects_url: String,
}

impl Addresses {
    /// Binds `port` for the edge and the two after it. Loopback only.
    pub async fn bind(port: u16, scheme: &str) -> Result<Self> {
        let after = |n: u16| {
            port.checked_add(n).context("--port must be at most 65533: identity and objects take the next two")
        };
        let (identity_port, objects_port) = (after(1)?, after(2)?);
        Ok(Self {
            edge: listen(port).await?,
            identity: listen(identity_port).await?,
            objects: listen(objects_port).await?,
            edge_url: format!("{scheme}://localhost:{port}"),
            identity_url: format!("http://127.0.0.1:{identity_port}"),
            objects_url: format!("http://127.0.0.1:{objects_port}"),
        })
    }
}

async fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .with_context(|| format!("port {port} cannot be used; choose another with --port (three in a row are needed)"))
}
