//! What CloudFront hands to a viewer-request function, and what it takes back.
//!
//! Shapes from the Lambda@Edge event structure of the CloudFront developer guide. Fields that we have no use for are
//! kept as they came, so that a forwarded request loses nothing. Events written by hand may lack `config`, a header's
//! `key`, `clientIp` and `querystring`. Texts are borrowed from the event wherever JSON writes them as they are.

mod headers;
mod read;

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

pub use headers::{Header, Headers};

/// One event; CloudFront always sends exactly one record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event<'e> {
    /// The records.
    #[serde(rename = "Records")]
    pub records: Vec<Record<'e>>,
}

impl<'e> Event<'e> {
    /// Reads an event of one record; `None` where the bytes are anything else.
    pub fn read(json: &'e [u8]) -> Option<Self> {
        // As text at once: otherwise each string of it would be looked through for what is no UTF-8.
        let text = std::str::from_utf8(json).ok()?;
        serde_json::from_str::<Event<'e>>(text).ok().filter(|event| event.records.len() == 1)
    }
}

/// The wrapper around what CloudFront says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Record<'e> {
    /// The event proper.
    pub cf: Exchange<'e>,
}

/// A request on its way, and where it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exchange<'e> {
    /// Which distribution and which of its events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<Config<'e>>,
    /// The viewer's request.
    pub request: Request<'e>,
    /// `response` of the response events, and whatever is added later.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// Which distribution sent the event.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Config<'e> {
    /// `d111111abcdef8.cloudfront.net`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution_domain_name: Option<Cow<'e, str>>,
    /// `EDFDVBD6EXAMPLE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution_id: Option<Cow<'e, str>>,
    /// `viewer-request` where we run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<Cow<'e, str>>,
    /// CloudFront's id of the request, which is also in its access log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Cow<'e, str>>,
    /// What is added later.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A request, as received and as forwarded.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<'e> {
    /// IPv4 or IPv6 text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<Cow<'e, str>>,
    /// By lower-case name.
    pub headers: Headers<'e>,
    /// Upper-case.
    pub method: Cow<'e, str>,
    /// Raw, without `?`.
    pub querystring: Cow<'e, str>,
    /// The raw path.
    pub uri: Cow<'e, str>,
    /// `body` and, at the origin events, `origin`.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Request<'_> {
    /// The value of a header that must stand alone: `None` where it is missing or said more than once.
    pub fn single_header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.values(name);
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }
}

/// What the function answers instead of forwarding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// A string of three digits: CloudFront rejects a number.
    pub status: String,
    /// The reason phrase.
    pub status_description: String,
    /// By lower-case name.
    pub headers: Headers<'static>,
    /// Text; left out where empty, since `null` is rejected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub body: String,
}

/// What the Lambda returns: a request to forward or an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outcome<'e> {
    /// Go on to the cache and the origin with this.
    Forward(Request<'e>),
    /// Answer the viewer with this.
    Respond(Response),
}
