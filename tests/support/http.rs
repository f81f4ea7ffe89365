//! Requests: ordinary ones through a client, odd ones byte by byte.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result};

/// A client that follows nothing and treats no status as an error.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into()
}

/// An answer as it came.
#[derive(Debug)]
pub struct RawAnswer {
    /// The status; 0 where the server hung up without one.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    /// The body, still chunked where it was.
    pub body: Vec<u8>,
}

impl RawAnswer {
    /// A header's first value; the name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        line.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// Sends bytes to a port of this machine and reads until the server is done. `Connection: close` is the caller's.
pub fn raw(port: u16, request: &[u8]) -> Result<RawAnswer> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(request)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).context("the server neither answered nor hung up")?;
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
    let (head, body) = bytes.split_at(end);
    let head = String::from_utf8_lossy(head).into_owned();
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_default();
    Ok(RawAnswer { status, head, body: body.to_vec() })
}
