//! A function in njs, from which CloudFront's own engine descends, and the CPU time that it takes there.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use bench::cpu;
use serde_json::{Value, json};

use crate::contestant::{Contestant, NOW};

/// Prepares a directory in which `import cf from 'cloudfront'` finds the store of driver.js.
pub fn prepare(directory: &Path) -> Result<()> {
    Ok(std::fs::write(directory.join("cloudfront"), "export default { kvs: () => globalThis.kvs };\n")?)
}

/// CPU µs a call, less what it takes to parse the event.
///
/// # Errors
/// Also where the function does not let the request go on: a refusal would be quick.
pub fn per_call(contestant: &Contestant, driver: &str, directory: &Path, calls: usize) -> Result<f64> {
    let event = contestant.event();
    let (whole, answer) = run(contestant, driver, directory, &event, calls, false)?;
    ensure!(
        answer.get("uri") == Some(&json!(Contestant::expected_uri())),
        "{} does not let its own request go on: {answer}",
        contestant.name
    );
    let (parsing, _) = run(contestant, driver, directory, &event, calls, true)?;
    Ok(whole - parsing)
}

fn run(
    contestant: &Contestant,
    driver: &str,
    directory: &Path,
    event: &Value,
    calls: usize,
    parse_only: bool,
) -> Result<(f64, Value)> {
    let drive = json!({
        "event": event.to_string(), "items": contestant.items, "now": NOW, "calls": calls, "parseOnly": parse_only,
    });
    let file = directory.join("run.js");
    std::fs::write(&file, format!("{}{driver}drive({drive});\n", contestant.text))?;
    let mut child = Command::new("njs")
        .arg("-p")
        .arg(directory)
        .arg(&file)
        .stdout(Stdio::piped())
        .spawn()
        .context("njs cannot be run; ./build.sh bench function installs it")?;
    let mut said = String::new();
    child.stdout.take().context("njs has no stdout")?.read_to_string(&mut said)?;
    // It has ended, and is there to be asked until it is waited for.
    let time = cpu::time_of(child.id());
    let status = child.wait()?;
    ensure!(status.success(), "njs ended with {status} for {}: {said}", contestant.name);
    let answer = serde_json::from_str(said.trim()).with_context(|| format!("{} answers {said:?}", contestant.name))?;
    Ok((cpu::per_call(time?, calls), answer))
}
