//! The packaged function as Lambda@Edge runs it: the official Python runtime client imports `launcher.py`, which hands over
//! to `bootstrap`, which asks a Runtime API for events.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;
use std::time::{Duration, SystemTime};

use edge_auth::config::EdgeConfig;
use edge_auth::{Memory, Moment, Step, decide_bytes};
use end_to_end::{dist, python, root};
use local::runtime::{Function, FunctionConfig};
use serde_json::Value;

const EVENTS: usize = 1000;

async fn packaged(directory: &Path, edge_json: &[u8]) -> Function {
    for name in ["bootstrap", "launcher.py"] {
        std::fs::copy(dist().join("edge-auth").join(name), directory.join(name)).unwrap();
    }
    std::fs::write(directory.join("EDGE.json"), edge_json).unwrap();
    Function::start(FunctionConfig {
        name: "edge-auth".to_owned(),
        command: vec![python().into(), "-m".into(), "awslambdaric".into(), "launcher.handler".into()],
        working_dir: Some(directory.to_owned()),
        env: Vec::new(),
        concurrency: 1,
        timeout: Duration::from_secs(5),
        memory_mb: 128,
    })
    .await
    .unwrap()
}

/// What the library answers at this very second, with a memory of its own over all events; randomness shows only in
/// redirects to sign-in, which are compared apart.
fn library(event: &[u8], config: &EdgeConfig, memory: &mut Memory) -> Value {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let moment = Moment { now, entropy: [7; 96] };
    let mut step = decide_bytes(event, config, memory, &moment).step;
    loop {
        step = match step {
            Step::Done(outcome) => return serde_json::to_value(outcome).unwrap(),
            Step::Revoke(revocation) => return serde_json::to_value(revocation.then).unwrap(),
            // The configured addresses lead nowhere, for the function as well.
            Step::FetchKeys(fetch) => fetch.finish(None, config, memory, &moment).step,
            Step::AskTokens(request) => request.finish(None, config, memory, now).step,
        };
    }
}

/// The same answer without what is random or of the moment: state, nonce, challenge and the attempt's cookie.
fn without_randomness(mut answer: Value) -> Value {
    if let Some(location) = answer.pointer_mut("/headers/location/0/value") {
        let kept = location
            .as_str()
            .unwrap()
            .split('&')
            .filter(|p| !p.starts_with("state=") && !p.starts_with("nonce=") && !p.starts_with("code_challenge="));
        *location = kept.collect::<Vec<_>>().join("&").into();
    }
    if let Some(cookies) = answer.pointer_mut("/headers/set-cookie").and_then(Value::as_array_mut) {
        for cookie in cookies {
            let text = cookie["value"].as_str().unwrap().to_owned();
            if text.starts_with("__Host-sd-try-") && !text.contains("Max-Age=0") {
                cookie["value"] = text.split_once(';').unwrap().1.into();
            }
        }
    }
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_events_are_answered_as_the_library_answers_them() {
    let fixtures = root().join("tests/fixtures");
    let edge_json = std::fs::read(fixtures.join("EDGE.json")).unwrap();
    let config = EdgeConfig::from_slice(&edge_json).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let function = packaged(directory.path(), &edge_json).await;
    let mut files: Vec<_> = std::fs::read_dir(fixtures.join("events")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let events: Vec<Vec<u8>> = files
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .filter(|bytes| serde_json::from_slice::<Value>(bytes).is_ok_and(|v| v.is_object()))
        .collect();
    assert!(events.len() >= 40);
    let mut memory = Memory::new(&config);
    let (mut forwarded, mut answered) = (0, 0);
    for event in events.iter().cycle().take(EVENTS) {
        let answer = function.invoke(event.clone().into()).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(
            without_randomness(answer.clone()),
            without_randomness(library(event, &config, &mut memory)),
            "{}",
            String::from_utf8_lossy(event)
        );
        assert!(!answer.to_string().contains(":null"), "CloudFront rejects null: {answer}");
        if answer.get("status").is_some() { answered += 1 } else { forwarded += 1 }
    }
    assert!(forwarded > 0 && answered > 0 && forwarded + answered == EVENTS);
    function.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_differ_in_their_randomness_only() {
    let fixtures = root().join("tests/fixtures");
    let edge_json = std::fs::read(fixtures.join("EDGE.json")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let function = packaged(directory.path(), &edge_json).await;
    let event = std::fs::read(fixtures.join("events/page-without-token.json")).unwrap();
    let first: Value = serde_json::from_slice(&function.invoke(event.clone().into()).await.unwrap()).unwrap();
    let second: Value = serde_json::from_slice(&function.invoke(event.into()).await.unwrap()).unwrap();
    assert_eq!(first["status"], "302");
    assert_ne!(first, second, "two attempts must not share state or cookie");
    assert_eq!(without_randomness(first), without_randomness(second));
    function.stop().await;
}
