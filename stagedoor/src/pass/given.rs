//! What an operator hands over of a store on AWS: the printed answers of `aws cloudfront-keyvaluestore`.

use std::path::{Path, PathBuf};

use clap::Args;
use edge_auth::pass::Ring;
use serde::Deserialize;

use super::RING;
use crate::failure::{Failure, read};

/// For a store that is on AWS.
#[derive(Args)]
pub struct Given {
    /// Print the change as `update-keys --cli-input-json` takes it, instead of writing the local store; it may hold the keys
    #[arg(long, requires = "ring")]
    pub aws: bool,
    /// With --aws: the store's item `ring`, as `aws cloudfront-keyvaluestore get-key` prints it; - is standard input
    #[arg(long, value_name = "FILE", requires = "aws")]
    pub ring: Option<PathBuf>,
}

/// One item, as `get-key` and `list-keys` print it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Item {
    pub key: String,
    pub value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Items {
    items: Vec<Item>,
}

impl Given {
    /// The ring that was handed over; `None` without --aws.
    pub fn ring(&self) -> Result<Option<Ring>, Failure> {
        let Some(path) = self.ring.as_deref().filter(|_| self.aws) else { return Ok(None) };
        let item: Item = serde_json::from_str(&read(path)?).map_err(|_| {
            Failure::file(
                path,
                "expected {\"Key\": \"ring\", \"Value\": …}, as `aws cloudfront-keyvaluestore get-key` prints it",
            )
        })?;
        ring_of(path, &item).map(Some)
    }
}

/// The ring in an item.
pub fn ring_of(path: &Path, item: &Item) -> Result<Ring, Failure> {
    if item.key != RING {
        return Err(Failure::file(path, format!("Key: expected {RING:?}")));
    }
    Ring::from_json(&item.value).map_err(|error| Failure::file(path, format!("Value: {error}")))
}

/// Every item of a store.
pub fn items(path: &Path) -> Result<Vec<Item>, Failure> {
    let items: Items = serde_json::from_str(&read(path)?).map_err(|_| {
        Failure::file(
            path,
            "expected {\"Items\": [{\"Key\", \"Value\"}]}, as `aws cloudfront-keyvaluestore list-keys` prints it",
        )
    })?;
    Ok(items.items)
}
