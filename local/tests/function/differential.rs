//! Rust and JavaScript say the same of whatever comes.

use std::collections::BTreeMap;

use edge_auth::Reason;
use serde_json::json;

use crate::generator::{Dice, request};
use crate::reference::asked;
use crate::support::{function, run, verdict};

const CASES: usize = 20_000;
/// Each has its own dice.
const THREADS: usize = 2;

type Counts = BTreeMap<String, usize>;

fn compared(seed: u64, cases: usize) -> Counts {
    let (function, mut dice, mut counts) = (function(json!({})), Dice::new(seed), Counts::new());
    for case in 0..cases {
        let request = request(&mut dice);
        let (rust, javascript) = (asked(&request), run(&function, &request));
        let result = rust.result.map_err(|reason| reason.as_str().to_owned());
        assert_eq!(verdict(&javascript.answer), result, "case {case} of seed {seed}: {request:?}");
        assert_eq!(javascript.reads, rust.reads, "case {case} of seed {seed}: {request:?}");
        *counts.entry(result.err().unwrap_or_else(|| "(goes on)".to_owned())).or_default() += 1;
    }
    counts
}

#[test]
fn rust_and_javascript_agree() {
    let threads: Vec<_> =
        (0..THREADS as u64).map(|seed| std::thread::spawn(move || compared(seed, CASES / THREADS))).collect();
    let mut counts = Counts::new();
    for thread in threads {
        for (reason, count) in thread.join().unwrap() {
            *counts.entry(reason).or_default() += count;
        }
    }
    for (reason, count) in &counts {
        println!("{count:6}  {reason}");
    }
    // That one is the other function's: it says that a pass was given.
    let refusals = Reason::ALL.iter().filter(|reason| **reason != Reason::PassMade);
    let of_a_pass = refusals.map(|reason| reason.as_str()).filter(|name| name.starts_with("pass_"));
    for name in of_a_pass.chain(["(goes on)", "path_not_canonical", "no_route", "method_not_allowed"]) {
        assert!(counts.contains_key(name), "{name} never came up: {counts:?}");
    }
}
