//! What was measured: as a table for the README, as JSON to be kept, and against its limits.

use std::fmt::Write as _;

use bench::limits::Limit;
use bench::machine::Machine;
use bench::rows::{Row, table};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::options::Sizes;
use crate::packaged::Packaged;

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
        let measure = self.rows.first().map_or(f64::NAN, |row| row.cpu_us.median());
        let mut text = table("CPU time a call", "of OpenSSL's verify", &self.rows, measure);
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
