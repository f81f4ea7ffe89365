use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request};

use crate::client::{Http, bytes};

/// A cold start of the app, and a far edge.
const LIMIT: Duration = Duration::from_secs(30);

/// A stranger: asks, and notes what no stranger is to see.
pub struct Visitor {
    http: Http,
    site: String,
    leaks: BTreeSet<String>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Visitor {
    /// `site` is scheme and host.
    pub fn new(http: Http, site: &str) -> Self {
        Self { http, site: site.to_owned(), leaks: BTreeSet::new() }
    }

    /// Asks the site for a path.
    ///
    /// # Errors
    /// Why no answer came, in words.
    pub async fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> Result<Answer, String> {
        let answer = self.fetch(method, &format!("{}{path}", self.site), headers).await?;
        self.leaks.extend(answer.leaks());
        Ok(answer)
    }

    /// Asks for any address. No redirect is followed.
    ///
    /// # Errors
    /// As [`Visitor::ask`].
    pub async fn fetch(&self, method: &str, url: &str, headers: &[(&str, &str)]) -> Result<Answer, String> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(bytes("")).map_err(|e| format!("no address: {e}"))?;
        let answer = self.http.exchange(request, LIMIT).await.map_err(|e| format!("no answer: {e}"))?;
        let (head, body) = answer.into_parts();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    /// Names of headers and cookies in the site's answers so far that are nobody's but the app's, or a signed-in person's.
    pub fn leaks(&self) -> &BTreeSet<String> {
        &self.leaks
    }
}

impl Answer {
    /// A header's first value; empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Status, and the edge's reason where there is one.
    pub fn in_short(&self) -> String {
        match self.header("x-stagedoor-reason") {
            "" => self.status.to_string(),
            reason => format!("{} {reason}", self.status),
        }
    }

    fn leaks(&self) -> Vec<String> {
        let names = self.headers.keys().map(http::HeaderName::as_str);
        let ours = names.filter(|name| name.starts_with("x-stagedoor-") && *name != "x-stagedoor-reason");
        let cookies = self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        let pairs = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
        // An empty one takes a cookie away.
        let session = pairs.filter(|(name, value)| {
            matches!(name.trim(), "__Host-sd-access" | "__Secure-sd-refresh") && !value.trim().is_empty()
        });
        let session = session.map(|(name, _)| format!("cookie {}", name.trim()));
        ours.map(str::to_owned).chain(session).collect()
    }
}
