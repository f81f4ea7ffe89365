//! `stagedoor replay`: the edge function's decision over recorded events, without network.

mod events;
mod expect;

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use edge_auth::config::EdgeConfig;
use edge_auth::event::{Event, Outcome};
use edge_auth::{Memory, Moment, Step, decide};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::failure::{Failure, read};

/// One line of JSON for each event: what the edge function returns, and why.
#[derive(Args)]
#[command(after_help = "Examples:\n  stagedoor replay --config EDGE.json event.json\n  \
    stagedoor replay --config EDGE.json --at 1770000000 --explain - < events.ndjson\n  \
    stagedoor replay --config EDGE.json --at 1770000000 --expect fixtures fixtures/*.json")]
pub struct Arguments {
    /// The edge function's configuration (`stagedoor policy compile` writes one)
    #[arg(long, value_name = "EDGE.json")]
    config: PathBuf,
    /// The moment to decide at, in Unix seconds [default: now]
    #[arg(long, value_name = "UNIX_SECONDS")]
    at: Option<u64>,
    /// Add which route matched and every check with its outcome
    #[arg(long)]
    explain: bool,
    /// Compare each FILE's answers with NAME.expected.json in this directory; exit 1 with a diff where they differ
    #[arg(long, value_name = "DIR")]
    expect: Option<PathBuf>,
    /// With --expect: write the expected answers instead of comparing
    #[arg(long, requires = "expect")]
    write: bool,
    /// Files of one event, a JSON array of events, or one event a line; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let text = read(&arguments.config)?;
    let config = EdgeConfig::from_slice(text.as_bytes()).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|p| format!("{}: {p}", arguments.config.display())).collect();
        Failure::Input(lines.join("\n"))
    })?;
    let now = match arguments.at {
        Some(at) => at,
        None => SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs(),
    };
    let mut different = Vec::new();
    for file in &arguments.files {
        let mut answers = Vec::new();
        for (index, event) in events::read_events(file)?.into_iter().enumerate() {
            let answer = replayed(event, &config, now, index, arguments.explain);
            let mut line = json!({"source": file.display().to_string(), "index": index});
            merge(&mut line, &answer);
            println!("{line}");
            answers.push(answer);
        }
        if let Some(directory) = &arguments.expect {
            if arguments.write {
                expect::write(directory, file, &answers)?;
            } else if let Some(difference) = expect::compare(directory, file, &answers)? {
                different.push(difference);
            }
        }
    }
    if different.is_empty() {
        return Ok(());
    }
    let (count, of) = (different.len(), arguments.files.len());
    Err(Failure::Check(format!("{}\n{count} of {of} files answered otherwise than expected", different.join("\n"))))
}

fn replayed(event: Event<'_>, config: &EdgeConfig, now: u64, index: usize, explain: bool) -> Value {
    let moment = Moment { now, entropy: entropy(index) };
    // Each event meets a function that has just started: only the keys in EDGE.json count.
    let mut memory = Memory::new(config);
    let mut checks = Vec::new();
    let mut verdict = decide(event, config, &mut memory, &moment);
    let (outcome, reason, route) = loop {
        checks.append(&mut verdict.checks);
        // Replay never reaches the network: nobody answers.
        verdict = match verdict.step {
            Step::Done(outcome) => break (outcome, verdict.reason, verdict.route),
            Step::Revoke(revocation) => break (Outcome::Respond(revocation.then), verdict.reason, verdict.route),
            Step::FetchKeys(fetch) => fetch.finish(None, config, &mut memory, &moment),
            Step::AskTokens(request) => request.finish(None, config, &mut memory, now),
        };
    };
    let (decision, status) = match &outcome {
        Outcome::Forward(_) => ("forward", None),
        Outcome::Respond(response) => ("respond", Some(response.status.clone())),
    };
    let mut answer = json!({"decision": decision, "reason": reason, "status": status});
    if explain {
        merge(&mut answer, &json!({"route": route, "checks": checks}));
    }
    merge(&mut answer, &json!({"result": outcome}));
    answer
}

/// A fixed stand-in for randomness, another for each event of a file, so that a replay's answers never vary.
fn entropy(index: usize) -> [u8; 96] {
    let block = |n: usize| digest(&SHA256, format!("stagedoor replay {index} {n}").as_bytes());
    let mut bytes = [0; 96];
    let blocks = [block(0), block(1), block(2)];
    let random = blocks.iter().flat_map(|d| d.as_ref().iter());
    bytes.iter_mut().zip(random).for_each(|(to, from)| *to = *from);
    bytes
}

fn merge(into: &mut Value, from: &Value) {
    if let (Some(into), Some(from)) = (into.as_object_mut(), from.as_object()) {
        into.extend(from.iter().map(|(k, v)| (k.clone(), v.clone())));
    }
}
