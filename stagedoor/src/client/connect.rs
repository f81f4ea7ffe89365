use std::str::FromStr;
use std::task::{Context, Poll};

use http::Uri;
use http::uri::{Authority, PathAndQuery};
use hyper_util::client::legacy::connect::HttpConnector;
use tower::Service;

/// `HOST:PORT:HOST:PORT`, as curl's `--connect-to` has it: connections for the first go to the second. Names in requests
/// and certificates stay those of the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectTo {
    from: String,
    to: Authority,
}

impl FromStr for ConnectTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("{text}: expected HOST:PORT:HOST:PORT");
        let fields: Vec<&str> = text.split(':').collect();
        let [from_host, from_port, to_host, to_port] = fields.as_slice() else { return Err(expected()) };
        let to = format!("{to_host}:{to_port}").parse().map_err(|_| expected())?;
        from_port.parse::<u16>().and(to_port.parse::<u16>()).map_err(|_| expected())?;
        Ok(Self { from: format!("{from_host}:{from_port}"), to })
    }
}

/// Connects to where it is sent.
#[derive(Clone)]
pub struct Connector {
    inner: HttpConnector,
    detours: Vec<ConnectTo>,
}

impl Connector {
    pub fn new(detours: Vec<ConnectTo>) -> Self {
        let mut inner = HttpConnector::new();
        inner.enforce_http(false);
        inner.set_nodelay(true);
        inner.set_connect_timeout(Some(std::time::Duration::from_secs(15)));
        Self { inner, detours }
    }

    fn detour(&self, uri: Uri) -> Uri {
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        let asked = format!("{}:{port}", uri.host().unwrap_or_default());
        let Some(detour) = self.detours.iter().find(|detour| detour.from == asked) else { return uri };
        let mut parts = uri.into_parts();
        parts.authority = Some(detour.to.clone());
        parts.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
        Uri::from_parts(parts).unwrap_or_default()
    }
}

impl Service<Uri> for Connector {
    type Response = <HttpConnector as Service<Uri>>::Response;
    type Error = <HttpConnector as Service<Uri>>::Error;
    type Future = <HttpConnector as Service<Uri>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let uri = self.detour(uri);
        self.inner.call(uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_goes_elsewhere() {
        let to = |text: &str| {
            Connector::new(vec!["media.example:80:127.0.0.1:9000".parse().unwrap()]).detour(text.parse().unwrap())
        };
        assert_eq!(to("http://media.example/a?b"), "http://127.0.0.1:9000/a?b");
        assert_eq!(to("https://media.example/a"), "https://media.example/a");
        for odd in ["a:1:b", "a:1:b:x", "a:b:c:1", "a:1:b:2:3", "a:1:b c:2"] {
            assert!(odd.parse::<ConnectTo>().unwrap_err().contains("HOST:PORT:HOST:PORT"), "{odd}");
        }
    }
}
