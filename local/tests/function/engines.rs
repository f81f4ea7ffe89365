//! njs, which CloudFront's own engine descends from, and Node run the same emitted text, and answer alike in every byte.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use local::edge::{CloudFrontFunction, FunctionAnswer};
use serde_json::{Value, json};

use crate::cases::{cases, good};
use crate::reference::rows;
use crate::support::{Shelf, event, only_passes, text};

/// One event and what it finds.
struct Run {
    name: String,
    event: Value,
    now: u64,
    shelf: Arc<Shelf>,
}

/// What came of it.
#[derive(Debug, PartialEq)]
struct Came {
    answer: Value,
    reads: u64,
    log: Vec<String>,
}

/// Each policy with all that is asked under it.
fn all() -> Vec<(Value, Vec<Run>)> {
    let table = || {
        let runs = rows().into_iter().map(|row| Run {
            name: row.name,
            event: event(&row.asked),
            now: row.asked.now,
            shelf: Shelf::of(&row.asked.store),
        });
        runs.collect::<Vec<_>>()
    };
    let mut all = vec![(json!({}), table()), (only_passes(), table())];
    for case in cases() {
        let (_, now, shelf) = good();
        let run = Run { name: case.name.to_owned(), event: case.event(), now, shelf: Arc::new(shelf) };
        match all.iter_mut().find(|(policy, _)| *policy == case.policy) {
            Some((_, runs)) => runs.push(run),
            None => all.push((case.policy, vec![run])),
        }
    }
    all
}

/// The embedded engine's answers, which table.rs and behaviour.rs hold to what is expected.
fn embedded(text: &str, runs: &[Run]) -> Vec<Came> {
    let function = CloudFrontFunction::load(text).unwrap();
    let came = runs.iter().map(|run| {
        let outcome = function.handle(&run.event, run.now, run.shelf.clone()).unwrap();
        let (FunctionAnswer::Request(answer) | FunctionAnswer::Response(answer)) = outcome.answer;
        Came { answer, reads: outcome.reads as u64, log: outcome.log }
    });
    came.collect()
}

/// Puts the emitted text and the driver into one file, runs it, and reads what it printed.
fn driven(text: &str, runs: &[Run], file: &Path, command: &mut Command) -> Vec<Came> {
    let cases: Vec<Value> = runs
        .iter()
        .map(|run| {
            let Shelf { ring, revoked, failing } = &*run.shelf;
            json!({"event": run.event, "now": run.now, "ring": ring, "revoked": revoked, "failing": failing})
        })
        .collect();
    let tail = include_str!("drivers/tail.js");
    std::fs::write(file, format!("{text}{tail}drive({});\n", Value::from(cases))).unwrap();
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.arg(file).output();
    let output = output.unwrap_or_else(|e| panic!("{program} does not run ({e}); ./build.sh test installs it"));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{program}: {printed}{}", String::from_utf8_lossy(&output.stderr));
    let (mut came, mut log) = (Vec::new(), Vec::new());
    for line in printed.lines() {
        match line.strip_prefix("R ") {
            None => log.push(line.to_owned()),
            Some(result) => {
                let result: Value = serde_json::from_str(result).unwrap();
                let reads = result["reads"].as_u64().unwrap();
                came.push(Came { answer: result["answer"].clone(), reads, log: std::mem::take(&mut log) });
            }
        }
    }
    came
}

fn compare(program: &str, run: impl Fn(&str, &[Run], &Path) -> Vec<Came>) {
    let directory = tempfile::tempdir().unwrap();
    let mut count = 0;
    for (policy, runs) in all() {
        let text = text(policy);
        let (expected, came) = (embedded(&text, &runs), run(&text, &runs, directory.path()));
        assert_eq!(came.len(), runs.len(), "{program}");
        for ((run, expected), came) in runs.iter().zip(expected).zip(came) {
            assert_eq!(came, expected, "{program}: {}", run.name);
            count += 1;
        }
    }
    println!("{program}: {count} requests answered as in the embedded engine");
}

#[test]
fn njs() {
    compare("njs", |text, runs, directory| {
        std::fs::write(directory.join("cloudfront"), include_str!("drivers/cloudfront.js")).unwrap();
        driven(text, runs, &directory.join("run.js"), Command::new("njs").arg("-p").arg(directory))
    });
}

#[test]
fn node() {
    compare("node", |text, runs, directory| {
        let package = directory.join("node_modules/cloudfront");
        std::fs::create_dir_all(&package).unwrap();
        std::fs::write(package.join("package.json"), r#"{"type": "module", "main": "index.js"}"#).unwrap();
        // CloudFront and njs have `require` without asking.
        let require =
            "import { createRequire } from 'node:module';\nglobalThis.require = createRequire(import.meta.url);\n";
        std::fs::write(package.join("index.js"), format!("{require}{}", include_str!("drivers/cloudfront.js")))
            .unwrap();
        driven(text, runs, &directory.join("run.mjs"), &mut Command::new("node"))
    });
}
