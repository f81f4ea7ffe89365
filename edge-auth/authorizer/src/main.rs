//! The authorizer on Lambda: EDGE.json beside the program, the clock, the Runtime API.

// This file is the adapter: it is where clock and files come in.
#![allow(clippy::disallowed_methods)]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use authorizer::{Question, judge};
use edge_auth::Verifier;
use edge_auth::config::EdgeConfig;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use provider::Provider;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut path = std::env::current_exe()?;
    path.set_file_name("EDGE.json");
    let bytes = std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let edge = EdgeConfig::from_slice(&bytes).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("{}: {problem}", path.display())).collect();
        lines.join("\n")
    })?;
    let fetch = Provider::new()?.into_fetch(Duration::from_millis(edge.key_refresh.timeout_ms));
    let authorizer = Arc::new((Verifier::new(Arc::new(edge)), fetch));
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Question>| {
        let authorizer = Arc::clone(&authorizer);
        async move {
            let (verifier, fetch) = &*authorizer;
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
            Ok::<_, Error>(judge(&event.payload, verifier, now, fetch).await)
        }
    }))
    .await
}
