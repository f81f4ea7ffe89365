use aws_sdk_sns::Client;
use aws_sdk_sns::error::DisplayErrorContext;
use aws_sdk_sns::types::MessageAttributeValue;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::ProcessError;

use super::Plan;

/// The SDK's calls that are made here, each with the actions of IAM that it needs. The end-to-end test `permissions` compares it with
/// the code, terraform/check/iam.py with the policies of the functions.
pub const CALLS: &[(&str, &[&str])] = &[("publish", &["sns:Publish"])];

/// An SNS topic.
#[derive(Clone)]
pub struct Topic {
    client: Client,
    arn: String,
}

impl Topic {
    /// A topic behind a client from the SDK's own environment variables.
    pub async fn from_environment(arn: &str) -> Self {
        let http =
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let shared = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http).load().await;
        Self::new(Client::new(&shared), arn)
    }

    /// A topic behind that client.
    pub fn new(client: Client, arn: &str) -> Self {
        Self { client, arn: arn.to_owned() }
    }

    /// Publishes the message, with the attributes `event` and `owner` for subscribers' filter policies.
    ///
    /// # Errors
    /// [`ProcessError::Topic`] where SNS does not take it.
    pub async fn publish(&self, plan: &Plan) -> Result<(), ProcessError> {
        let mut publish = self.client.publish().topic_arn(&self.arn).message(&plan.message);
        for (name, value) in [("event", plan.event), ("owner", plan.owner.as_str())] {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            publish = publish.message_attributes(name, value.map_err(|e| ProcessError::Topic(e.to_string()))?);
        }
        let published = publish.send().await;
        published.map(drop).map_err(|e| ProcessError::Topic(DisplayErrorContext(e).to_string()))
    }
}
