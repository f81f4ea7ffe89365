//! The authorizer's judgement: where it looks for a token, in which order, and that it judges as the edge does.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::disallowed_methods, reason = "the fixtures are read where they stand")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use authorizer::{Question, judge};
use edge_auth::Verifier;
use edge_auth::config::EdgeConfig;
use serde_json::{Value, json};

/// The moment that the fixtures' times are relative to.
const AT: u64 = 1_780_000_000;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn verifier() -> Verifier {
    let edge = std::fs::read(fixtures().join("EDGE.json")).unwrap();
    Verifier::new(Arc::new(EdgeConfig::from_slice(&edge).unwrap()))
}

/// The value of a fixture's only `Authorization`, where it has one.
fn authorization(fixture: &Path) -> Option<String> {
    let event = json_of(fixture);
    let header = event.pointer("/Records/0/cf/request/headers/authorization")?.as_array()?;
    let [only] = header.as_slice() else { return None };
    Some(only["value"].as_str()?.to_owned())
}

fn token(fixture: &str) -> String {
    let header = authorization(&fixtures().join(format!("events/{fixture}.json"))).unwrap();
    header.split_once(' ').unwrap().1.to_owned()
}

/// What API Gateway is told; nobody answers for an issuer's keys.
async fn told(headers: &[(&str, &str)], cookies: &[&str]) -> Value {
    let headers: HashMap<&str, &str> = headers.iter().copied().collect();
    let question: Question = serde_json::from_value(json!({"headers": headers, "cookies": cookies})).unwrap();
    serde_json::to_value(judge(&question, &verifier(), AT, async |_| None).await).unwrap()
}

fn refused(reason: &str) -> Value {
    json!({"isAuthorized": false, "context": {"reason": reason}})
}

#[tokio::test]
async fn a_good_token_says_who_asks_and_nothing_else() {
    let good = token("token-in-bearer");
    let verdict = told(&[("authorization", format!("Bearer {good}").as_str())], &[]).await;
    assert_eq!(verdict["isAuthorized"], true);
    let context = verdict["context"].as_object().unwrap();
    assert_eq!(context.keys().collect::<Vec<_>>(), ["sub", "username", "groups"]);
    assert_eq!((&context["sub"], &context["username"]), (&json!("5f2b0c1e-alice"), &json!("alice")));
    let groups: Vec<String> = serde_json::from_str(context["groups"].as_str().unwrap()).unwrap();
    assert!(!verdict.to_string().contains("eyJ") && groups.iter().all(|group| !group.is_empty()), "{verdict}");
}

#[tokio::test]
async fn the_first_place_that_holds_something_decides() {
    let (good, expired) = (token("token-in-bearer"), token("token-expired"));
    let bearer = |token: &str| format!("Bearer {token}");
    let cookie = |token: &str| format!("__Host-sd-access={token}");
    let edge = "x-stagedoor-token";
    let (ours, header) = (good.as_str(), bearer(&good));
    for (headers, cookies) in [
        (vec![(edge, ours)], vec![]),
        (vec![(edge, ours), ("authorization", "Bearer x")], vec![cookie("x")]),
        (vec![("authorization", header.as_str())], vec![cookie("x")]),
        (vec![], vec![cookie(&good)]),
        (vec![], vec!["a=b".to_owned(), cookie(&good), cookie(&good)]),
    ] {
        let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
        let verdict = told(&headers, &cookies).await;
        assert_eq!(verdict["isAuthorized"], true, "{:?}", headers.iter().map(|(name, _)| name).collect::<Vec<_>>());
    }
    // A bad one is not made good by what stands in a later place.
    let late = bearer(&expired);
    for (headers, cookies, reason) in [
        (vec![(edge, "x"), ("authorization", header.as_str())], vec![cookie(&good)], "token_malformed"),
        (vec![(edge, ""), ("authorization", header.as_str())], vec![cookie(&good)], "token_malformed"),
        (vec![(edge, expired.as_str()), ("authorization", header.as_str())], vec![], "token_expired"),
        (vec![("authorization", late.as_str())], vec![cookie(&good)], "token_expired"),
    ] {
        let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
        assert_eq!(told(&headers, &cookies).await, refused(reason));
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused_with_its_reason() {
    let good = token("token-in-bearer");
    let (mine, planted) = (format!("__Host-sd-access={good}"), "__Host-sd-access=x".to_owned());
    let basic = format!("Basic {good}");
    for (headers, cookies, reason) in [
        (vec![], vec![], "no_token"),
        (vec![], vec!["sd-access=x", "__host-sd-access=x"], "no_token"),
        (vec![("authorization", basic.as_str())], vec![mine.as_str()], "no_token"),
        (vec![("authorization", good.as_str())], vec![], "token_malformed"),
        (vec![], vec![mine.as_str(), planted.as_str()], "ambiguous_cookie"),
        (vec![], vec![planted.as_str()], "token_malformed"),
    ] {
        assert_eq!(told(&headers, &cookies).await, refused(reason), "{reason}");
    }
}

/// All that the edge is asked with a Bearer header alone, at a route that every signed-in person may use.
#[tokio::test]
async fn every_token_of_the_fixtures_is_judged_as_at_the_edge() {
    let (mut good, mut bad) = (0, 0);
    for entry in std::fs::read_dir(fixtures().join("events")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if !name.starts_with("token-") {
            continue;
        }
        let Some(header) = authorization(&path) else { continue };
        let verdict = told(&[("authorization", &header)], &[]).await;
        let expected = json_of(&fixtures().join(format!("expected/{name}.expected.json")));
        let expected = expected.get(0).unwrap_or(&expected);
        if expected["decision"] == "forward" {
            assert_eq!(verdict["isAuthorized"], true, "{name}: {verdict}");
            good += 1;
        } else {
            assert_eq!(verdict, refused(expected["reason"].as_str().unwrap()), "{name}");
            bad += 1;
        }
    }
    assert!(good >= 4 && bad >= 25, "{good} good and {bad} bad tokens");
}
