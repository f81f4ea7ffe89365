//! The Lambda@Edge function: the decision behind the Lambda Runtime API.
//!
//! All I/O of the authorizer is here: reading EDGE.json beside this program, the clock, randomness, the log, and (by `provider`)
//! the requests that a decision can ask for: fetching keys, asking for tokens, revoking one.

// This file is the adapter: it is where clock, randomness and files come in.
#![allow(clippy::disallowed_methods)]

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use edge_auth::config::EdgeConfig;
use edge_auth::event::{Event, Outcome};
use edge_auth::log::{Decided, LogLine, request_id};
use edge_auth::{Memory, Moment, Revocation, Step, Verdict, decide};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use provider::Provider;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::value::{RawValue, to_raw_value};

/// A sign-in must end within the function's 5 s, start-up included.
const TOKENS_TIMEOUT: Duration = Duration::from_millis(2500);
/// Signing out does not wait longer for the provider: the cookies are gone either way.
const REVOKE_TIMEOUT: Duration = Duration::from_millis(1500);

struct Function {
    config: EdgeConfig,
    /// Locked for a decision, never over a request to the provider.
    memory: Mutex<Memory>,
    provider: Provider,
    random: SystemRandom,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let path = beside("EDGE.json")?;
    let bytes = std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let config = EdgeConfig::from_slice(&bytes).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|p| format!("{}: {p}", path.display())).collect();
        lines.join("\n")
    })?;
    let memory = Mutex::new(Memory::new(&config));
    let function = Arc::new(Function { config, memory, provider: Provider::new()?, random: SystemRandom::new() });
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let function = Arc::clone(&function);
        async move { function.handle(&event.payload).await }
    }))
    .await
}

/// A file in the directory of this program.
fn beside(name: &str) -> Result<PathBuf, Error> {
    let mut path = std::env::current_exe()?;
    path.set_file_name(name);
    Ok(path)
}

impl Function {
    /// What the function answers to an event, both as JSON.
    async fn handle(&self, event: &RawValue) -> Result<Box<RawValue>, Error> {
        let started = Instant::now();
        let event = Event::read(event.get().as_bytes());
        let request_id = event.as_ref().map_or("", request_id).to_owned();
        let decided = self.decided(event).await?;
        let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        println!("{}", serde_json::to_string(&LogLine::new(&request_id, &decided, duration_us))?);
        Ok(to_raw_value(&decided.outcome)?)
    }

    /// Takes the decision through all its steps. They end: an issuer's keys are asked for once, tokens once.
    async fn decided<'e>(&self, event: Option<Event<'e>>) -> Result<Decided<'e>, Error> {
        let moment = self.moment()?;
        let mut verdict = match event {
            Some(event) => decide(event, &self.config, &mut self.memory(), &moment),
            None => Verdict::event_malformed(),
        };
        loop {
            let Verdict { step, reason, route, subject, .. } = verdict;
            verdict = match step {
                Step::Done(outcome) => return Ok(Decided { outcome, reason, route, subject }),
                Step::FetchKeys(fetch) => {
                    let limit = Duration::from_millis(self.config.key_refresh.timeout_ms);
                    let keys = self.provider.get(&fetch.url, limit).await;
                    let moment = self.moment()?;
                    fetch.finish(keys, &self.config, &mut self.memory(), &moment)
                }
                Step::AskTokens(mut request) => {
                    let form = std::mem::take(&mut request.form);
                    let authorization = request.authorization.take();
                    let tokens = self.provider.post(&request.url, form, authorization, TOKENS_TIMEOUT).await;
                    let now = self.moment()?.now;
                    request.finish(tokens, &self.config, &mut self.memory(), now)
                }
                Step::Revoke(revocation) => {
                    // A provider that does not answer keeps nobody signed in here.
                    let Revocation { url, form, authorization, then } = *revocation;
                    let _ = self.provider.post(&url, form, authorization, REVOKE_TIMEOUT).await;
                    return Ok(Decided { outcome: Outcome::Respond(then), reason, route, subject });
                }
            };
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moment(&self) -> Result<Moment, Error> {
        let mut entropy = [0; 96];
        self.random.fill(&mut entropy).map_err(|_| "the system has no randomness")?;
        Ok(Moment { now: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs(), entropy })
    }
}
