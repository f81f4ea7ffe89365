//! Who is measured when.

use std::path::Path;
use std::time::SystemTime;

use anyhow::Result;
use bench::limits::Limit;
use bench::machine::{Machine, said_by};
use bench::rows::Row;
use bench::series::Series;
use serde_json::Value;

use crate::openssl;
use crate::options::{Options, Sizes};
use crate::ours::Ours;
use crate::packaged::{self, Packaged};
use crate::peers::{Peer, Peers};
use crate::pool::UserPool;
use crate::report::Report;
use crate::site;

/// What everybody is given.
pub struct Input {
    /// The keys.
    pub jwks: Value,
    /// Our configuration.
    pub edge_json: Vec<u8>,
    /// One of each person.
    pub events: Vec<Vec<u8>>,
    /// The access token in each, for those who look at nothing else.
    pub tokens: Vec<Vec<u8>>,
}

impl Input {
    /// A fresh pool with so many people signed in.
    pub fn new(people: usize) -> Result<Self> {
        let pool = UserPool::new()?;
        let jwks = pool.jwks();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let (mut events, mut tokens) = (Vec::with_capacity(people), Vec::with_capacity(people));
        for _ in 0..people {
            let person = pool.sign_in(now)?;
            events.push(site::event(&person)?);
            tokens.push(person.access.into_bytes());
        }
        Ok(Self { edge_json: serde_json::to_vec(&site::edge_json(&jwks))?, jwks, events, tokens })
    }
}

/// All measurements.
pub fn everything(options: &Options, input: &Input) -> Result<Report> {
    let sizes = Sizes { event_bytes: input.events.first().map_or(0, Vec::len), ..options.sizes };
    let directory = tempfile::tempdir()?;
    let mut peers = Peers::start(&options.peers, directory.path(), &input.jwks, &input.events, &input.tokens)?;
    let mut versions = peers.versions.clone();
    for (program, argument) in [("openssl", "version"), ("rustc", "--version")] {
        // "OpenSSL 3.0.19 27 Jan 2026 …", "rustc 1.95.0 (…)"
        let said = said_by(program, &[argument])?;
        versions.insert(program.to_owned(), said.split_whitespace().nth(1).unwrap_or("unknown").into());
    }
    // `edge` where it is built as what is deployed is.
    let program = std::env::current_exe()?;
    let profile = program.parent().and_then(Path::file_name).map(|name| name.to_string_lossy());
    versions.insert("build profile".to_owned(), profile.unwrap_or_default().into());
    let rows = rounds(&sizes, &Ours::new(&input.edge_json, &input.events)?, &mut peers)?;
    // Node is gone before the packaged function is timed.
    drop(peers);
    let packaged = packaged::measure(options, input, directory.path())?;
    let limits = limits(&rows, &packaged);
    Ok(Report { machine: Machine::here()?, versions, sizes, rows, packaged, limits })
}

/// Everybody once a round, after a short turn that only warms up: V8 compiles what it sees often.
fn rounds(sizes: &Sizes, ours: &Ours<'_>, peers: &mut Peers) -> Result<Vec<Row>> {
    let mut rows: Vec<Row> = EVERYBODY.iter().map(|who| Row::new(who.name())).collect();
    for who in EVERYBODY {
        who.turn((sizes.calls / 10).max(1), ours, peers)?;
    }
    for round in 1..=sizes.rounds {
        for (who, row) in EVERYBODY.iter().zip(&mut rows) {
            let cpu = who.turn(sizes.calls, ours, peers)?;
            eprintln!("bench-edge: round {round}: {cpu:8.2} µs  {}", row.name);
            row.cpu_us.push(cpu);
        }
    }
    Ok(rows)
}

/// Who takes turns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    OpenSsl,
    Unseen,
    Seen,
    Peer(Peer),
}

const EVERYBODY: [Who; 7] = [
    Who::OpenSsl,
    Who::Unseen,
    Who::Seen,
    Who::Peer(Peer::CognitoAtEdge),
    Who::Peer(Peer::CognitoAtEdgeHandle),
    Who::Peer(Peer::AwsJwtVerify),
    Who::Peer(Peer::Jose),
];

impl Who {
    fn name(self) -> &'static str {
        match self {
            Self::OpenSsl => "OpenSSL: RSA-2048 verify alone",
            Self::Unseen => "Stagedoor: event to answer, token unseen",
            Self::Seen => "Stagedoor: event to answer, token seen before",
            Self::Peer(Peer::CognitoAtEdge) => "cognito-at-edge: event to answer",
            Self::Peer(Peer::CognitoAtEdgeHandle) => "cognito-at-edge: `handle()` alone, event parsed beforehand",
            Self::Peer(Peer::AwsJwtVerify) => "aws-jwt-verify: `verifySync` alone",
            Self::Peer(Peer::Jose) => "jose: `jwtVerify` alone",
        }
    }

    /// CPU µs a call.
    fn turn(self, calls: usize, ours: &Ours<'_>, peers: &mut Peers) -> Result<f64> {
        match self {
            // Counts by time, not by calls.
            Self::OpenSsl => openssl::verification(),
            Self::Unseen => ours.unseen(calls),
            Self::Seen => ours.seen(calls),
            Self::Peer(peer) => peers.run(peer, calls),
        }
    }
}

/// What the README promises. An unseen token is judged against cognito-at-edge's bare `handle()`, although ours reads the
/// event and writes the answer as well; a seen one against the same work, event to answer.
fn limits(rows: &[Row], packaged: &Packaged) -> Vec<Limit> {
    let of = |who: Who| rows.iter().zip(EVERYBODY).find(|(_, w)| *w == who).map(|(row, _)| row.cpu_us.median());
    let ratio = |a: Who, b: Who| of(a).zip(of(b)).map(|(a, b)| a / b);
    let (handle, whole) = (Who::Peer(Peer::CognitoAtEdgeHandle), Who::Peer(Peer::CognitoAtEdge));
    let median = |series: &Option<Series>| series.as_ref().map(Series::median);
    // Sizes in bytes are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let bytes = |bytes: Option<u64>| bytes.map(|b| b as f64);
    vec![
        Limit::at_most("unseen token, times OpenSSL's verify", 1.6, ratio(Who::Unseen, Who::OpenSsl)),
        Limit::at_least("unseen token, times quicker than cognito-at-edge's handle()", 1.7, ratio(handle, Who::Unseen)),
        Limit::at_least(
            "seen token, times quicker than cognito-at-edge, event to answer",
            10.0,
            ratio(whole, Who::Seen),
        ),
        Limit::at_most("ms from exec to the first GET /next", 10.0, median(&packaged.start_ms)),
        Limit::at_most("the same through launcher.py", 45.0, median(&packaged.launcher_start_ms)),
        Limit::at_most("bytes resident after all events", 8.0 * 1024.0 * 1024.0, bytes(packaged.resident)),
        Limit::at_most("bytes of the zip", 1_048_576.0, bytes(packaged.zip)),
    ]
}
