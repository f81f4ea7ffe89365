//! The Runtime API and its processes, with a fake function written in Python's standard library.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use local::runtime::{Function, FunctionConfig, InvokeError, PAYLOAD_LIMIT, RuntimeError};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::{Value, json};

fn config(concurrency: usize) -> FunctionConfig {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/function.py");
    FunctionConfig {
        name: "fake".to_owned(),
        command: vec!["python3".into(), script.into()],
        working_dir: None,
        env: vec![("FLAVOUR".to_owned(), "vanilla".to_owned())],
        concurrency,
        timeout: Duration::from_secs(20),
        memory_mb: 128,
    }
}

async fn invoke(function: &Function, event: Value) -> Result<Value, InvokeError> {
    let answer = function.invoke(Bytes::from(event.to_string())).await?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

fn pid(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

fn signal(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal).unwrap();
}

/// Whether it runs; one that has ended and waits for its parent to look does not.
fn runs(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit_once(") ").unwrap().1.starts_with(['Z', 'X']))
}

async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < until, "not within 20 s: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_answered_and_the_function_sees_what_lambda_shows_it() {
    let function = Function::start(config(1)).await.unwrap();
    let answer = invoke(&function, json!({"do": "echo", "text": "grüß"})).await.unwrap();
    assert_eq!(answer["event"]["text"], "grüß");
    assert_eq!(function.process_ids(), [pid(&answer["pid"])]);

    let headers = &answer["headers"];
    assert_eq!(headers["lambda-runtime-aws-request-id"].as_str().unwrap().len(), 36);
    assert_eq!(headers["lambda-runtime-invoked-function-arn"], "arn:aws:lambda:us-east-1:000000000000:function:fake");
    let trace = headers["lambda-runtime-trace-id"].as_str().unwrap();
    let lengths: Vec<_> = trace.split([';', '-', '=']).map(str::len).collect();
    assert_eq!(lengths, ["Root".len(), 1, 8, 24, "Parent".len(), 16, "Sampled".len(), 1], "{trace}");
    let deadline: i128 = headers["lambda-runtime-deadline-ms"].as_str().unwrap().parse().unwrap();
    let left = deadline - time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    assert!((1..=20_000).contains(&left), "{left} ms left of 20 s");

    let env = &answer["env"];
    assert_eq!(env["FLAVOUR"], "vanilla");
    assert_eq!(env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "128");
    let inherited = |name: &str| ["PATH", "HOME", "TZ", "LANG"].contains(&name);
    let lambdas = |name: &str| name.starts_with("AWS_") || ["_HANDLER", "LAMBDA_TASK_ROOT", "FLAVOUR"].contains(&name);
    // What Python and a launcher of it may set by themselves.
    let pythons = |name: &str| name.contains("PYENV") || ["LC_CTYPE", "PWD", "OLDPWD", "SHLVL", "_"].contains(&name);
    let others: Vec<_> =
        env.as_object().unwrap().keys().filter(|n| !inherited(n) && !lambdas(n) && !pythons(n)).collect();
    assert_eq!(others, Vec::<&String>::new(), "nothing else of ours reaches a function");
    function.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_reported_and_the_process_stays() {
    let function = Function::start(config(1)).await.unwrap();
    let before = function.process_ids();
    let failed = invoke(&function, json!({"do": "fail"})).await.unwrap_err();
    let expected = InvokeError::Function { error_type: "ValueError".to_owned(), message: "not today".to_owned() };
    assert_eq!(failed, expected);
    assert_eq!(invoke(&function, json!({"do": "stranger"})).await.unwrap()["status"], 400);
    assert_eq!(function.process_ids(), before);
    function.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_fails_its_invocation_at_once_and_the_next_one_works() {
    let function = Function::start(config(1)).await.unwrap();
    let before = function.process_ids();
    let begun = Instant::now();
    assert_eq!(invoke(&function, json!({"do": "crash"})).await, Err(InvokeError::Crashed));
    assert!(begun.elapsed() < Duration::from_secs(10), "not by the function's time running out");
    let answer = invoke(&function, json!({"do": "echo"})).await.unwrap();
    assert_ne!(vec![pid(&answer["pid"])], before);
    function.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_out_of_time_is_killed_with_all_it_started() {
    let config = FunctionConfig { timeout: Duration::from_millis(700), ..config(1) };
    let function = Function::start(config).await.unwrap();
    let before = function.process_ids();
    let child = pid(&invoke(&function, json!({"do": "child"})).await.unwrap()["child"]);
    assert!(runs(child));
    assert_eq!(invoke(&function, json!({"do": "hang"})).await, Err(InvokeError::Timeout));
    let answer = invoke(&function, json!({"do": "echo"})).await.unwrap();
    assert_ne!(vec![pid(&answer["pid"])], before);
    assert!(!runs(before[0]));
    eventually("the timed-out function's own child is gone", || !runs(child)).await;
    function.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_process_that_is_killed_costs_nobody_an_answer() {
    let function = Function::start(config(1)).await.unwrap();
    for _ in 0..5 {
        let before = function.process_ids();
        signal(before[0], Signal::KILL);
        eventually("the process has ended", || !runs(before[0])).await;
        let answer = invoke(&function, json!({"do": "echo"})).await.unwrap();
        assert_ne!(vec![pid(&answer["pid"])], before);
    }
    function.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_invocations_run_at_once_as_there_are_processes() {
    let folder = tempfile::tempdir().unwrap();
    let function = Function::start(config(3)).await.unwrap();
    let meet = json!({"do": "meet", "count": 3, "folder": folder.path()});
    let answers =
        futures::future::try_join_all((0..3).map(|_| invoke(&function, meet.clone()))).await.expect("all three met");
    let pids: HashSet<_> = answers.iter().map(|answer| pid(&answer["pid"])).collect();
    assert_eq!(pids, function.process_ids().into_iter().collect());
    assert_eq!(pids.len(), 3);

    let many = (0..50).map(|n| invoke(&function, json!({"do": "echo", "n": n})));
    for (n, answer) in futures::future::join_all(many).await.into_iter().enumerate() {
        assert_eq!(answer.unwrap()["event"]["n"], n, "each gets its own answer");
    }
    function.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn payloads_are_limited_both_ways() {
    let function = Function::start(config(1)).await.unwrap();
    let before = function.process_ids();
    let event = Bytes::from(vec![b' '; PAYLOAD_LIMIT + 1]);
    assert_eq!(function.invoke(event).await, Err(InvokeError::TooLarge));
    let whole = function.invoke(Bytes::from(json!({"do": "large", "bytes": PAYLOAD_LIMIT}).to_string())).await;
    assert_eq!(whole.unwrap().len(), PAYLOAD_LIMIT);
    let over = invoke(&function, json!({"do": "large", "bytes": PAYLOAD_LIMIT + 1})).await;
    assert_eq!(over, Err(InvokeError::TooLarge));
    // Far more than a pipe holds: nobody waits for the log.
    invoke(&function, json!({"do": "chatter", "bytes": 1_000_000})).await.unwrap();
    assert_eq!(function.process_ids(), before, "it heard the refusal and went on");
    function.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_no_longer_starts_keeps_nobody_waiting_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("broken");
    let mut config = config(1);
    config.env.push(("BROKEN_IF".to_owned(), marker.to_str().unwrap().to_owned()));
    let function = Function::start(config).await.unwrap();
    std::fs::write(&marker, "").unwrap();
    assert_eq!(invoke(&function, json!({"do": "crash"})).await, Err(InvokeError::Crashed));
    let failed = invoke(&function, json!({"do": "echo"})).await.unwrap_err();
    assert_eq!(failed, InvokeError::Init("Import: no such module".to_owned()));

    // 100 ms, then 200, 400, 800: a second holds four tries and no storm of them.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let tries = std::fs::read_to_string(&marker).unwrap().len();
    assert!((2..=6).contains(&tries), "{tries} tries");

    std::fs::remove_file(&marker).unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while let Err(e) = invoke(&function, json!({"do": "echo"})).await {
        assert!(matches!(e, InvokeError::Init(_)), "{e}");
        assert!(Instant::now() < until);
    }
    function.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_start_is_said_and_leaves_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("broken");
    std::fs::write(&marker, "").unwrap();
    let mut broken = config(2);
    broken.env.push(("BROKEN_IF".to_owned(), marker.to_str().unwrap().to_owned()));
    let said = Function::start(broken).await.err().unwrap().to_string();
    assert_eq!(said, "function fake does not start: Import: no such module");

    let missing = FunctionConfig { command: vec![PathBuf::from("/nowhere/bootstrap").into()], ..config(1) };
    let Err(RuntimeError::Config { field, .. }) = Function::start(missing).await else { panic!("it started") };
    assert_eq!(field, "command");
    let nobody = FunctionConfig { concurrency: 0, ..config(1) };
    let Err(RuntimeError::Config { field, .. }) = Function::start(nobody).await else { panic!("it started") };
    assert_eq!(field, "concurrency");
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_leaves_no_process_and_ends_what_runs() {
    let function = Function::start(config(2)).await.unwrap();
    let pids = function.process_ids();
    assert_eq!(pids.len(), 2);
    let child = pid(&invoke(&function, json!({"do": "child"})).await.unwrap()["child"]);
    let hanging = tokio::spawn({
        let function = function.clone();
        async move { invoke(&function, json!({"do": "hang"})).await }
    });
    tokio::task::yield_now().await;
    function.stop().await;
    assert_eq!(hanging.await.unwrap(), Err(InvokeError::Stopped));
    assert_eq!(function.process_ids(), Vec::<u32>::new());
    assert!(pids.iter().all(|pid| !runs(*pid)));
    eventually("the function's own child is gone", || !runs(child)).await;
    assert_eq!(invoke(&function, json!({"do": "echo"})).await, Err(InvokeError::Stopped));
}

/// Not a test by itself: the process that [`no_process_outlives_us`] ends from outside.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by no_process_outlives_us"]
async fn a_process_to_be_killed() {
    let function = Function::start(config(2)).await.unwrap();
    println!("\npids {:?}", function.process_ids());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn no_process_outlives_us() {
    let killed_alone = |pid: Pid| kill_process(pid, Signal::KILL).unwrap();
    let interrupted_with_its_group = |pid: Pid| kill_process_group(pid, Signal::INT).unwrap();
    for end in [killed_alone as fn(Pid), interrupted_with_its_group] {
        let mut parent = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_process_to_be_killed", "--ignored", "--nocapture"])
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let lines = BufReader::new(parent.stdout.take().unwrap()).lines();
        let pids = lines.map(Result::unwrap).find_map(|line| Some(line.strip_prefix("pids ")?.to_owned())).unwrap();
        let pids: Vec<u32> = serde_json::from_str(&pids).unwrap();
        assert_eq!(pids.len(), 2);
        assert!(pids.iter().all(|pid| runs(*pid)));
        end(Pid::from_raw(i32::try_from(parent.id()).unwrap()).unwrap());
        parent.wait().unwrap();
        eventually("the functions have ended with their parent", || !pids.iter().any(|pid| runs(*pid))).await;
    }
}

fn flavoured(flavour: &str, concurrency: usize) -> FunctionConfig {
    FunctionConfig { env: vec![("FLAVOUR".to_owned(), flavour.to_owned())], ..config(concurrency) }
}

#[tokio::test(flavor = "multi_thread")]
async fn replaced_it_loses_no_invocation_and_no_process() {
    let function = Function::start(flavoured("one", 2)).await.unwrap();
    let (clone, before) = (function.clone(), function.process_ids());
    // One is under way, and both processes have more waiting, when the others take over.
    let under_way: Vec<_> = (0..40)
        .map(|_| {
            let function = function.clone();
            tokio::spawn(async move { invoke(&function, json!({"do": "echo"})).await.unwrap() })
        })
        .collect();
    function.replace(flavoured("two", 2)).await.unwrap();
    for answer in under_way {
        let answer = answer.await.unwrap();
        assert!(["one", "two"].contains(&answer["env"]["FLAVOUR"].as_str().unwrap()), "{answer}");
    }
    assert_eq!(invoke(&clone, json!({"do": "echo"})).await.unwrap()["env"]["FLAVOUR"], "two");
    assert!(function.process_ids().iter().all(|pid| !before.contains(pid)));
    eventually("the processes before have ended", || !before.iter().any(|pid| runs(*pid))).await;

    // One that does not start changes nothing.
    let missing = FunctionConfig { command: vec!["false".into()], ..config(2) };
    let Err(RuntimeError::Init { .. }) = function.replace(missing).await else { panic!("it started") };
    assert_eq!(invoke(&function, json!({"do": "echo"})).await.unwrap()["env"]["FLAVOUR"], "two");

    // Stopped while the ones before still work, nothing is left either.
    let folder = tempfile::tempdir().unwrap();
    let meeting = tokio::spawn({
        let (function, folder) = (function.clone(), folder.path().to_owned());
        async move { invoke(&function, json!({"do": "meet", "folder": folder, "count": 2})).await }
    });
    let all = function.process_ids();
    let begun = || std::fs::read_dir(folder.path()).unwrap().count() == 1;
    eventually("the event is with a process", begun).await;
    function.replace(flavoured("three", 1)).await.unwrap();
    assert!(all.iter().any(|pid| runs(*pid)));
    let all = [all, function.process_ids()].concat();
    function.stop().await;
    assert_eq!(meeting.await.unwrap(), Err(InvokeError::Stopped));
    assert!(!all.iter().any(|pid| runs(*pid)));
    let Err(RuntimeError::Init { .. }) = function.replace(config(1)).await else { panic!("it started") };
}
