use http::StatusCode;
use serde_json::Value;

/// Why a request did not do what it was to do. No message holds a token or a presigned URL.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No answer came, or not all of it.
    #[error("{0}")]
    Connection(String),
    /// The server says no.
    #[error("{detail} ({status}{})", if reason.is_empty() { String::new() } else { format!(", {reason}") })]
    Refused {
        /// Its status.
        status: StatusCode,
        /// The stable reason of the API, or the store's error code; empty where there is none.
        reason: String,
        /// For people.
        detail: String,
    },
    /// It was tried often enough.
    #[error("{0}; given up after {1} tries")]
    GivenUp(String, u32),
    /// What the server says is not what the API promises.
    #[error("{0}")]
    Unreadable(String),
    /// Nothing that a server had a part in.
    #[error("{0}")]
    Local(String),
}

impl ClientError {
    /// Whether the same request may well succeed later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Connection(_) => true,
            Self::Refused { status, reason, .. } => {
                status.is_server_error()
                    || matches!(*status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
                    || reason == "under_way"
            }
            Self::GivenUp(..) | Self::Unreadable(_) | Self::Local(_) => false,
        }
    }

    /// Whether it is a server's word, which it would repeat.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. }) && !self.is_passing()
    }

    /// Whether it is an answer of that status.
    pub fn is(&self, wanted: StatusCode) -> bool {
        matches!(self, Self::Refused { status, .. } if *status == wanted)
    }

    /// Whether the API gave that reason.
    pub fn is_for(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { reason, .. } if reason == wanted)
    }

    /// What an answer other than 2xx says: problem details of the API, or the XML of S3.
    pub fn refused(status: StatusCode, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let element = |name: &str| {
            let (_, after) = text.split_once(&format!("<{name}>"))?;
            after.split_once("</").map(|(value, _)| value.to_owned())
        };
        let (reason, detail) = match serde_json::from_slice::<Value>(body) {
            Ok(problem) => {
                let text = |field: &str| problem.get(field).and_then(Value::as_str).map(str::to_owned);
                (text("reason").or_else(|| text("__type")), text("detail").or_else(|| text("message")))
            }
            Err(_) => (element("Code"), element("Message")),
        };
        let detail = detail.unwrap_or_else(|| "the server refused".to_owned());
        Self::Refused { status, reason: reason.unwrap_or_default(), detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_by_its_reason() {
        let api = br#"{"type":"about:blank","status":403,"reason":"quota_exceeded","detail":"There is no room."}"#;
        let said = ClientError::refused(StatusCode::FORBIDDEN, api);
        assert!(said.is_for("quota_exceeded") && !said.is_passing());
        assert_eq!(said.to_string(), "There is no room. (403 Forbidden, quota_exceeded)");
        let s3 = b"<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Wait.</Message></Error>";
        let said = ClientError::refused(StatusCode::SERVICE_UNAVAILABLE, s3);
        assert!(said.is_for("SlowDown") && said.is_passing());
        assert_eq!(
            ClientError::refused(StatusCode::BAD_GATEWAY, b"").to_string(),
            "the server refused (502 Bad Gateway)"
        );
    }
}
