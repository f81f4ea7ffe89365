//! The viewer-request event, built from what a viewer sent.

use std::net::IpAddr;

use bytes::Bytes;
use edge_auth::event::{Config, Event, Exchange, Headers, Record, Request};
use http::request::Parts;
use serde_json::Map;

use super::DISTRIBUTION_DOMAIN;
use super::errors::EdgeError;
use super::headers::{is_forbidden, remove_hop_by_hop};
use super::limits::Target;
use super::request_id::RequestId;

/// The distribution's id in events.
pub(super) const DISTRIBUTION_ID: &str = "LOCALSTAGEDOOR";

/// The request as the function sees it: raw path and query, no body, headers as they came less those that speak of the
/// connection or belong to the edge. The keys are in lower case, as with a viewer that speaks HTTP/2.
pub(super) fn request(client: IpAddr, mut parts: Parts, target: Target) -> Result<Request<'static>, EdgeError> {
    remove_hop_by_hop(&mut parts.headers);
    let mut headers = Headers::new();
    for (name, value) in &parts.headers {
        if is_forbidden(name.as_str()) {
            continue;
        }
        // An event is JSON: what is not UTF-8 has no place in it.
        let value = str::from_utf8(value.as_bytes()).map_err(|_| EdgeError::BadRequest)?;
        headers.add(name.as_str(), value.to_owned());
    }
    Ok(Request {
        client_ip: Some(client.to_canonical().to_string().into()),
        headers,
        method: parts.method.as_str().to_owned().into(),
        querystring: target.query.into(),
        uri: target.path.into(),
        rest: Map::new(),
    })
}

/// The event around a request, as JSON.
pub(super) fn event(id: &RequestId, request: Request<'_>) -> Result<Bytes, serde_json::Error> {
    let config = Config {
        distribution_domain_name: Some(DISTRIBUTION_DOMAIN.into()),
        distribution_id: Some(DISTRIBUTION_ID.into()),
        event_type: Some("viewer-request".into()),
        request_id: Some(id.as_str().into()),
        rest: Map::new(),
    };
    let exchange = Exchange { config: Some(config), request, rest: Map::new() };
    serde_json::to_vec(&Event { records: vec![Record { cf: exchange }] }).map(Bytes::from)
}
