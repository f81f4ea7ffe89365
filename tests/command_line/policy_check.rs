//! `policy check` and `policy compile`.

use std::path::PathBuf;
use std::process::Output;

use end_to_end::root;
use serde_json::{Value, json};

use super::mistakes::{Mistake, mistakes};
use super::{lines, run, stderr};

#[test]
fn policy_check_names_every_mistake_with_its_line() {
    let fine = run(&["policy", "check", "policy.yaml"]);
    assert!(fine.status.success(), "{}", stderr(&fine));
    assert_eq!(lines(&fine)[0]["ok"], true);

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.yaml");
    let text = "version: 1\nmode: strict\ntokens:\n  leeway_seconds: 3000\n  form: [cookie]\nroutes:\n  \
                - { path: /a, allow: anyone, origin: app }\n  - { path: /b, allow: everyone, origin: app }\n  \
                - path: /c/{id}\n    allow: {claim: sub, equals_path: owner}\n    origin: media\n    cache: media\n  \
                - { path: /a, allow: anyone, origin: app }\n";
    std::fs::write(&path, text).unwrap();
    let output = run(&["policy", "check", &path.display().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let problems = lines(&output)[0]["problems"].clone();
    let found: Vec<(u64, &str)> =
        problems.as_array().unwrap().iter().map(|p| (p["line"].as_u64().unwrap(), p["at"].as_str().unwrap())).collect();
    for expected in [
        (2, "/mode"),
        (4, "/tokens/leeway_seconds"),
        (5, "/tokens/form"),
        (8, "/routes/1/allow"),
        (10, "/routes/2/allow/equals_path"),
    ] {
        assert!(found.contains(&expected), "{expected:?} is not among {found:?}");
    }
}

/// Line and `PLACE: MESSAGE` of each problem on the command's one line.
fn problems(output: &Output) -> Vec<(u64, String)> {
    let problems = lines(output)[0]["problems"].as_array().unwrap().clone();
    let said = |p: &Value| format!("{}: {}", p["at"].as_str().unwrap(), p["message"].as_str().unwrap());
    problems.iter().map(|p| (p["line"].as_u64().unwrap(), said(p))).collect()
}

#[test]
fn policy_check_says_of_each_mistake_where_it_is_and_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.yaml").display().to_string();
    for Mistake { policy, problems: expected } in mistakes() {
        std::fs::write(&path, &policy).unwrap();
        let output = run(&["policy", "check", &path]);
        assert_eq!(output.status.code(), Some(1), "{policy}");
        let expected: Vec<(u64, String)> = expected.iter().map(|(l, said)| (*l as u64, (*said).to_owned())).collect();
        assert_eq!(problems(&output), expected, "{policy}");
        let (line, said) = &expected[0];
        let listed = format!("{path}:{line}: {}", said.strip_prefix(": ").unwrap_or(said));
        assert!(stderr(&output).starts_with(&listed), "{}", stderr(&output));
    }
}

#[test]
fn policy_check_names_every_key_that_is_there_twice_beside_other_mistakes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.yaml").display().to_string();
    let text = "version: 1\nmode: log\n'mode': off\nroutes:\n  - { path: /a, allow: anyone, \"path\": /b, origin: app }\n  \
                - path: /c\n    allow: nobody\n    origin: app\n    allow: anyone\n    allow : pass\nversion: 2\n";
    std::fs::write(&path, text).unwrap();
    let output = run(&["policy", "check", &path]);
    assert_eq!(output.status.code(), Some(1));
    let expected = [
        (3, "/mode: mode is there twice; keep one"),
        (5, "/routes/0/path: path is there twice; keep one"),
        (7, "/routes/1/allow: allow is \"nobody\"; expected anyone, signed_in, pass or a mapping"),
        (9, "/routes/1/allow: allow is there twice; keep one"),
        (10, "/routes/1/allow: allow is there twice; keep one"),
        (11, "/version: version is there twice; keep one"),
    ];
    assert_eq!(problems(&output), expected.map(|(line, said)| (line, said.to_owned())));
    // Nothing else takes such a file, whichever of the two was meant.
    let output = run(&["policy", "explain", "/a", "--policy", &path]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains(&format!("{path}:3: /mode: mode is there twice")), "{}", stderr(&output));
}

#[test]
fn a_policy_that_cannot_be_read_exits_2_and_says_what_was_expected() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.yaml").display().to_string();
    for (text, says) in [
        ("", "empty; expected a policy with version and routes"),
        ("# nothing yet\n", "empty; expected a policy with version and routes"),
        ("version: 1\n---\nversion: 1\n", "2 documents; expected one"),
        ("version: 1\n1: 2\n", "line 2: a key must be text"),
        ("version: !v 1\n", "line 1: tags and aliases are not understood here; write the value itself"),
        ("version: [1\n", "not YAML"),
    ] {
        std::fs::write(&path, text).unwrap();
        let output = run(&["policy", "check", &path]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(stderr(&output).starts_with(&format!("stagedoor: {path}: {says}")), "{text}: {}", stderr(&output));
    }
}

#[test]
fn an_unquoted_path_with_braces_gets_a_hint() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.yaml");
    std::fs::write(&path, "version: 1\nroutes:\n  - { path: /media/{owner}/*, allow: signed_in, origin: media }\n")
        .unwrap();
    let output = run(&["policy", "check", &path.display().to_string()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("line 3") && stderr(&output).contains("needs quotes"), "{}", stderr(&output));
}

#[test]
fn policy_compile_writes_what_replay_reads() {
    let directory = tempfile::tempdir().unwrap();
    let fixture: Value =
        serde_json::from_str(&std::fs::read_to_string(root().join("tests/fixtures/EDGE.json")).unwrap()).unwrap();
    let (policy, deployment, edge) = (
        directory.path().join("policy.json"),
        directory.path().join("deployment.json"),
        directory.path().join("EDGE.json"),
    );
    // JSON is YAML.
    std::fs::write(&policy, fixture["policy"].to_string()).unwrap();
    std::fs::write(&deployment, fixture["deployment"].to_string()).unwrap();
    let text = |path: &PathBuf| path.display().to_string();
    let output = run(&["policy", "compile", &text(&policy), "--deployment", &text(&deployment), "--out", &text(&edge)]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(serde_json::from_str::<Value>(&std::fs::read_to_string(&edge).unwrap()).unwrap(), fixture);

    std::fs::write(
        &deployment,
        json!({"issuers": [{"kind": "saml"}], "keys": {"state": [{"kid": "a", "key": "short"}]}}).to_string(),
    )
    .unwrap();
    let output = run(&["policy", "compile", &text(&policy), "--deployment", &text(&deployment), "--out", &text(&edge)]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    for field in ["/issuers/0/kind", "/issuers/0/clients", "/keys/state/0/key"] {
        assert!(said.contains(field), "{field} is not in {said}");
    }
    assert!(!said.contains("short"), "a key was printed: {said}");
}
