//! The events that the processors get, and their answers.

use bytes::Bytes;
use catalog::MediaId;
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::objects::ObjectCreated;

/// What dispatch made of an event.
#[derive(Debug, Deserialize)]
pub(super) struct Dispatched {
    pub items: Vec<Item>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Item {
    pub media_id: MediaId,
    pub kind: Route,
}

/// Where an item goes from dispatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Route {
    Image,
    Video,
    /// Dispatch has ended it as failed.
    Unsupported,
    /// Its object is not there.
    Missing,
    /// It was ready or failed before.
    Ended,
}

/// What a processor answers.
#[derive(Debug, Deserialize)]
pub(super) struct Processed {
    pub status: Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Ready,
    Failed,
    /// It was ready or failed before.
    Ended,
}

/// What the image function answers to a batch of which no message has failed.
#[derive(Debug, Deserialize)]
#[serde(try_from = "BatchAnswer")]
pub(super) struct AllDone;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchAnswer {
    batch_item_failures: Vec<serde_json::Value>,
}

impl TryFrom<BatchAnswer> for AllDone {
    type Error = &'static str;

    fn try_from(answer: BatchAnswer) -> Result<Self, Self::Error> {
        if answer.batch_item_failures.is_empty() { Ok(Self) } else { Err("a message has failed") }
    }
}

/// What the notify function answers.
#[derive(Debug, Deserialize)]
pub(super) struct Notified {}

/// S3's notification of one object.
pub(super) fn s3_event(object: &ObjectCreated) -> Bytes {
    // S3 encodes keys as forms are, except for the slash.
    let key: String = form_urlencoded::byte_serialize(object.key.as_bytes()).collect();
    let event = json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": object.bucket},
            "object": {"key": key.replace("%2F", "/"), "size": object.bytes, "eTag": object.etag},
        },
    }]});
    Bytes::from(event.to_string())
}

/// The change feed's word of one title; processors and the notify function get the same.
pub(super) fn media_event(id: &MediaId) -> Bytes {
    Bytes::from(json!({"media_id": id}).to_string())
}

/// A batch of one message of the queue of titles that are ready, and of which more is to be made.
pub(super) fn later_event(id: &MediaId) -> Bytes {
    let body = json!({"media_id": id, "later": true}).to_string();
    Bytes::from(json!({"Records": [{"messageId": id, "eventSource": "aws:sqs", "body": body}]}).to_string())
}

/// A schedule's word to the notify function.
pub(super) fn due_event() -> Bytes {
    Bytes::from_static(br#"{"due":true}"#)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn keys_are_encoded_as_s3_does() {
        let object = ObjectCreated {
            bucket: "raw".to_owned(),
            key: "in/Übung 1+1=2 100%.jpg".to_owned(),
            bytes: 7,
            etag: "e".to_owned(),
        };
        let event: serde_json::Value = serde_json::from_slice(&s3_event(&object)).unwrap();
        let s3 = &event["Records"][0]["s3"];
        assert_eq!(s3["object"]["key"], "in/%C3%9Cbung+1%2B1%3D2+100%25.jpg");
        assert_eq!(s3["object"]["size"], 7);
        assert_eq!(s3["bucket"]["name"], "raw");
    }

    #[test]
    fn an_answer_of_another_shape_is_no_answer() {
        assert!(serde_json::from_str::<Dispatched>(r#"{"items":[{"media_id":"a","kind":"image"}]}"#).is_ok());
        assert!(serde_json::from_str::<Dispatched>(r#"{"items":[{"media_id":"A/b","kind":"image"}]}"#).is_err());
        assert!(serde_json::from_str::<Dispatched>(r#"{"items":[{"media_id":"a","kind":"song"}]}"#).is_err());
        assert!(serde_json::from_str::<Processed>(r#"{"media_id":"a","status":"done"}"#).is_err());
        assert!(serde_json::from_str::<AllDone>(r#"{"batchItemFailures":[]}"#).is_ok());
        assert!(serde_json::from_str::<AllDone>(r#"{"batchItemFailures":[{"itemIdentifier":"a"}]}"#).is_err());
        assert!(serde_json::from_str::<AllDone>("{}").is_err());
    }
}
