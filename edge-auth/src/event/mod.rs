//! What CloudFront hands to a viewer-request function, and what it takes back.
//!
//! Shapes from the Lambda@Edge event structure of the CloudFront developer guide. Fields that we have no use for are
//! kept as they came, so that a forwarded request loses nothing. Events written by hand may lack `config`, a header's
//! `key`, `clientIp` and `querystring`.

mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One event; CloudFront always sends exactly one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The records.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
}

/// The wrapper around what CloudFront says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The event proper.
    pub cf: Exchange,
}

/// A request on its way, and where it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exchange {
    /// Which distribution and which of its events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<Config>,
    /// The viewer's request.
    pub request: Request,
    /// `response` of the response events, and whatever is added later.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// Which distribution sent the event.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Config {
    /// `d111111abcdef8.cloudfront.net`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution_domain_name: Option<String>,
    /// `EDFDVBD6EXAMPLE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution_id: Option<String>,
    /// `viewer-request` where we run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    /// CloudFront's id of the request, which is also in its access log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What is added later.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// Header lists by lower-case name.
pub type Headers = BTreeMap<String, Vec<Header>>;

/// One line of a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The name as the client wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The value.
    pub value: String,
}

impl Header {
    /// A line with a key.
    pub fn new(key: &str, value: impl Into<String>) -> Self {
        Self { key: Some(key.to_owned()), value: value.into() }
    }
}

/// A request, as received and as forwarded.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// IPv4 or IPv6 text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<String>,
    /// By lower-case name.
    pub headers: Headers,
    /// Upper-case.
    pub method: String,
    /// Raw, without `?`.
    pub querystring: String,
    /// The raw path.
    pub uri: String,
    /// `body` and, at the origin events, `origin`.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Request {
    /// The values of a header, in order; the name in lower case.
    pub fn header_values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.headers.get(name).into_iter().flatten().map(|h| h.value.as_str())
    }

    /// The value of a header that must stand alone: `None` where it is missing or said more than once.
    pub fn single_header(&self, name: &str) -> Option<&str> {
        let mut values = self.header_values(name);
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }
}

/// What the function answers instead of forwarding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// A string of three digits: CloudFront rejects a number.
    pub status: String,
    /// The reason phrase.
    pub status_description: String,
    /// By lower-case name.
    pub headers: Headers,
    /// Text; left out where empty, since `null` is rejected.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
}

/// What the Lambda returns: a request to forward or an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// Go on to the cache and the origin with this.
    Forward(Request),
    /// Answer the viewer with this.
    Respond(Response),
}
