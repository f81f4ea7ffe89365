//! The line that is logged for each decision.

use std::sync::Arc;

use serde::Serialize;

use crate::event::{Event, Exchange, Outcome};
use crate::reason::Reason;

/// One decision. It holds no token, cookie, code, state or query: a path pattern, a reason and digests are all there is.
#[derive(Debug, Serialize)]
pub struct LogLine<'a> {
    /// CloudFront's id of the request, which is also in its access log.
    pub request_id: &'a str,
    /// The path pattern of the route that decided.
    pub route: Option<&'a str>,
    /// Why.
    pub reason: Reason,
    /// `forward` or `respond`.
    pub decision: &'static str,
    /// The answer's status; `None` where the request is forwarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'a str>,
    /// From event to answer, requests to the identity provider included, microseconds.
    pub duration_us: u64,
    /// A keyed digest of whose session it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<&'a str>,
}

impl<'a> LogLine<'a> {
    /// The line of a finished decision.
    pub fn new(request_id: &'a str, decided: &'a Decided<'_>, duration_us: u64) -> Self {
        let (decision, status) = match &decided.outcome {
            Outcome::Forward(_) => ("forward", None),
            Outcome::Respond(response) => ("respond", Some(response.status.as_str())),
        };
        Self {
            request_id,
            route: decided.route.as_deref(),
            reason: decided.reason,
            decision,
            status,
            duration_us,
            subject: decided.subject.as_deref(),
        }
    }
}

/// A decision that waits for nothing any more.
#[derive(Debug)]
pub struct Decided<'e> {
    /// What the function returns.
    pub outcome: Outcome<'e>,
    /// Why.
    pub reason: Reason,
    /// The path pattern of the route that decided.
    pub route: Option<Arc<str>>,
    /// A keyed digest of whose session it is.
    pub subject: Option<Arc<str>>,
}

/// CloudFront's id of the request; empty where an event has none.
pub fn request_id<'a>(event: &'a Event<'_>) -> &'a str {
    event.records.first().map_or("", |record| id_of(&record.cf))
}

/// Only what CloudFront's ids are made of, since it is logged and goes into answers; empty where it is anything else.
pub(crate) fn id_of<'a>(exchange: &'a Exchange<'_>) -> &'a str {
    let config = exchange.config.as_ref();
    let id = config.and_then(|config| config.request_id.as_deref()).unwrap_or_default();
    if id.len() <= 256 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=".contains(&b)) { id } else { "" }
}
