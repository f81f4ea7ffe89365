//! The table that Rust is held to as well.

use local::edge::CloudFrontFunction;
use serde_json::json;

use crate::reference::{Row, rows};
use crate::support::{function, only_passes, run, text, verdict};

#[test]
fn the_embedded_engine_answers_as_the_table_has_it() {
    check(&function(json!({})), rows());
}

#[test]
fn a_function_for_passes_only_does_as_well() {
    let (function, open) = (text(only_passes()), text(json!({})));
    assert!(function.len() + 300 < open.len(), "{} bytes, and {} with an open route", function.len(), open.len());
    let rows = rows().into_iter().filter(|row| row.asked.uri.starts_with("/p/"));
    check(&CloudFrontFunction::load(&function).unwrap(), rows.collect());
}

fn check(function: &CloudFrontFunction, rows: Vec<Row>) {
    let mut wrong = Vec::new();
    for row in rows {
        let outcome = run(function, &row.asked);
        let got = verdict(&outcome.answer);
        let expected = row.expect.map_err(|reason| reason.as_str().to_owned());
        if got != expected || row.reads.is_some_and(|reads| reads != outcome.reads) {
            wrong.push(format!("{}: {got:?} after {} reads, not {expected:?}", row.name, outcome.reads));
        }
        let pass = row.asked.uri.split('/').nth(2).unwrap_or_default();
        for line in &outcome.log {
            let line_is_bare = pass.len() < 20 || !line.contains(&pass[..20]);
            assert!(line_is_bare && line.starts_with("{\"reason\":"), "{}: {line}", row.name);
        }
        assert_eq!(outcome.log.len(), usize::from(expected.is_err()), "{}", row.name);
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}
