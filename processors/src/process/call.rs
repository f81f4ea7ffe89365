//! What the image function is called with: one title, or a batch of a queue's messages.

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Event, Processed, image};
use crate::{ProcessError, Services};

/// A call of the image function.
#[derive(Debug)]
pub enum Call {
    /// One title, by a state machine.
    One(Event),
    /// Messages of an SQS queue, each with an [`Event`] as its body.
    Batch(Vec<Message>),
}

/// A message of SQS (<https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// By which SQS knows it.
    pub message_id: String,
    /// An [`Event`] as JSON.
    pub body: String,
}

/// What the image function answers.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To [`Call::One`].
    One(Processed),
    /// To [`Call::Batch`]: exactly those messages are delivered again.
    Batch {
        /// Those that failed.
        #[serde(rename = "batchItemFailures")]
        failures: Vec<Unprocessed>,
    },
}

/// A message that has to come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Unprocessed {
    /// [`Message::message_id`].
    #[serde(rename = "itemIdentifier")]
    pub message_id: String,
}

impl<'de> Deserialize<'de> for Call {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut call = Value::deserialize(deserializer)?;
        // By hand, so that the error is the field's and not that no variant fits.
        let call = match call.get_mut("Records").map(Value::take) {
            Some(records) => serde_json::from_value(records).map(Self::Batch),
            None => serde_json::from_value(call).map(Self::One),
        };
        call.map_err(D::Error::custom)
    }
}

/// The image function: one message of a batch after the other, as each may take the function's memory. One that fails takes no other
/// with it.
///
/// # Errors
/// What failed on our side for a single title; never for a batch.
pub async fn image_calls(services: &Services, call: Call) -> Result<Answer, ProcessError> {
    let messages = match call {
        Call::One(event) => return image(services, event).await.map(Answer::One),
        Call::Batch(messages) => messages,
    };
    let mut failures = Vec::new();
    for Message { message_id, body } in messages {
        let done = match serde_json::from_str(&body) {
            Ok(event) => image(services, event).await.map(|_| ()),
            Err(e) => Err(ProcessError::Event { field: "Records[].body", message: e.to_string() }),
        };
        if let Err(error) = done {
            tracing::error!(message_id, %error, "the message will be delivered again");
            failures.push(Unprocessed { message_id });
        }
    }
    Ok(Answer::Batch { failures })
}
