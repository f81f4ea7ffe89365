//! The table that Rust is held to as well.

use serde_json::json;

use crate::reference::rows;
use crate::support::{function, run, verdict};

#[test]
fn the_embedded_engine_answers_as_the_table_has_it() {
    let function = function(json!({}));
    let mut wrong = Vec::new();
    for row in rows() {
        let outcome = run(&function, &row.asked);
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
