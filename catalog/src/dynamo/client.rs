use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use super::keys::Room;
use crate::CatalogError;

/// The SDK's calls that are made here, each with the actions of IAM that it needs. The end-to-end test `permissions` compares it with
/// the code, terraform/check/iam.py with the policies of the functions.
pub const CALLS: &[(&str, &[&str])] = &[
    ("get_item", &["dynamodb:GetItem"]),
    ("batch_get_item", &["dynamodb:BatchGetItem"]),
    ("query", &["dynamodb:Query"]),
    ("put_item", &["dynamodb:PutItem"]),
    ("update_item", &["dynamodb:UpdateItem"]),
    ("delete_item", &["dynamodb:DeleteItem"]),
    ("transact_write_items", &["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]),
    // `stagedoor migrate` and tests: no function reads a whole table or makes one.
    ("scan", &[]),
    ("create_table", &[]),
    ("update_time_to_live", &[]),
    ("wait_until_table_exists", &[]),
];

/// The catalog in DynamoDB.
#[derive(Clone)]
pub struct DynamoCatalog {
    pub(super) client: Client,
    prefix: String,
}

impl DynamoCatalog {
    /// The tables `PREFIX-people`, `PREFIX-media`, … that a client reaches.
    pub fn new(client: Client, prefix: &str) -> Self {
        Self { client, prefix: prefix.to_owned() }
    }

    /// With a client from the SDK's own environment variables (`AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB`, credentials).
    pub async fn from_environment(prefix: &str) -> Self {
        let http =
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let shared = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http).load().await;
        Self::new(Client::new(&shared), prefix)
    }

    /// A table's name with the prefix.
    pub(super) fn table_name(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }

    pub(super) fn table(&self, room: Room) -> String {
        self.table_name(room.name())
    }
}

/// What DynamoDB or the SDK reports, with its causes.
pub(super) fn store_error(error: impl std::error::Error) -> CatalogError {
    CatalogError::Store(DisplayErrorContext(error).to_string())
}
