//! The Lambda@Edge function: the decision behind the Lambda Runtime API.
//!
//! All I/O of the authorizer is here: reading EDGE.json beside this program, the clock, randomness, and the two requests
//! that a decision can ask for (exchanging a code, revoking a token).

// This file is the adapter: it is where clock, randomness and files come in.
#![allow(clippy::disallowed_methods)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use edge_auth::config::EdgeConfig;
use edge_auth::event::{Event, Outcome};
use edge_auth::{Moment, ProviderAnswer, Step, Verdict, decide};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::json;

/// A sign-in must end within the function's 5 s, start-up included.
const EXCHANGE_TIMEOUT: Duration = Duration::from_millis(2500);
/// Signing out does not wait longer for the provider: the cookies are gone either way.
const REVOKE_TIMEOUT: Duration = Duration::from_millis(1500);
/// Tokens are a few kilobytes.
const LONGEST_ANSWER: usize = 64 * 1024;

struct Function {
    config: EdgeConfig,
    provider: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
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
    let tls = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
    let provider = Client::builder(TokioExecutor::new()).build(tls);
    let function = Arc::new(Function { config, provider, random: SystemRandom::new() });
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Event>| {
        let function = Arc::clone(&function);
        async move { function.handle(event.payload).await }
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
    async fn handle(&self, event: Event) -> Result<Outcome, Error> {
        let started = Instant::now();
        let config = event.records.first().and_then(|r| r.cf.config.as_ref());
        let request_id = config.and_then(|c| c.request_id.clone()).unwrap_or_default();
        let moment = Moment { now: unix_now()?, entropy: self.entropy()? };
        let verdict = decide(event, &self.config, &moment);
        let (reason, route) = (verdict.reason, verdict.route.clone());
        let (outcome, reason) = match verdict.step {
            Step::Done(outcome) => (outcome, reason),
            Step::Revoke(revocation) => {
                // A provider that does not answer keeps nobody signed in here.
                let _ = self.post(&revocation.url, revocation.form, revocation.authorization, REVOKE_TIMEOUT).await;
                (revocation.then, reason)
            }
            Step::Exchange(mut exchange) => {
                let form = std::mem::take(&mut exchange.form);
                let answer = self.post(&exchange.url, form, exchange.authorization.take(), EXCHANGE_TIMEOUT).await;
                match exchange.finish(answer, &self.config, unix_now()?) {
                    Verdict { step: Step::Done(outcome), reason, .. } => (outcome, reason),
                    // An exchange ends in an answer; anything else is a defect, and a 503 says so.
                    _ => return Err("a sign-in asked for a second exchange".into()),
                }
            }
        };
        let decision = if matches!(outcome, Outcome::Forward(_)) { "forward" } else { "respond" };
        let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        println!(
            "{}",
            json!({"request_id": request_id, "route": route, "reason": reason, "decision": decision, "duration_us": duration_us})
        );
        Ok(outcome)
    }

    fn entropy(&self) -> Result<[u8; 96], Error> {
        let mut entropy = [0; 96];
        self.random.fill(&mut entropy).map_err(|_| "the system has no randomness")?;
        Ok(entropy)
    }

    /// Posts a form; `None` where no whole answer came in time.
    async fn post(&self, url: &str, form: String, authorization: Option<String>, limit: Duration) -> ProviderAnswer {
        let mut request = hyper::Request::post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let request = request.body(Full::from(form)).ok()?;
        let exchange = async {
            let (parts, body) = self.provider.request(request).await.ok()?.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER).collect().await.ok()?;
            Some((parts.status.as_u16(), body.to_bytes().to_vec()))
        };
        tokio::time::timeout(limit, exchange).await.ok()?
    }
}

fn unix_now() -> Result<u64, Error> {
    Ok(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs())
}
