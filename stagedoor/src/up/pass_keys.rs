//! The key of passes while a site runs: read again when its file changes, and deployed to the edge function then.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use edge_auth::pass::{RingKey, Secret};
use edge_auth::policy::{Gate, Policy};
use local::edge::{CloudFrontFunction, KeyValueDirectory, ViewerFunction};
use local::runtime::{Function, FunctionConfig};
use serde_json::Value;

use super::data::write_private;
use super::deployment::{checked, with_pass_keys};
use crate::pass::read_secret;

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Gives the key that passes are minted with, as the secret in this file has it. A call costs one `stat` while the file stays as it
/// is. Where it cannot be read the key that was read last stays: it is accepted for a day at least.
pub fn current_pass_key(secret: PathBuf) -> impl Fn() -> Option<RingKey> + Send + Sync {
    let known: Mutex<Known> = Mutex::default();
    move || {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = std::fs::metadata(&secret).ok().map(|file| stamp(&file));
        if known.stamp.is_none() || known.stamp != stamp {
            known.stamp = stamp;
            match read_secret(&secret) {
                Ok(secret) => known.key = Some(secret.current().clone()),
                Err(failure) => tracing::error!(%failure, "the secret of passes"),
            }
        }
        known.key.clone()
    }
}

#[derive(Default)]
struct Known {
    stamp: Option<Stamp>,
    key: Option<RingKey>,
}

/// Tells a file from the one that it was: it is replaced whole, so the inode changes where the clock is too coarse.
type Stamp = (Option<SystemTime>, u64, u64);

fn stamp(file: &Metadata) -> Stamp {
    (file.modified().ok(), file.ino(), file.len())
}

/// The function of routes with `gate: function`, where the policy has any.
pub fn viewer_function(policy: &Policy, store: KeyValueDirectory) -> Result<Option<ViewerFunction>> {
    if policy.routes.iter().all(|route| route.gate != Gate::Function) {
        return Ok(None);
    }
    let text = viewer_function::emit(policy).context("the CloudFront Function")?;
    let function = CloudFrontFunction::load(&text).context("the CloudFront Function")?;
    Ok(Some(ViewerFunction { function, store: std::sync::Arc::new(store), clock: unix_seconds }))
}

fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// What has to be deployed again for a new key.
pub struct Deployment {
    /// EDGE.json as it is deployed.
    pub edge_json: Value,
    /// The name of the key in it.
    pub kid: String,
    /// The staged function's.
    pub edge_json_file: PathBuf,
    pub function: Function,
    pub config: FunctionConfig,
}

impl Deployment {
    /// Looks at the key for as long as it is polled, and deploys each new one.
    pub async fn follow(mut self, current: impl Fn() -> Option<RingKey>) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            let Some(key) = current().filter(|key| key.kid != self.kid) else { continue };
            match self.deploy(key).await {
                Ok(()) => tracing::info!(kid = self.kid, "passes are minted with another key"),
                Err(error) => tracing::error!(%error, "the new key of passes is not deployed"),
            }
        }
    }

    /// The processes before end what they have begun: with the key before, which is accepted for a day and more.
    async fn deploy(&mut self, key: RingKey) -> Result<()> {
        let kid = key.kid.clone();
        let edge_json = with_pass_keys(self.edge_json.clone(), &Secret::new(key));
        checked(&edge_json)?;
        write_private(&self.edge_json_file, &serde_json::to_vec_pretty(&edge_json)?)?;
        self.function.replace(self.config.clone()).await?;
        (self.edge_json, self.kid) = (edge_json, kid);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(n: u8) -> Secret {
        Secret::new(RingKey { kid: format!("k{n}"), secret: vec![n; 32], until: None })
    }

    #[test]
    fn it_is_read_again_when_the_file_changes_and_kept_when_it_is_broken() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pass-keys.json");
        let current = current_pass_key(path.clone());
        let kid = || current().map(|key| key.kid);
        assert_eq!(kid(), None);
        for n in 1..20 {
            // Within one tick of a file system's clock.
            write_private(&path, secret(n).to_json().as_bytes()).unwrap();
            assert_eq!(kid(), Some(format!("k{n}")));
        }
        write_private(&path, b"{}").unwrap();
        assert_eq!(kid(), Some("k19".to_owned()));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(kid(), Some("k19".to_owned()));
        write_private(&path, secret(20).to_json().as_bytes()).unwrap();
        assert_eq!(kid(), Some("k20".to_owned()));
    }

    #[test]
    fn it_can_be_shared() {
        fn shared(_: impl Fn() -> Option<RingKey> + Send + Sync + 'static) {}
        shared(current_pass_key(PathBuf::new()));
    }
}
