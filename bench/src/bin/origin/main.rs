//! `./build.sh bench origin`: how soon the web app on Lambda answers its first request, beside a Python function that does
//! nothing, and what it weighs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use bench::ending::exit_code;
use bench::limits::Limit;
use bench::machine::Machine;
use bench::process::Process;
use bench::rows;
use bench::runtime_api::RuntimeApi;
use bench::series::Series;
use clap::Parser;
use serde::Serialize;
use serde_json::{Value, json};

/// A Python function that answers as ours does and does nothing else.
const NOTHING: &str = "def handler(event, context):\n    return {'statusCode': 303, 'headers': {}, 'body': ''}\n";

/// Measures the packaged web app. A table goes to stdout, the rest to stderr.
#[derive(Debug, Parser)]
#[command(name = "bench-origin", after_help = "Example:\n  bench-origin --starts 5")]
struct Options {
    /// The program that is deployed
    #[arg(long, default_value = "dist/origin/bootstrap")]
    program: PathBuf,
    /// The zip that is deployed
    #[arg(long, default_value = "dist/origin.zip")]
    zip: PathBuf,
    /// A Python that has awslambdaric
    #[arg(long, default_value = ".tools/venv/bin/python")]
    python: PathBuf,
    /// Starts of each
    #[arg(long, default_value_t = 20)]
    starts: usize,
    /// Where the results are kept
    #[arg(long, default_value = "bench/results/origin.json")]
    results: PathBuf,
}

#[derive(Debug, Serialize)]
struct Report {
    machine: Machine,
    starts: usize,
    ours: Starts,
    empty_python: Starts,
    resident: u64,
    zip: u64,
}

/// Milliseconds from before the process is made.
#[derive(Debug, Default, Serialize)]
struct Starts {
    /// Until it asks for its first event.
    next_ms: Series,
    /// Until its first event is answered.
    answer_ms: Series,
}

fn main() -> ExitCode {
    exit_code("bench-origin", run(&Options::parse()))
}

/// Whether every limit is kept.
fn run(options: &Options) -> Result<bool> {
    let directory = tempfile::tempdir()?;
    let program = std::path::absolute(&options.program)?;
    // Not resolved: a virtual environment is known by the path of the link that its Python is.
    let python = std::path::absolute(&options.python)?;
    std::fs::write(directory.path().join("nothing.py"), NOTHING)?;
    std::fs::copy("tests/fixtures/EDGE.json", directory.path().join("EDGE.json"))
        .context("tests/fixtures/EDGE.json: to be run at the root of the checkout")?;
    std::fs::write(directory.path().join("pass-keys.json"), "{}")?;
    let ours = vec![program];
    let empty = vec![python, "-m".into(), "awslambdaric".into(), "nothing.handler".into()];
    // The first start of each only brings its files into memory.
    start(&ours, directory.path())?;
    start(&empty, directory.path())?;
    let zip = std::fs::metadata(&options.zip).with_context(|| options.zip.display().to_string())?.len();
    let (mut of_ours, mut of_empty, mut resident) = (Starts::default(), Starts::default(), 0);
    for _ in 0..options.starts {
        for (command, starts) in [(&ours, &mut of_ours), (&empty, &mut of_empty)] {
            let started = start(command, directory.path())?;
            starts.next_ms.push(started.next_ms);
            starts.answer_ms.push(started.answer_ms);
            if command == &ours {
                resident = started.resident.max(resident);
            }
        }
    }
    let machine = Machine::here()?;
    let report = Report { machine, starts: options.starts, ours: of_ours, empty_python: of_empty, resident, zip };
    println!("{}", report.markdown());
    rows::keep(&report, &report.limits(), &options.results)
}

struct Started {
    next_ms: f64,
    answer_ms: f64,
    resident: u64,
}

/// One cold start: the process is made, asks for its first event, answers it, and is ended.
fn start(command: &[PathBuf], directory: &Path) -> Result<Started> {
    let api = RuntimeApi::start(vec![event().to_string().into_bytes()], 1, |answer: &Value| {
        answer.get("statusCode") == Some(&json!(303))
    })?;
    let begin = Instant::now();
    let process = Process::start(command, directory, &environment(directory), &api)?;
    let next = api.first()?;
    let answered = api.finished()?;
    let milliseconds = |at: Instant| (at - begin).as_secs_f64() * 1e3;
    Ok(Started { next_ms: milliseconds(next), answer_ms: milliseconds(answered), resident: process.resident()? })
}

fn environment(directory: &Path) -> [(&'static str, String); 7] {
    [
        ("STAGEDOOR_CATALOG", "dynamodb:stagedoor".to_owned()),
        ("STAGEDOOR_RAW_BUCKET", "raw".to_owned()),
        ("STAGEDOOR_MEDIA_BUCKET", "media".to_owned()),
        ("STAGEDOOR_PASS_KEYS", format!("file:{}", directory.join("pass-keys.json").display())),
        ("STAGEDOOR_LOG", "off".to_owned()),
        ("AWS_ACCESS_KEY_ID", "none".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "none".to_owned()),
    ]
}

/// A request that needs neither a session nor a store.
fn event() -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/logout", "rawQueryString": "",
        "headers": {"host": "abc123.execute-api.us-east-1.amazonaws.com"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "abc123", "domainName": "abc123.execute-api.us-east-1.amazonaws.com",
            "http": {"method": "GET", "path": "/logout", "protocol": "HTTP/1.1", "sourceIp": "198.51.100.7", "userAgent": "bench"},
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": "$default", "stage": "$default",
            "time": "10/Mar/2026:05:16:23 +0000", "timeEpoch": 1_773_119_783_000_i64,
        },
        "isBase64Encoded": false,
    })
}

impl Report {
    fn markdown(&self) -> String {
        let ms = |series: &Series| format!("{:.1} ms", series.median());
        let line = |name: &str, ours: String, empty: String| format!("| {name} | {ours} | {empty} |\n");
        let mut text =
            "| cold start | Stagedoor's web app | a Python function that does nothing |\n|---|--:|--:|\n".to_owned();
        let none = || "–".to_owned();
        text += &line("until it asks for its first event", ms(&self.ours.next_ms), ms(&self.empty_python.next_ms));
        text +=
            &line("until its first request is answered", ms(&self.ours.answer_ms), ms(&self.empty_python.answer_ms));
        text += &line("resident memory then", format!("{} KiB", self.resident / 1024), none());
        text += &line("zip", format!("{} KiB", self.zip.div_ceil(1024)), none());
        text
    }

    /// No slower to its first answer than the emptiest function of a managed runtime, and within what Lambda unpacks.
    fn limits(&self) -> Vec<Limit> {
        vec![
            Limit::at_most(
                "ms to the first answer, of a Python function's that does nothing",
                self.empty_python.answer_ms.median(),
                Some(self.ours.answer_ms.median()),
            ),
            #[allow(clippy::cast_precision_loss, reason = "megabytes")]
            Limit::at_most("bytes of the zip", 50.0 * 1024.0 * 1024.0, Some(self.zip as f64)),
        ]
    }
}
