//! One edit of policy.yaml is seen by all who read it: replay, the local edge and the CloudFront Function here; Terraform's plan
//! in terraform/verify.sh, by the same edit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;
use std::process::Command;

use end_to_end::http::agent;
use end_to_end::site::{Options, Site};
use end_to_end::{root, stagedoor};
use serde_json::{Value, json};

/// Status and reason of what a stranger is told at the added route.
const BEFORE: (u16, &str) = (401, "no_token");
/// It went on to the bucket, where there is nothing.
const AFTER: (u16, &str) = (404, "");

#[test]
fn a_route_that_is_added_to_the_policy_is_there_for_all_who_read_it() {
    let directory = tempfile::tempdir().unwrap();
    let policy = directory.path().join("policy.yaml");
    let text = std::fs::read_to_string(root().join("policy.yaml")).unwrap();
    std::fs::write(&policy, &text).unwrap();
    assert_eq!(seen(directory.path(), &policy), (json!("/*"), "no_token".to_owned(), BEFORE, false));
    let added = std::fs::read_to_string(root().join("tests/fixtures/added-route.yaml")).unwrap();
    let routes = text.find("\nroutes:").unwrap() + 1;
    let first = routes + text[routes..].find('\n').unwrap() + 1;
    std::fs::write(&policy, format!("{}{added}{}", &text[..first], &text[first..])).unwrap();
    assert_eq!(seen(directory.path(), &policy), (json!("/added/{owner}/*"), "anyone".to_owned(), AFTER, true));
}

/// Of `/added/ada/film.mp4`: route and reason by replay, what the local edge answers, and whether the function knows the route.
fn seen(directory: &Path, policy: &Path) -> (Value, String, (u16, &'static str), bool) {
    let edge = directory.join("EDGE.json");
    let deployment = directory.join("deployment.json");
    let fixture: Value =
        serde_json::from_slice(&std::fs::read(root().join("tests/fixtures/EDGE.json")).unwrap()).unwrap();
    std::fs::write(&deployment, fixture["deployment"].to_string()).unwrap();
    let event = directory.join("event.json");
    let request = json!({"uri": "/added/ada/film.mp4", "method": "GET", "headers": {}});
    std::fs::write(&event, json!({"Records": [{"cf": {"request": request}}]}).to_string()).unwrap();
    let path = |path: &Path| path.display().to_string();
    stdout(&["policy", "compile", &path(policy), "--deployment", &path(&deployment), "--out", &path(&edge)]);
    let replayed = stdout(&["replay", "--config", &path(&edge), "--at", "1780000000", "--explain", &path(&event)]);
    let replayed: Value = serde_json::from_str(&replayed).unwrap();
    let function = stdout(&["policy", "function", "--policy", &path(policy)]);

    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path(), Options { policy: Some(policy.to_owned()), ..Options::default() }).unwrap();
    let answer = agent().get(format!("{}/added/ada/film.mp4", site.url())).call().unwrap();
    let status = answer.status().as_u16();
    let reason = answer
        .headers()
        .get("x-stagedoor-reason")
        .map(|reason| reason.to_str().unwrap())
        .unwrap_or_default()
        .to_owned();
    let told = [BEFORE, AFTER].into_iter().find(|known| *known == (status, reason.as_str()));
    let told = told.unwrap_or_else(|| panic!("the edge answered {status} {reason}"));
    let reason = replayed["reason"].as_str().unwrap().to_owned();
    (replayed["route"].clone(), reason, told, function.contains("/added/"))
}

fn stdout(arguments: &[&str]) -> String {
    let output = Command::new(stagedoor()).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
