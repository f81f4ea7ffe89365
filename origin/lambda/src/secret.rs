//! The secret that passes are made with, read again now and then: it is replaced while the function runs.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use edge_auth::pass::{RingKey, Secret};

use crate::Source;

/// How long a key is used before its secret is read again. A rotation waits ten times as long before it drops a key.
const FRESH: Duration = Duration::from_secs(60);

/// The SDK's calls that are made here, each with the actions of IAM that it needs. The end-to-end test `permissions` compares it with
/// the code, terraform/check/iam.py with the policies of the functions.
pub const CALLS: &[(&str, &[&str])] = &[("get_parameter", &["ssm:GetParameter"])];

/// The key that passes are made with.
pub struct PassKeys {
    source: Source,
    client: aws_sdk_ssm::Client,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    key: Option<RingKey>,
    read_at: Option<Instant>,
}

impl PassKeys {
    /// Nothing is read yet.
    pub fn new(source: Source, client: aws_sdk_ssm::Client) -> Self {
        Self { source, client, known: Mutex::default() }
    }

    /// The key as it was read last; `None` where it never could be.
    pub fn current(&self) -> Option<RingKey> {
        self.known().key.clone()
    }

    /// Reads the secret where that was long ago. Where it cannot be read the key that was read last stays.
    pub async fn refresh(&self) {
        if self.known().read_at.is_some_and(|at| at.elapsed() < FRESH) {
            return;
        }
        // Said before it is done: requests that come meanwhile do not all read it, and a store that is down is asked once
        // a minute. The first waits, as there is no key yet.
        self.known().read_at = Some(Instant::now());
        match self.read().await {
            Ok(secret) => self.known().key = Some(secret.current().clone()),
            Err(cause) => tracing::error!(%cause, "STAGEDOOR_PASS_KEYS cannot be read"),
        }
    }

    async fn read(&self) -> Result<Secret, String> {
        let text = match &self.source {
            Source::File(path) => {
                tokio::fs::read_to_string(path).await.map_err(|e| format!("{}: {e}", path.display()))?
            }
            Source::Parameter(name) => {
                let get = self.client.get_parameter().name(name).with_decryption(true);
                let parameter = get.send().await.map_err(|e| aws_sdk_ssm::error::DisplayErrorContext(e).to_string())?;
                let value = parameter.parameter().and_then(|parameter| parameter.value());
                value.ok_or_else(|| format!("the parameter {name} has no value"))?.to_owned()
            }
        };
        Secret::from_json(&text).map_err(|e| e.to_string())
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
