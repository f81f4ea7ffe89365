//! What the function does beside judging passes: modes, preflights, refusals, and what goes on.

use std::sync::Arc;

use local::edge::{CloudFrontFunction, FunctionAnswer};
use serde_json::{Value, json};

use crate::cases::{cases, good, refusal, value};
use crate::support::{Shelf, text};

#[test]
fn the_embedded_engine_answers_each_as_a_whole() {
    let (_, now, shelf) = good();
    let shelf = Arc::new(shelf);
    for case in cases() {
        let function = CloudFrontFunction::load(&text(case.policy.clone())).unwrap();
        let outcome = function.handle(&case.event(), now, shelf.clone()).unwrap();
        let (FunctionAnswer::Request(answer) | FunctionAnswer::Response(answer)) = outcome.answer;
        assert_eq!(answer, case.expect, "{}", case.name);
        assert_eq!(outcome.log, case.log, "{}", case.name);
    }
}

#[test]
fn the_id_of_a_request_is_repeated_only_as_cloudfront_writes_it() {
    let function = CloudFrontFunction::load(&text(json!({}))).unwrap();
    for (id, repeated) in
        [(json!("A-b_9="), "A-b_9="), (json!("<script>"), ""), (json!("x".repeat(257)), ""), (json!(""), "")]
    {
        let mut event = cases()[0].event();
        event["context"]["requestId"] = id;
        event["request"]["uri"] = json!("/nowhere");
        let outcome = function.handle(&event, 0, Arc::new(Shelf::empty())).unwrap();
        let FunctionAnswer::Response(refusal) = outcome.answer else { panic!("it goes on") };
        let body: Value = serde_json::from_str(refusal["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["request_id"], repeated);
    }
}

#[test]
fn a_store_that_fails_says_when_to_come_back() {
    let (pass, now, mut shelf) = good();
    shelf.failing = vec!["ring".to_owned()];
    let function = CloudFrontFunction::load(&text(json!({}))).unwrap();
    let mut event = cases()[0].event();
    event["request"]["uri"] = json!(format!("/p/{pass}/media/o/1/x"));
    let outcome = function.handle(&event, now, Arc::new(shelf)).unwrap();
    let expected = refusal(
        503,
        "Service Unavailable",
        "pass_unavailable",
        "Playback links cannot be checked right now.",
        json!({"retry-after": value("10")}),
    );
    assert_eq!(outcome.answer, FunctionAnswer::Response(expected));
}
