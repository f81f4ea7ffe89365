//! The Node process in which the others run: a question a line, an answer a line.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bench::cpu;
use serde_json::{Map, Value, json};

use crate::pool::{CLIENT, ISSUER, POOL, REGION};

/// One of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// cognito-at-edge as Lambda runs it: JSON parsed, handled, written.
    CognitoAtEdge,
    /// Its `handle()` alone, with the event parsed beforehand.
    CognitoAtEdgeHandle,
    /// `verifySync` on the bare access token.
    AwsJwtVerify,
    /// `jwtVerify` on the bare access token.
    Jose,
}

impl Peer {
    /// The name that peers.mjs knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::CognitoAtEdge => "cognito-at-edge",
            Self::CognitoAtEdgeHandle => "cognito-at-edge handle",
            Self::AwsJwtVerify => "aws-jwt-verify",
            Self::Jose => "jose",
        }
    }
}

/// Node with the others inside. It ends when its stdin does.
pub struct Peers {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    /// The version of each.
    pub versions: Map<String, Value>,
}

impl Peers {
    /// Starts Node and hands over keys, events and tokens; `directory` keeps the latter two while it reads.
    pub fn start(
        script: &Path,
        directory: &Path,
        jwks: &Value,
        events: &[Vec<u8>],
        tokens: &[Vec<u8>],
    ) -> Result<Self> {
        let lines = |name: &str, lines: &[Vec<u8>]| {
            let path = directory.join(name);
            let text: Vec<u8> = lines.iter().flat_map(|line| line.iter().chain(b"\n")).copied().collect();
            std::fs::write(&path, text).map(|()| path)
        };
        let (events, tokens) = (lines("events", events)?, lines("tokens", tokens)?);
        let mut child = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("node cannot be run")?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().context("node has no stdout")?);
        let mut peers = Self { child, stdin, stdout: BufReader::new(stdout), versions: Map::new() };
        peers.versions = peers.ask(&json!({"setup": {
            "region": REGION, "userPoolId": POOL, "clientId": CLIENT, "issuer": ISSUER, "jwks": jwks,
            "eventsFile": events, "tokensFile": tokens,
        }}))?;
        Ok(peers)
    }

    /// CPU µs a call.
    pub fn run(&mut self, peer: Peer, calls: usize) -> Result<f64> {
        let answer = self.ask(&json!({"run": {"peer": peer.name(), "calls": calls}}))?;
        let microseconds = answer.get("cpu_us").and_then(Value::as_u64).context("node names no CPU time")?;
        Ok(cpu::per_call(Duration::from_micros(microseconds), calls))
    }

    fn ask(&mut self, question: &Value) -> Result<Map<String, Value>> {
        writeln!(self.stdin.as_mut().context("node is gone")?, "{question}")?;
        let mut line = String::new();
        if self.stdout.read_line(&mut line)? == 0 {
            bail!("node ended with {}; what it said is above", self.child.wait()?);
        }
        let answer: Map<String, Value> = serde_json::from_str(&line)?;
        match answer.get("error") {
            Some(error) => bail!("node: {}", error.as_str().unwrap_or("unknown error")),
            None => Ok(answer),
        }
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        self.stdin = None;
        let _ = self.child.wait();
    }
}
