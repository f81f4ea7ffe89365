//! What holds of every decision, whatever is asked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::needless_pass_by_value)]

mod support;

#[path = "properties/parts.rs"]
mod parts;
#[path = "properties/promises.rs"]
mod promises;
#[path = "properties/requests.rs"]
mod requests;
#[path = "properties/sites.rs"]
mod sites;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use edge_auth::event::{Event, Outcome};
use edge_auth::{Memory, Moment, Reason, Step, Verdict, decide, decide_bytes};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use parts::Answers;
use promises::hold;
use requests::Asked;
use sites::{SITES, Site};

/// How a decision ended, once nothing is left to be asked of the provider.
#[derive(Debug, PartialEq)]
struct Ended<'e> {
    outcome: Outcome<'e>,
    reason: Reason,
    route: Option<Arc<str>>,
    subject: Option<String>,
    checks: Vec<(&'static str, &'static str)>,
}

fn ended<'e>(first: Verdict<'e>, site: &Site, memory: &mut Memory, moment: &Moment, answers: &Answers) -> Ended<'e> {
    let mut verdict = first;
    for _ in 0..8 {
        let Verdict { step, reason, route, subject, checks } = verdict;
        let outcome = match step {
            Step::Done(outcome) => outcome,
            Step::Revoke(revocation) => Outcome::Respond(revocation.then),
            Step::FetchKeys(fetch) => {
                verdict = fetch.finish(answers.keys.clone(), &site.config, memory, moment);
                continue;
            }
            Step::AskTokens(request) => {
                verdict = request.finish(answers.tokens.clone(), &site.config, memory, moment.now);
                continue;
            }
        };
        let checks = checks.iter().map(|check| (check.check, check.outcome)).collect();
        return Ended { outcome, reason, route, subject: subject.map(|text| text.to_string()), checks };
    }
    panic!("the provider is asked again and again");
}

fn decided(asked: &Asked, memory: &mut Memory) -> Ended<'static> {
    let (site, moment) = (&SITES[asked.site], Moment { now: asked.now, entropy: [7; 96] });
    let first = decide(asked.event.clone(), &site.config, memory, &moment);
    ended(first, site, memory, &moment, &asked.answers)
}

/// What each site remembers of all cases so far.
static WARM: LazyLock<Mutex<Vec<Memory>>> =
    LazyLock::new(|| Mutex::new(SITES.iter().map(|site| Memory::new(&site.config)).collect()));

fn config(cases: u32) -> ProptestConfig {
    // A failure prints what it takes to write an ordinary test; nothing is written beside the sources.
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn every_decision_keeps_its_promises() {
    let seen = RefCell::new(BTreeMap::new());
    let result = TestRunner::new(config(512)).run(&requests::asked(), |asked| {
        let site = &SITES[asked.site];
        let first = decided(&asked, &mut Memory::new(&site.config));
        hold(&asked.event, site, asked.now, &first.outcome, first.reason);
        // Same input, same answer, whatever the function remembers; a sign-out is to be remembered.
        prop_assert_eq!(&decided(&asked, &mut Memory::new(&site.config)), &first);
        if asked.event.records[0].cf.request.uri != "/_auth/sign-out" {
            prop_assert_eq!(&decided(&asked, &mut WARM.lock().unwrap()[asked.site]), &first);
        }
        *seen.borrow_mut().entry(first.reason.as_str()).or_insert(0) += 1;
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
    // Promises about requests that never get anywhere would be cheap.
    let seen = seen.into_inner();
    for (reason, at_least) in
        [("permitted", 20), ("anyone", 15), ("no_token", 20), ("token_expired", 5), ("sign_in", 1)]
    {
        assert!(seen.get(reason).is_some_and(|count| *count >= at_least), "too few end in {reason}: {seen:?}");
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn the_largest_requests_keep_the_same_promises(asked in requests::large()) {
        let site = &SITES[asked.site];
        let ended = decided(&asked, &mut Memory::new(&site.config));
        hold(&asked.event, site, asked.now, &ended.outcome, ended.reason);
    }

    #[test]
    fn an_event_bent_anywhere_is_refused_or_keeps_them_too(asked in requests::asked(), bends in requests::bends()) {
        let mut bytes = serde_json::to_vec(&asked.event).unwrap();
        for bend in &bends {
            bend.apply(&mut bytes);
        }
        let site = &SITES[asked.site];
        let (mut memory, moment) = (Memory::new(&site.config), Moment { now: asked.now, entropy: [7; 96] });
        let first = decide_bytes(&bytes, &site.config, &mut memory, &moment);
        let ended = ended(first, site, &mut memory, &moment, &asked.answers);
        match serde_json::from_slice::<Event>(&bytes) {
            Ok(event) if event.records.len() == 1 => hold(&event, site, asked.now, &ended.outcome, ended.reason),
            _ => malformed(&ended),
        }
    }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn bytes_that_are_no_event_are_refused(bytes in requests::bytes()) {
        let site = &SITES[0];
        let (mut memory, moment) = (Memory::new(&site.config), Moment { now: support::NOW, entropy: [7; 96] });
        let first = decide_bytes(&bytes, &site.config, &mut memory, &moment);
        if serde_json::from_slice::<Event>(&bytes).map_or(0, |event| event.records.len()) != 1 {
            malformed(&ended(first, site, &mut memory, &moment, &Answers::default()));
        }
    }
}

fn malformed(ended: &Ended) {
    assert_eq!(ended.reason, Reason::EventMalformed);
    let Outcome::Respond(answer) = &ended.outcome else { panic!("what is no event is forwarded") };
    assert_eq!(answer.status, "400");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["reason"], "event_malformed");
}
