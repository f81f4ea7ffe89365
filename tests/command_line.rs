//! The command line as a person uses it: image, video, faststart, replay, policy …, pass …, migrate …, static
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::cast_possible_truncation)]

#[path = "command_line/film.rs"]
mod film;
#[path = "command_line/image.rs"]
mod image_command;
#[path = "command_line/migrate.rs"]
mod migrate;
#[path = "../edge-auth/tests/policy/mistakes.rs"]
mod mistakes;
#[path = "command_line/pass.rs"]
mod pass;
#[path = "command_line/policy_check.rs"]
mod policy_check;
#[path = "command_line/policy_explain.rs"]
mod policy_explain;
#[path = "command_line/policy_function.rs"]
mod policy_function;
#[path = "command_line/static_files.rs"]
mod static_files;

use std::path::PathBuf;
use std::process::{Command, Output};

use end_to_end::{root, stagedoor};
use serde_json::Value;

/// The moment that the fixtures' times are relative to.
const AT: &str = "1780000000";

fn run(arguments: &[&str]) -> Output {
    Command::new(stagedoor()).args(arguments).current_dir(root()).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn lines(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn fixtures() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(root().join("tests/fixtures/events")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

fn replay(extra: &[&str]) -> Output {
    let files: Vec<String> = fixtures().iter().map(|f| f.display().to_string()).collect();
    let mut arguments = vec!["replay", "--config", "tests/fixtures/EDGE.json", "--at", AT];
    arguments.extend(extra);
    arguments.extend(files.iter().map(String::as_str));
    run(&arguments)
}

#[test]
fn every_fixture_is_answered_as_expected() {
    assert!(fixtures().len() >= 40);
    let output = replay(&["--expect", "tests/fixtures/expected"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(lines(&output).iter().any(|l| l["decision"] == "forward"));
}

#[test]
fn explain_names_the_route_and_every_check_but_no_secret() {
    let output = replay(&["--explain"]);
    let all = lines(&output);
    let of =
        |name: &str| all.iter().find(|l| l["source"].as_str().unwrap().ends_with(&format!("/{name}.json"))).unwrap();
    let other = of("path-owner-of-another");
    assert_eq!(other["route"], "/media/{owner}/*");
    let outcomes: Vec<(&str, &str)> = other["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["check"].as_str().unwrap(), c["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(outcomes.last(), Some(&("rule", "not_permitted")));
    assert!(outcomes.contains(&("token", "ok")));
    for line in &all {
        let checks = format!("{} {}", line["checks"], line["route"]);
        assert!(!checks.contains("eyJ"), "a token in {checks}");
    }
}

#[test]
fn what_is_forwarded_holds_no_token_but_the_verified_one() {
    for line in lines(&replay(&[])) {
        if line["decision"] != "forward" {
            continue;
        }
        let mut result = line["result"].clone();
        result["headers"].as_object_mut().unwrap().remove("x-stagedoor-token");
        let text = result.to_string();
        for trace in ["eyJ", "__Host-sd-", "__Secure-sd-", "CognitoIdentityServiceProvider"] {
            assert!(!text.contains(trace), "{trace} in what {} forwards", line["source"]);
        }
    }
}

#[test]
fn a_wrong_expectation_is_shown_as_a_difference() {
    let directory = tempfile::tempdir().unwrap();
    let from = root().join("tests/fixtures/expected/open-health.expected.json");
    let text = std::fs::read_to_string(from).unwrap().replace("\"forward\"", "\"respond\"");
    std::fs::write(directory.path().join("open-health.expected.json"), text).unwrap();
    let expect = directory.path().display().to_string();
    let arguments = [
        "replay",
        "--config",
        "tests/fixtures/EDGE.json",
        "--at",
        AT,
        "--expect",
        &expect,
        "tests/fixtures/events/open-health.json",
    ];
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("-  \"decision\": \"respond\"") && said.contains("+  \"decision\": \"forward\""), "{said}");
}

#[test]
fn unreadable_input_exits_2_and_names_what_was_expected() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let edge = "tests/fixtures/EDGE.json".to_owned();
    let event = "tests/fixtures/events/open-health.json".to_owned();
    let no_uri = file("no-uri.json", r#"{"Records":[{"cf":{"request":{"method":"GET"}}}]}"#);
    let two = file("two.json", r#"{"Records":[]}"#);
    let broken = file("broken.json", "{\n  \"Records\": [\n");
    let line_3 =
        file("lines.ndjson", "{\"Records\":[{\"cf\":{\"request\":{\"uri\":\"/\",\"method\":\"GET\"}}}]}\n\nnonsense\n");
    let empty = file("empty.json", "[]");
    let bad_edge = file("EDGE.json", r#"{"policy":{"version":1,"routes":[]},"deployment":{"issuers":[]}}"#);
    for (config, input, says) in [
        (&edge, &no_uri, "missing field `uri`"),
        (&edge, &two, "exactly one"),
        (&edge, &broken, "not JSON"),
        (&edge, &line_3, "line 3: not JSON"),
        (&edge, &empty, "no event"),
        (&edge, &"does-not-exist.json".to_owned(), "does-not-exist.json"),
        (&bad_edge, &event, "/policy/routes"),
        (&bad_edge, &event, "/deployment/issuers"),
    ] {
        let output = run(&["replay", "--config", config, input]);
        assert_eq!(output.status.code(), Some(2), "{input}");
        assert!(stderr(&output).contains(says), "{input}: {}", stderr(&output));
    }
}

#[test]
fn help_has_an_example_for_each_command() {
    let pass = ["mint", "verify", "rotate", "revoke", "sweep"].map(|command| ["pass", command]);
    let policy = ["check", "compile", "explain", "function"].map(|command| ["policy", command]);
    let pairs = pass.iter().chain(&policy).map(<[&str; 2]>::as_slice);
    for command in [&["up"][..], &["replay"], &["upload"], &["doctor"], &["static"]].into_iter().chain(pairs) {
        let mut arguments = command.to_vec();
        arguments.push("--help");
        let output = run(&arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && text.contains(&format!("stagedoor {}", command.join(" "))), "{text}");
        assert!(text.contains("Example"), "{text}");
    }
}
