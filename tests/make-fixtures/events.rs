//! Events of the shape that CloudFront sends.

use serde_json::{Map, Value, json};

/// A viewer request under construction.
#[derive(Clone)]
pub struct Event {
    method: &'static str,
    uri: String,
    querystring: String,
    client_ip: &'static str,
    headers: Map<String, Value>,
}

impl Event {
    /// A GET as a command-line client sends it.
    pub fn get(uri: &str) -> Self {
        let event = Self {
            method: "GET",
            uri: uri.to_owned(),
            querystring: String::new(),
            client_ip: "203.0.113.178",
            headers: Map::new(),
        };
        event
            .header("Host", "d111111abcdef8.cloudfront.net")
            .header("User-Agent", "curl/7.88.1")
            .header("Accept", "*/*")
    }

    /// A top-level navigation as a browser sends it.
    pub fn navigation(uri: &str) -> Self {
        let mut event = Self::get(uri);
        event.headers.remove("accept");
        event.headers.remove("user-agent");
        event
            .header(
                "User-Agent",
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36",
            )
            .header("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
            .header("Sec-Fetch-Site", "none")
            .header("Sec-Fetch-Mode", "navigate")
            .header("Sec-Fetch-Dest", "document")
            .header("Upgrade-Insecure-Requests", "1")
    }

    pub fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub fn query(mut self, querystring: impl Into<String>) -> Self {
        self.querystring = querystring.into();
        self
    }

    pub fn client_ip(mut self, ip: &'static str) -> Self {
        self.client_ip = ip;
        self
    }

    /// Adds a line to a header.
    pub fn header(mut self, key: &str, value: impl Into<String>) -> Self {
        let line = json!({"key": key, "value": value.into()});
        if let Some(lines) = self.headers.entry(key.to_ascii_lowercase()).or_insert_with(|| json!([])).as_array_mut() {
            lines.push(line);
        }
        self
    }

    pub fn cookie(self, value: impl Into<String>) -> Self {
        self.header("Cookie", value)
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", format!("Bearer {token}"))
    }

    pub fn json(self) -> Value {
        json!({"Records": [{"cf": {
            "config": {
                "distributionDomainName": "d111111abcdef8.cloudfront.net",
                "distributionId": "EDFDVBD6EXAMPLE",
                "eventType": "viewer-request",
                "requestId": "4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==",
            },
            "request": {
                "clientIp": self.client_ip,
                "headers": self.headers,
                "method": self.method,
                "querystring": self.querystring,
                "uri": self.uri,
            },
        }}]})
    }
}
