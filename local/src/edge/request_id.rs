//! `x-amz-cf-id`: names one request in the event, in the answer and in the log.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use http::HeaderValue;

/// 56 characters of URL-safe base64 that end in `=`, as `CloudFront`'s do. Random, and nothing but a name.
#[derive(Debug, Clone)]
pub(super) struct RequestId(String);

impl RequestId {
    /// A new one.
    pub(super) fn random() -> Self {
        let mut bytes = Vec::with_capacity(48);
        for _ in 0..3 {
            bytes.extend_from_slice(uuid::Uuid::new_v4().as_bytes());
        }
        bytes.truncate(41);
        Self(URL_SAFE.encode(bytes))
    }

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// As a header's value.
    pub(super) fn header_value(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or_else(|_| HeaderValue::from_static("-"))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::RequestId;

    #[test]
    fn has_cloudfronts_shape() {
        let id = RequestId::random();
        assert_eq!(id.as_str().len(), 56);
        assert!(id.as_str().ends_with('='));
        assert_ne!(id.as_str(), RequestId::random().as_str());
    }
}
