//! A change of the store: written to the local one, or printed for `aws cloudfront-keyvaluestore update-keys`.

use edge_auth::pass::Ring;
use local::edge::KeyValueWriter;
use serde_json::{Value, json};

use super::RING;
use super::place::of_store;
use crate::failure::Failure;

/// How many keys one `update-keys` takes.
pub const MOST_AT_ONCE: usize = 50;

/// What is put and what is deleted, all of it or nothing.
#[derive(Debug, Default)]
pub struct Change {
    puts: Vec<(String, String)>,
    deletes: Vec<String>,
}

impl Change {
    pub fn put(mut self, key: &str, value: String) -> Self {
        self.puts.push((key.to_owned(), value));
        self
    }

    pub fn put_ring(self, ring: &Ring) -> Result<Self, Failure> {
        let text = ring.to_json().map_err(|error| Failure::Check(error.to_string()))?;
        Ok(self.put(RING, text))
    }

    pub fn delete(mut self, keys: impl IntoIterator<Item = String>) -> Self {
        self.deletes.extend(keys);
        self
    }

    /// What `update-keys --cli-input-json` takes beside `KvsARN` and `IfMatch`.
    pub fn to_json(&self) -> Value {
        let puts: Vec<Value> = self.puts.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        let deletes: Vec<Value> = self.deletes.iter().map(|key| json!({"Key": key})).collect();
        json!({"Puts": puts, "Deletes": deletes})
    }

    /// Writes it, the ring last among what is put: whoever is told to look for revocations finds this one.
    pub fn apply(&self, writer: &mut KeyValueWriter<'_>) -> Result<(), Failure> {
        let (rings, others): (Vec<_>, Vec<_>) = self.puts.iter().partition(|(key, _)| key == RING);
        for (key, value) in others.into_iter().chain(rings) {
            writer.put(key, value).map_err(of_store)?;
        }
        for key in &self.deletes {
            writer.delete(key).map_err(of_store)?;
        }
        Ok(())
    }
}
