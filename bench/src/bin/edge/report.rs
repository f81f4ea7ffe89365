//! What was measured: as a table for the README, as JSON to be kept, and against its limits.

use std::fmt::Write as _;

use bench::limits::Limit;
use bench::machine::Machine;
use bench::series::Series;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::options::Sizes;
use crate::packaged::Packaged;

/// One line of the comparison.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Who, and doing what.
    pub name: &'static str,
    /// CPU µs a call, one a round.
    pub cpu_us: Series,
}

/// All of it.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Where and when.
    pub machine: Machine,
    /// Versions by name.
    pub versions: Map<String, Value>,
    /// How much was done.
    pub sizes: Sizes,
    /// The comparison; the first row is the measure of the others.
    pub rows: Vec<Row>,
    /// The packaged function.
    pub packaged: Packaged,
    /// Limits and whether they are kept.
    pub limits: Vec<Limit>,
}

impl Report {
    /// For the README.
    pub fn markdown(&self) -> String {
        let mut text =
            String::from("| CPU time a call | median | lowest–highest | of OpenSSL's verify |\n|---|--:|--:|--:|\n");
        let measure = self.rows.first().map_or(f64::NAN, |row| row.cpu_us.median());
        for row in &self.rows {
            let (median, (low, high)) = (row.cpu_us.median(), row.cpu_us.range());
            let ratio = median / measure;
            let _ = writeln!(text, "| {} | {median:.1} µs | {low:.1}–{high:.1} | {ratio:.2} × |", row.name);
        }
        text.push_str("\n| The packaged function | |\n|---|--:|\n");
        for (name, value) in self.packaged.lines() {
            let _ = writeln!(text, "| {name} | {value} |");
        }
        let Machine { cpu, cores, date, .. } = &self.machine;
        let versions: Vec<String> =
            self.versions.iter().map(|(name, v)| format!("{name} {}", v.as_str().unwrap_or_default())).collect();
        let Sizes { calls, rounds, tokens, event_bytes, .. } = self.sizes;
        let day = date.get(..10).unwrap_or(date);
        let _ = writeln!(
            text,
            "\n{day}, {cpu}, {cores} cores; {rounds} rounds of {calls} calls, {tokens} tokens, events of {event_bytes} bytes; {}.",
            versions.join(", ")
        );
        text
    }
}
